// One combination of source, destination and port of a rule as a box of number ranges, and how boxes overlap.
// nft refuses overlapping elements in one set, so boxes are spread over levels: the first level that matches decides.
import { netmask, parseCidr, parsePortRange } from '../../../model/network.ts';

export interface Range {
  readonly first: number;
  readonly last: number;
}

/** Sources, destinations and, with ports, destination ports. */
export type Box = readonly Range[];

export const ANY_ADDRESS: Range = { first: 0, last: 0xffffffff };

/** `10.0.0.0/24` as a range; the text was checked by the schema. */
export function addressRange(network: string): Range {
  const cidr = parseCidr(network);
  if (cidr === undefined) return ANY_ADDRESS;
  return { first: cidr.address, last: (cidr.address | ~netmask(cidr.prefix)) >>> 0 };
}

/** `1024-2048` as a range; the text was checked by the schema. */
export function portRange(text: string): Range {
  return parsePortRange(text) ?? { first: 1, last: 65535 };
}

function overlap(a: Box, b: Box): boolean {
  return a.every((range, index) => {
    const other = b[index];
    return other !== undefined && range.first <= other.last && other.first <= range.last;
  });
}

/** WHY: comparing each box with each is 50 million steps for 10,000 rules; boxes in different cells cannot overlap. */
function cellOf(box: Box): string | undefined {
  const cells = box.map(({ first, last }) => (first >>> 8 === last >>> 8 ? first >>> 8 : -1));
  return cells.includes(-1) ? undefined : cells.join(' ');
}

interface Placed {
  readonly box: Box;
  readonly level: number;
}

/** Level of each box, from 0: one more than the highest level of any earlier box it overlaps. */
export function levelsOf(boxes: readonly Box[]): readonly number[] {
  const wide: Placed[] = [];
  const narrow: Placed[] = [];
  const cells = new Map<string, Placed[]>();
  return boxes.map(box => {
    const cell = cellOf(box);
    const near = cell === undefined ? narrow : (cells.get(cell) ?? []);
    const level = Math.max(above(wide, box), above(near, box));
    const placed = { box, level };
    if (cell === undefined) wide.push(placed);
    else {
      narrow.push(placed);
      near.push(placed);
      cells.set(cell, near);
    }
    return level;
  });
}

function above(placed: readonly Placed[], box: Box): number {
  let level = 0;
  for (const other of placed) if (other.level >= level && overlap(other.box, box)) level = other.level + 1;
  return level;
}
