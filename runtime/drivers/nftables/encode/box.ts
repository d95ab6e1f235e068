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
  for (let index = 0; index < a.length; index += 1) {
    const [one, other] = [a[index], b[index]];
    if (one === undefined || other === undefined || one.first > other.last || other.first > one.last) return false;
  }
  return true;
}

interface Placed {
  readonly box: Box;
  readonly level: number;
}

/** Boxes that are narrow (within one cell of 256 numbers) in the same dimensions, by their cells in those. */
interface Group {
  readonly all: Placed[];
  readonly cells: Map<string, Placed[]>;
}

/**
 * Level of each box, from 0: one more than the highest level of any earlier box it overlaps.
 */
export function levelsOf(boxes: readonly Box[]): readonly number[] {
  return boxes.every(isPoint) ? levelsOfPoints(boxes) : levelsOfAny(boxes);
}

/** Whether a box is one address and port. */
export function isPoint(box: Box): boolean {
  return box.every(({ first, last }) => first === last);
}

/** Points overlap where they are equal. They are found again by a small number, which is quicker than by their text. */
function levelsOfPoints(boxes: readonly Box[]): readonly number[] {
  const known = new Map<number, Box[]>();
  return boxes.map(box => {
    const key = mixed(box);
    const near = known.get(key);
    if (near === undefined) known.set(key, [box]);
    else near.push(box);
    return near === undefined ? 0 : near.filter(other => overlap(other, box)).length - 1;
  });
}

/** The same for equal points, and seldom the same for others. */
function mixed(box: Box): number {
  let mix = 0;
  for (const { first } of box) mix = Math.imul(mix ^ (mix >>> 15) ^ first, 0x9e3779b1);
  return mix >>> 2;
}

/**
 * WHY groups and cells: comparing each box with each is 50 million steps for 10,000 rules. Boxes in different cells of a
 * dimension in which both are narrow cannot overlap, so mostly one cell of a group has to be looked at.
 */
function levelsOfAny(boxes: readonly Box[]): readonly number[] {
  const groups = new Map<number, Group>();
  return boxes.map(box => {
    const narrow = narrowIn(box);
    let level = 0;
    for (const [mask, group] of groups) {
      const near = (mask & narrow) === mask ? group.cells.get(cellOf(box, mask)) : group.all;
      if (near !== undefined) level = above(near, box, level);
    }
    place(groups, narrow, { box, level });
    return level;
  });
}

function place(groups: Map<number, Group>, narrow: number, placed: Placed): void {
  const group: Group = groups.get(narrow) ?? { all: [], cells: new Map() };
  groups.set(narrow, group);
  group.all.push(placed);
  const cell = cellOf(placed.box, narrow);
  const near = group.cells.get(cell);
  if (near === undefined) group.cells.set(cell, [placed]);
  else near.push(placed);
}

/** One bit per dimension. */
function narrowIn(box: Box): number {
  return box.reduce((mask, { first, last }, index) => (first >>> 8 === last >>> 8 ? mask | (1 << index) : mask), 0);
}

function cellOf(box: Box, mask: number): string {
  return box.reduce((cell, { first }, index) => ((mask & (1 << index)) === 0 ? cell : `${cell}${first >>> 8} `), '');
}

function above(placed: readonly Placed[], box: Box, least: number): number {
  let level = least;
  for (const other of placed) if (other.level >= level && overlap(other.box, box)) level = other.level + 1;
  return level;
}
