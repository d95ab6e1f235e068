// Field lines of a gateway: a process of its own owns the devices, and each VM has a virtual port on them. Real devices, and the
// real protocol; what a serial line does below its bytes is the kernel's.
import { createHash } from 'node:crypto';
import { type AnyDriver, DORMANT, type DriverSet } from '../../host/driver-set.ts';
import type { Host } from '../../host/host.ts';
import { openStore } from '../../host/resource-files.ts';
import type { Driver, DriverFacts } from '../../model/driver.ts';
import { LineHandle } from './handle.ts';
import { LineProcess, sharedLineProcesses } from './line-process.ts';

const FACTS: DriverFacts<'line'> = {
  kind: 'line',
  driver: 'lines',
  label: 'real',
  mutable: { settings: 'live', device: 'live', messages: 'live', ports: 'live' },
  renames: true,
  rebuildWith: [],
  seconds: { create: 1, update: 1, restart: 1, remove: 1 },
  losesState: false,
  lacks: {},
};

const lineDriver: Driver<'line', Host> = {
  kind: 'line',
  name: 'lines',
  async connect({ host, gateway, stateDirectory, sharedDirectory = stateDirectory, settings }) {
    const folder = `${stateDirectory}/${gateway.name}`;
    const store = openStore(host, folder, 'line');
    if (settings.dormant === DORMANT.dormant) return { facts: FACTS, handle: new LineHandle(store, undefined) };
    const ordersPath = `${stateDirectory}/${shortOf(gateway.name)}`;
    const held = await sharedLineProcesses.hold(host.cables, folder, async () => {
      const world = { host, ordersPath, stateDirectory: sharedDirectory, gateway: gateway.name };
      const lines = new LineProcess(world, store);
      await lines.open();
      return lines;
    });
    return { facts: FACTS, handle: new LineHandle(store, held) };
  },
};

export const lines: DriverSet = { backend: 'embedded', resident: true, drivers: [lineDriver as AnyDriver] };
/** Whatever runs the VMs, their serial ports are sockets. */
export const linesOnLinux: DriverSet = { ...lines, backend: 'linux' };

/** Whatever the gateway is called: the path of a socket has little room. */
function shortOf(gateway: string): string {
  return `.${createHash('sha256').update(gateway).digest('hex').slice(0, 8)}`;
}
