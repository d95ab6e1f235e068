// Short ways to write the parts of a filter program, for protocols that lower their rules to it.
import type { Expression, Load, Range, Term, Test } from './ir.ts';

/** Milliseconds of the spans that people count rates in. */
export const PER = { second: 1000, minute: 60_000, hour: 3_600_000 } as const;
export const PER_WORDS = Object.keys(PER) as [keyof typeof PER];

/** A byte of the frame, or some of its bits. */
export function byteAt(offset: number, mask = 0xff, shift = 0): Load {
  return { offset, width: 1, endian: 'big', mask, shift };
}

/** Two bytes of the frame, the higher one first. */
export function wordAt(offset: number): Load {
  return { offset, width: 2, endian: 'big', mask: 0xffff, shift: 0 };
}

/** Some bits of four bytes of the frame, the lowest byte first. */
export function littleLongAt(offset: number, mask: number, shift = 0): Load {
  return { offset, width: 4, endian: 'little', mask, shift };
}

/** A term as it is, once, or so many times. */
export type TermText = Term['of'] | readonly [times: number, of: Term['of']];

/** The sum of some terms and a constant. */
export function sum(constant: number, ...terms: readonly TermText[]): Expression {
  const written = terms.map(term => (Array.isArray(term) ? { of: term[1], times: term[0] } : { of: term, times: 1 }));
  return { terms: written as Term[], constant };
}

type Inside = Extract<Test, { kind: 'inside' }>;

/** A test that a value lies in one of some ranges. */
export function isIn(says: string, of: Term['of'] | Expression, ranges: readonly Range[]): Inside {
  const value = typeof of === 'object' && 'terms' in of ? of : sum(0, of);
  return { kind: 'inside', says, first: value, last: value, ranges: [...ranges] };
}

/** A test that a value is one of some. */
export function isOneOf(says: string, of: Term['of'] | Expression, ...values: readonly number[]): Inside {
  return isIn(says, of, merged(values.map(value => [value, value])));
}

/** The same numbers in as few ranges as can be, in order. */
export function merged(ranges: readonly (readonly [least: number, most: number])[]): readonly Range[] {
  const result: [number, number][] = [];
  for (const [least, most] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && least <= last[1] + 1) last[1] = Math.max(last[1], most);
    else result.push([least, most]);
  }
  return result;
}

/** `5`, `1 to 4`, joined with commas: ranges for a sentence. At most so many, the others are counted. */
export function rangeWords(ranges: readonly Range[], show: (value: number) => string = String): string {
  const words = ranges.map(([least, most]) => (least === most ? show(least) : `${show(least)} to ${show(most)}`));
  return words.length > 4 ? `${words.slice(0, 3).join(', ')} or ${words.length - 3} more ranges` : words.join(', ');
}
