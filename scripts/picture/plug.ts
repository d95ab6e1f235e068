// A port in a picture, in the shape and colour that its kind has on the canvas.
import { readFileSync } from 'node:fs';
import { OUTLINES, type Plug, plugOf } from '../../editor/canvas/port-looks.ts';

const STYLES = readFileSync(new URL('../../editor/canvas/canvas.css', import.meta.url), 'utf8');

/** As the canvas's style sheet has it, since a picture has none. @throws Error when it has no colour for the plug */
function colourOf(plug: Plug): string {
  const colour = new RegExp(`\\.gw-plug-${plug} \\{\\s*fill: (#[0-9a-f]{6})`).exec(STYLES)?.[1];
  if (colour === undefined) throw new Error(`editor/canvas/canvas.css gives .gw-plug-${plug} no colour`);
  return colour;
}

/** @param x  middle of the port, as y */
export function plugMark(kind: string, x: number, y: number): string {
  const plug = plugOf(kind);
  if (plug === undefined)
    return `<rect x="${x - 5}" y="${y - 5}" width="10" height="10" rx="3" fill="#d9d9d9" stroke="#666"/>`;
  const at = `translate(${x - 5} ${y - 5})`;
  return `<path d="${OUTLINES[plug]}" transform="${at}" fill="${colourOf(plug)}" stroke="#fff" stroke-width="1.5"/>`;
}

/** Of a wire that carries this kind. */
export function wireColour(kind: string | undefined): string {
  const plug = kind === undefined ? undefined : plugOf(kind);
  return plug === undefined ? '#999999' : colourOf(plug);
}
