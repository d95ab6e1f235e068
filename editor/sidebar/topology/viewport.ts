// Which part of the picture is shown, how large, and which box an arrow key leads to. Pure.
import type { Place, Point } from './layout-graph.ts';

/** A point of the picture is shown at `scale * point + shift`. */
export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const LEAST_SCALE = 0.1;
const MOST_SCALE = 3;
/** Smaller letters cannot be read; more of a large picture is a matter of dragging. */
const READABLE_SCALE = 0.56;
/** A picture of three boxes need not fill a wall. */
const FULL_SCALE = 1.4;
const MARGIN = 12;

/** All of the picture in the middle of the frame. @param least  the whole may be cut off at this scale */
export function wholeSight(picture: Size, frame: Size, least = LEAST_SCALE): Viewport {
  const across = frame.width / Math.max(1, picture.width);
  const down = frame.height / Math.max(1, picture.height);
  const scale = Math.max(least, Math.min(FULL_SCALE, across, down));
  const middle = (inside: number, outside: number) => (outside - inside * scale) / 2;
  const [x, y] = [middle(picture.width, frame.width), middle(picture.height, frame.height)];
  // What is cut off is cut off at its end.
  return { scale, x: Math.max(0, x), y: Math.max(0, y) };
}

/** What is shown first: all of it, or what can be read of it. */
export function firstSight(picture: Size, frame: Size): Viewport {
  return wholeSight(picture, frame, READABLE_SCALE);
}

/** Larger or smaller around a point of the frame, which stays where it is. */
export function zoom(view: Viewport, factor: number, around: Point): Viewport {
  const scale = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, view.scale * factor));
  const by = scale / view.scale;
  return { scale, x: around.x - (around.x - view.x) * by, y: around.y - (around.y - view.y) * by };
}

export function pan(view: Viewport, dx: number, dy: number): Viewport {
  return { ...view, x: view.x + dx, y: view.y + dy };
}

/** Moves no further than is needed to see a place. */
export function bringIn(view: Viewport, place: Place, frame: Size): Viewport {
  const into = (shift: number, from: number, length: number, room: number) => {
    const start = from * view.scale + shift;
    const end = start + length * view.scale;
    if (start < MARGIN) return shift + MARGIN - start;
    return end > room - MARGIN ? shift - Math.min(end - room + MARGIN, start - MARGIN) : shift;
  };
  const x = into(view.x, place.x, place.width, frame.width);
  const y = into(view.y, place.y, place.height, frame.height);
  return { ...view, x, y };
}

const WAYS: Readonly<Record<string, Point>> = {
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
};

/** What leads somewhere among the boxes. */
export function isWay(key: string): boolean {
  return Object.hasOwn(WAYS, key) || key === 'Home' || key === 'End';
}

/**
 * The box that a key leads to: the nearest that way, where being beside counts for more than being far. Home and End lead to the
 * first and the last in reading order.
 * @returns `from` when there is none
 */
export function nextBox(places: ReadonlyMap<string, Place>, from: string, key: string): string {
  const ids = [...places.keys()];
  if (key === 'Home') return ids[0] ?? from;
  if (key === 'End') return ids.at(-1) ?? from;
  const [way, start] = [WAYS[key], places.get(from)];
  if (way === undefined || start === undefined) return from;
  const here = middleOf(start);
  let best = { id: from, far: Number.POSITIVE_INFINITY };
  for (const [id, place] of places) {
    const there = middleOf(place);
    const ahead = (there.x - here.x) * way.x + (there.y - here.y) * way.y;
    if (id === from || ahead <= 1) continue;
    const beside = Math.abs((there.x - here.x) * way.y) + Math.abs((there.y - here.y) * way.x);
    const far = ahead + 2 * beside;
    if (far < best.far) best = { id, far };
  }
  return best.id;
}

function middleOf({ x, y, width, height }: Place): Point {
  return { x: x + width / 2, y: y + height / 2 };
}
