// Guests in v86: a PC in WebAssembly, one thread each, going on from a memory that was made once. Needs nothing but Node.
import type { Hypervisor } from '../hypervisor.ts';
import { fieldSocketIn } from '../sockets.ts';
import { type BootWorld, prepare } from './boot.ts';
import { FACTS } from './facts.ts';
import { Machine } from './machine.ts';

/** @param because  why this one was chosen, in words */
export function v86Hypervisor(world: BootWorld, because: string): Hypervisor {
  return {
    name: 'v86',
    facts: { ...FACTS, because },
    async boot({ spec, folder, signal, progress }, ends) {
      const from = await prepare(world, spec, signal, progress);
      const machine = new Machine({ ...from.boot, fieldSocket: fieldSocketIn(folder) }, ends);
      try {
        await machine.started();
        return machine;
      } catch (error) {
        await machine.end();
        await from.discard(); // the next start boots anew
        throw error;
      }
    },
  };
}
