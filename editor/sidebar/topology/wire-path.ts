// Wires as paths with rounded corners. Pure.
import type { Point } from './layout-graph.ts';

const RADIUS = 6;

/** Through all of the points, of which each is beside or below the one before. */
export function wirePath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const turns = rest.map((point, index) => {
    const [before, after] = [points[index], rest[index + 1]];
    if (before === undefined || after === undefined) return `L${pair(point)}`;
    const round = Math.min(RADIUS, far(before, point) / 2, far(point, after) / 2);
    return `L${pair(towards(point, before, round))}Q${pair(point)} ${pair(towards(point, after, round))}`;
  });
  return `M${pair(first)}${turns.join('')}`;
}

/** The point half way along. */
export function middleOfWire(points: readonly Point[]): Point {
  const lengths = points.slice(1).map((point, index) => far(points[index] ?? point, point));
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2;
  for (const [index, length] of lengths.entries()) {
    const [from, to] = [points[index], points[index + 1]];
    if (from !== undefined && to !== undefined && left <= length) return towards(from, to, left);
    left -= length;
  }
  return points[0] ?? { x: 0, y: 0 };
}

function towards(from: Point, to: Point, distance: number): Point {
  const all = far(from, to);
  if (all === 0) return from;
  const part = distance / all;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

function far(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function pair({ x, y }: Point): string {
  return `${rounded(x)} ${rounded(y)}`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
