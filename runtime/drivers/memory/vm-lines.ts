// What a simulated VM offers besides its resource: a console that says what it is, and switches that only that console
// and the kept spec notice.

import type { Store } from '../../host/resource-files.ts';
import type { Address } from '../../model/address.ts';
import type { PowerAction } from '../../model/console.ts';
import type { Handle } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import { SimulatedConsole } from './console.ts';

/** Opens console and power over the store of VMs. */
export function openVmLines(store: Store<'vm'>): Required<Pick<Handle<'vm'>, 'console' | 'power'>> {
  const consoles = new Map<Address<'vm'>, SimulatedConsole>();

  async function lineOf(address: Address<'vm'>): Promise<SimulatedConsole | undefined> {
    if ((await store.read(address)) === undefined) {
      consoles.delete(address);
      return undefined;
    }
    const line = consoles.get(address) ?? new SimulatedConsole(address);
    consoles.set(address, line);
    return line;
  }

  return {
    console: lineOf,
    async power(address, action) {
      const found = await store.read(address);
      if (found === undefined)
        throw new GatewrightError('GW_ADDRESS_UNKNOWN', `there is no VM ${address}; apply it first`, { address });
      const running = RUNNING_AFTER[action];
      if (running !== undefined) await store.write({ ...found, spec: { ...found.spec, running } });
      (await lineOf(address))?.say(`[simulated ${action}]\r\n`);
    },
  };
}

/** Whether a VM runs after an action; absent where that stays as it was. */
const RUNNING_AFTER: Readonly<Partial<Record<PowerAction, boolean>>> = { start: true, stop: false };
