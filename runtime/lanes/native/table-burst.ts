// Decides bursts by the table of a filter: in C where the addon is, else in TypeScript, with the same verdicts and counters.
import { walkTable } from '../filter/table-walker.ts';
import type { BurstAddon } from './addon.ts';

/** As `DecideBurst` of generated code. */
export type DecideByTable = (
  bytes: Uint8Array,
  starts: Int32Array,
  lengths: Int32Array,
  count: number,
  now: number,
  state: Float64Array,
  decisions: Int32Array,
) => number;

/**
 * @param table  that `tableOf` made
 * @param addon  absent: in TypeScript
 * @throws TypeError when the table is none
 */
export function decideByTable(table: Int32Array, addon: BurstAddon | undefined): DecideByTable {
  if (addon === undefined) return inTypeScript(table);
  const filter = addon.filter(table);
  if (filter === undefined) throw new TypeError('this is no table of a filter');
  return (bytes, starts, lengths, count, now, state, decisions) =>
    addon.decide(filter, bytes, starts, lengths, count, now, state, decisions);
}

function inTypeScript(table: Int32Array): DecideByTable {
  return (bytes, starts, lengths, count, now, state, decisions) => {
    let accepted = 0;
    for (let index = 0; index < count; index += 1) {
      const decision = walkTable(table, bytes, starts[index] ?? 0, lengths[index] ?? 0, now, state);
      decisions[index] = decision;
      accepted += (decision >>> 8) & 1;
    }
    return accepted;
  };
}
