// VMs of an embedded gateway: emulated 32-bit PCs, one thread each, in the process of the agent. Needs no rights and no
// hypervisor. Emulated, and says so.
import { type AnyDriver, DORMANT, type DriverSet } from '../../host/driver-set.ts';
import type { Host } from '../../host/host.ts';
import { openStore } from '../../host/resource-files.ts';
import type { Driver, DriverWorld, Handle } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import { FACTS } from './facts.ts';
import { holdFleet } from './fleet.ts';
import { VmHandle } from './vm.ts';

const vmDriver: Driver<'vm', Host> = {
  kind: 'vm',
  name: 'v86',
  async connect(world) {
    const dormant = world.settings.dormant === DORMANT.dormant;
    return { facts: FACTS, handle: dormant ? sleepingHandle(world) : new VmHandle(holdFleet(optionsOf(world))) };
  },
};

export const v86: DriverSet = { backend: 'embedded', resident: true, drivers: [vmDriver as AnyDriver] };

/** Images and memories may be shared by all gateways of a machine; without a word they are this gateway's own. */
function optionsOf({ host, gateway, stateDirectory, settings, now }: DriverWorld<Host>) {
  return {
    host,
    now,
    folder: `${stateDirectory}/${gateway.name}`,
    imageDirectory: settings.imageDirectory ?? `${stateDirectory}/images`,
    snapshotDirectory: settings.snapshotDirectory ?? `${stateDirectory}/snapshots`,
  };
}

/** Shows what the files say in a process that starts nothing. */
function sleepingHandle({ host, gateway, stateDirectory }: DriverWorld<Host>): Handle<'vm'> {
  const store = openStore(host, `${stateDirectory}/${gateway.name}`, 'vm');
  const refuse = async () => {
    throw new GatewrightError(
      'GW_AGENT_AWAY',
      'VMs are not started by a process that soon ends; start npm start or an agent',
    );
  };
  return {
    observe: async () =>
      (await store.list()).map(({ address, generation, spec }) => {
        const status = { state: 'stopped', why: 'its process does not run' };
        return { kind: 'vm', address, generation, spec: { ...spec, running: false }, status };
      }),
    create: refuse,
    update: refuse,
    remove: refuse,
    async close() {},
  };
}
