// Where sockets are in the picture of a box: where its profile says, or else in rows by what they are. Pure.
import { groupOf, OUTLINES } from './outlines.ts';
import type { PicturedSocket } from './pictured.ts';

export interface PlacedSocket {
  readonly socket: PicturedSocket;
  /** Middle of its lower edge; its label is below. */
  readonly x: number;
  readonly y: number;
}

export interface Face {
  /** What the profile calls this side of the box; empty when it is known of no socket where it is. */
  readonly title: string;
  readonly height: number;
  readonly sockets: readonly PlacedSocket[];
  /** Lines between groups: x, and from where to where. */
  readonly separators: readonly { readonly x: number; readonly top: number; readonly bottom: number }[];
}

export const WIDTH = 720;
/** Room for the name of the box or of its side. */
export const HEAD = 30;
const EDGE = 22;
const ROW = 66;
const LABEL = 22;
const LEAST_CELL = 52;
const CELL_GAP = 12;
const GROUP_GAP = 26;
/** Of a label, in the font of the picture. */
const LETTER = 6.6;
/** Longest label that is written out. */
export const MOST_LETTERS = 12;
/** Of a face on which sockets have places. */
const PLACED_HEIGHT = 180;

export function layOut(sockets: readonly PicturedSocket[]): readonly Face[] {
  const titles = [...new Set(sockets.flatMap(({ place }) => (place === undefined ? [] : [place.face])))].sort();
  const placed = titles.map(title => placedFace(title, sockets));
  const others = sockets.filter(({ place }) => place === undefined);
  return others.length > 0 || placed.length === 0 ? [...placed, rowFace(others)] : placed;
}

function placedFace(title: string, sockets: readonly PicturedSocket[]): Face {
  const seen = sockets.flatMap(socket => {
    const { place } = socket;
    if (place?.face !== title) return [];
    const x = EDGE + LEAST_CELL / 2 + (place.xPercent / 100) * (WIDTH - 2 * EDGE - LEAST_CELL);
    const y = HEAD + 30 + (place.yPercent / 100) * (PLACED_HEIGHT - HEAD - 30 - LABEL);
    return [{ socket, x, y }];
  });
  return { title, height: PLACED_HEIGHT, sockets: seen, separators: [] };
}

function rowFace(sockets: readonly PicturedSocket[]): Face {
  const ordered = sockets.toSorted((a, b) => groupOf(a.kind) - groupOf(b.kind));
  const placed: PlacedSocket[] = [];
  const separators: { x: number; top: number; bottom: number }[] = [];
  let [x, row] = [EDGE, 0];
  let group: number | undefined;
  for (const socket of ordered) {
    const width = cellWidth(socket);
    const isNew = group !== undefined && group !== groupOf(socket.kind);
    group = groupOf(socket.kind);
    const from = x === EDGE ? x : x + (isNew ? GROUP_GAP : CELL_GAP);
    const fits = from + width <= WIDTH - EDGE;
    if (!fits) row += 1;
    const start = fits ? from : EDGE;
    const top = HEAD + row * ROW;
    if (fits && isNew && x !== EDGE)
      separators.push({ x: start - GROUP_GAP / 2, top: top + 8, bottom: top + ROW - 10 });
    placed.push({ socket, x: start + width / 2, y: top + ROW - LABEL - 6 });
    x = start + width;
  }
  return { title: '', height: HEAD + (row + 1) * ROW + 4, sockets: placed, separators };
}

function cellWidth({ kind, label }: PicturedSocket): number {
  const letters = Math.min(label.length, MOST_LETTERS);
  return Math.max(LEAST_CELL, OUTLINES[kind].width, letters * LETTER + 12);
}
