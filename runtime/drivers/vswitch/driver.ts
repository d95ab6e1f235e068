// The network of an embedded gateway: switches, tunnels and cables in the process of its agent. Emulated: frames really
// are switched, but no network card of this machine is touched.
import { type AnyDriver, DORMANT, type DriverSet } from '../../host/driver-set.ts';
import type { Host } from '../../host/host.ts';
import { openStore } from '../../host/resource-files.ts';
import type { Kind } from '../../model/address.ts';
import type { Driver } from '../../model/driver.ts';
import { holdBox } from './boxes.ts';
import { DRIVER, factsOf } from './facts.ts';
import { openHandle } from './handle.ts';

const NETWORK_KINDS = ['uplink', 'segment', 'port', 'policy', 'edge'] as const satisfies readonly Kind[];

export const vswitch: DriverSet = {
  backend: 'embedded',
  resident: true,
  drivers: NETWORK_KINDS.map(kind => driverOf(kind) as AnyDriver),
};

function driverOf<K extends Kind>(kind: K): Driver<K, Host> {
  return {
    kind,
    name: DRIVER,
    async connect({ host, gateway, stateDirectory, settings, now }) {
      const folder = `${stateDirectory}/${gateway.name}`;
      const dormant = settings.dormant === DORMANT.dormant;
      const hold = dormant ? undefined : await holdBox(host, folder, NETWORK_KINDS, { steady, day: now });
      return { facts: factsOf(kind), handle: openHandle(openStore(host, folder, kind), hold) };
    },
  };
}

/** WHY not the time of day: stations and flows would live for ever, or die at once, when somebody sets the clock. */
const steady = () => performance.now();
