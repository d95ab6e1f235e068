// A name for a new entry of a list that no other entry has.
import type { Entry } from './list-form.ts';

/** `eth2` when `eth0` and `eth1` are taken. */
export function freshName(prefix: string, entries: readonly Entry[], field: string, first = 0): string {
  const taken = new Set(entries.map(entry => entry[field]));
  let number = first;
  while (taken.has(`${prefix}${number}`)) number += 1;
  return `${prefix}${number}`;
}
