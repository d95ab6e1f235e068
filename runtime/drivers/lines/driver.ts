// Field lines of an embedded gateway: the process of the gateway owns the device, and each VM has a virtual port on it. Real
// devices, and the real protocol; what a serial line does below its bytes is the kernel's.
import { type AnyDriver, DORMANT, type DriverSet } from '../../host/driver-set.ts';
import type { Host } from '../../host/host.ts';
import { openStore } from '../../host/resource-files.ts';
import type { Driver, DriverFacts } from '../../model/driver.ts';
import { LineHandle } from './handle.ts';
import { Lines, sharedLines } from './lines.ts';

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
  async connect({ host, gateway, stateDirectory, settings, now }) {
    const folder = `${stateDirectory}/${gateway.name}`;
    const store = openStore(host, folder, 'line');
    if (settings.dormant === DORMANT.dormant) return { facts: FACTS, handle: new LineHandle(store, undefined) };
    const held = await sharedLines.hold(host.cables, folder, async () => {
      const lines = new Lines(host, now);
      await lines.restore(store);
      return lines;
    });
    return { facts: FACTS, handle: new LineHandle(store, held) };
  },
};

export const lines: DriverSet = { backend: 'embedded', resident: true, drivers: [lineDriver as AnyDriver] };
