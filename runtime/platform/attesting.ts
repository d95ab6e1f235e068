// What people may ask of whoever attests on a gateway, with a note in the audit of every decision. A token is in no note.
import type { Attestation } from '../model/attestation.ts';
import { messageOf } from '../model/errors.ts';

/** @param note  takes what was done, or refused and why */
export function noted(attestation: Attestation, note: (detail: string) => void): Attestation {
  const told = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      const result = await work();
      note(what);
      return result;
    } catch (error) {
      note(`${what} refused: ${messageOf(error)}`);
      throw error;
    }
  };
  return {
    status: () => attestation.status(),
    history: (machine, most) => attestation.history(machine, most),
    ask: machine => attestation.ask(machine),
    invite: (machine, by) => told(`invite ${machine}`, () => attestation.invite(machine, by)),
    enrol: (machine, token) => told(`enrol ${machine}`, () => attestation.enrol(machine, token)),
    approve: (machine, key, by) =>
      told(`approve key ${key.slice(0, 20)} of ${machine}`, () => attestation.approve(machine, key, by)),
    learn: (machine, by) => told(`learn ${machine}`, () => attestation.learn(machine, by)),
  };
}
