// Where the bits of a signal are: in which bytes of the message, and what they count. Pure.
import type { DbcSignal } from './database.ts';

export interface BitRun {
  readonly byte: number;
  /** How far the run is from the least significant bit of the byte. */
  readonly shift: number;
  readonly bits: number;
  /** Place of the run's least significant bit in the signal. */
  readonly place: number;
}

/** The runs of a signal, one per byte that it touches. */
export function bitsOf({ start, length, order }: Pick<DbcSignal, 'start' | 'length' | 'order'>): readonly BitRun[] {
  const runs: BitRun[] = [];
  let at = start;
  for (let left = length; left > 0; ) {
    const [byte, bit] = [at >>> 3, at & 7];
    const bits = Math.min(left, order === 'intel' ? 8 - bit : bit + 1);
    if (order === 'intel') runs.push({ byte, shift: bit, bits, place: length - left });
    else runs.push({ byte, shift: bit + 1 - bits, bits, place: left - bits });
    // An Intel signal goes on with the lowest bit of the next byte, a Motorola one with the highest.
    at = (byte + 1) * 8 + (order === 'intel' ? 0 : 7);
    left -= bits;
  }
  return runs;
}
