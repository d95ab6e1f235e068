// Whether an earlier rule decides every frame that a later one could, so that the later one is never reached. In doubt it does
// not: a rule that is hidden and not reported costs nothing.
import type { Range } from '../../lanes/filter/ir.ts';
import { merged } from '../../lanes/filter/terms.ts';
import { MOST_EXTENDED_ID, MOST_STANDARD_ID } from './frame.ts';
import type { CanRule } from './rules.ts';

type Entry = CanRule['ids'][number];
type Mask = Extract<Entry, { mask: number }>;

/** Of rules that look in the same direction. Pure. */
export function canRuleCovers(earlier: CanRule, later: CanRule): boolean {
  // What is above a rate goes on to the next rule.
  if (earlier.rate !== undefined) return false;
  return (
    takes(earlier.format, later.format) &&
    takes(earlier.remote, later.remote) &&
    takes(earlier.type, later.type) &&
    coversLengths(earlier, later) &&
    coversIds(earlier, later) &&
    coversData(earlier, later)
  );
}

function takes(earlier: string, later: string): boolean {
  return earlier === 'any' || earlier === later;
}

function coversLengths(earlier: CanRule, later: CanRule): boolean {
  const [outer, inner] = [earlier, later].map(({ lengths }) => merged(lengths.map(({ least, most }) => [least, most])));
  return coversList(outer ?? [], inner ?? [], ([least, most]) => inOne(outer ?? [], least, most));
}

function coversIds(earlier: CanRule, later: CanRule): boolean {
  const masks = earlier.ids.filter(isMask);
  const ranges = merged(earlier.ids.flatMap(entry => (isMask(entry) ? [] : [[entry.first, entry.last] as const])));
  const most = later.format === 'standard' ? MOST_STANDARD_ID : MOST_EXTENDED_ID;
  return coversList(earlier.ids, later.ids, entry =>
    isMask(entry)
      ? inOne(ranges, entry.id & entry.mask, (entry.id & entry.mask) + (most & ~entry.mask)) ||
        masks.some(mask => fixesAll(mask, entry.mask) && (entry.id & mask.mask) === (mask.id & mask.mask))
      : inOne(ranges, entry.first, entry.last) || masks.some(mask => holdsAll(mask, entry.first, entry.last)),
  );
}

/** An empty list means any. */
function coversList<T>(earlier: readonly unknown[], later: readonly T[], covered: (entry: T) => boolean): boolean {
  return earlier.length === 0 || (later.length > 0 && later.every(covered));
}

function isMask(entry: Entry): entry is Mask {
  return 'mask' in entry;
}

function inOne(ranges: readonly Range[], least: number, most: number): boolean {
  return ranges.some(([from, to]) => from <= least && most <= to);
}

/** Whether every bit that a mask looks at is fixed by another. */
function fixesAll({ mask }: Mask, fixed: number): boolean {
  return (mask & ~fixed) === 0;
}

/** Whether a mask takes every number from one to another: no bit that it looks at changes between them. */
function holdsAll({ id, mask }: Mask, first: number, last: number): boolean {
  const changing = first === last ? 0 : 2 ** (32 - Math.clz32(first ^ last)) - 1;
  return (mask & changing) === 0 && (first & mask) === (id & mask);
}

function coversData({ data: earlier }: CanRule, { data: later }: CanRule): boolean {
  if (earlier === undefined) return true;
  if (later === undefined) return false;
  const [outerMask, outer, innerMask, inner] = [earlier.mask, earlier.value, later.mask, later.value].map(bytesOf);
  return (outerMask ?? []).every((bits, at) => {
    if (bits === 0) return true;
    const fixed = innerMask?.[at] ?? 0;
    return (bits & ~fixed) === 0 && ((outer?.[at] ?? 0) & bits) === ((inner?.[at] ?? 0) & bits);
  });
}

function bytesOf(text: string): readonly number[] {
  return (text.match(/../g) ?? []).map(pair => Number.parseInt(pair, 16));
}
