// A back end that fails at one step when told to, for applies that have to go back by themselves.
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { AnyDriver, DriverSet } from '../../runtime/host/driver-set.ts';
import type { Handle } from '../../runtime/model/driver.ts';

/** The simulated back end; a creation fails when half of it is done. @param failAt  the step, `create vm.cell-7/a7` */
export function failingMemory(failAt: string | undefined): DriverSet {
  return createMemory({
    seam({ operation, at, address }) {
      if (at === 'middle' && `${operation} ${address}` === failAt) throw new Error('boom');
    },
  });
}

/** Real drivers; a creation fails when all of it is done, which leaves most to take back. */
export function failingReal(set: DriverSet, failAt: string | undefined): DriverSet {
  return { ...set, drivers: set.drivers.map(driver => failingDriver(driver, failAt)) };
}

function failingDriver(driver: AnyDriver, failAt: string | undefined): AnyDriver {
  return {
    ...driver,
    async connect(world) {
      const { facts, handle } = await driver.connect(world);
      return { facts, handle: failingHandle(handle, failAt) };
    },
  };
}

function failingHandle(handle: Handle, failAt: string | undefined): Handle {
  const create = handle.create.bind(handle);
  return Object.assign(handle, {
    async create(...args: Parameters<Handle['create']>) {
      await create(...args);
      if (`create ${args[0].address}` === failAt) throw new Error('boom');
    },
  });
}
