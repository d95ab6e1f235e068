// A port in a picture, in the shape and colour that its kind has on the canvas.
import { OUTLINES, type Plug, plugOf } from '../../editor/canvas/port-looks.ts';

/** The colours of editor/canvas/canvas.css, for pictures that have no style sheet. */
const COLOURS: Readonly<Record<Plug, string>> = {
  square: '#8a8f98',
  diamond: '#e69f00',
  circle: '#0072b2',
  hexagon: '#cc79a7',
};

/** @param x  middle of the port, as y */
export function plugMark(kind: string, x: number, y: number): string {
  const plug = plugOf(kind);
  if (plug === undefined)
    return `<rect x="${x - 5}" y="${y - 5}" width="10" height="10" rx="3" fill="#d9d9d9" stroke="#666"/>`;
  const at = `translate(${x - 5} ${y - 5})`;
  return `<path d="${OUTLINES[plug]}" transform="${at}" fill="${COLOURS[plug]}" stroke="#fff" stroke-width="1.5"/>`;
}

/** Of a wire that carries this kind. */
export function wireColour(kind: string | undefined): string {
  const plug = kind === undefined ? undefined : plugOf(kind);
  return plug === undefined ? '#999999' : COLOURS[plug];
}
