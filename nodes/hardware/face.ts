// A picture of the box's face: its connectors in the order of their list, each with its shape and its printed label. It is drawn
// from what is known and shows no place on the box: where a socket really is, the profile does not say.
import { svgElement } from '../../editor/element.ts';

export interface Socket {
  readonly label: string;
  readonly kind: string;
  /** Of a network interface. */
  readonly role: string;
}

const PITCH = 78;
const ROW = 54;
const PER_ROW = 8;
const EDGE = 10;

/** Outlines of 40 × 26, so that a shape tells what a socket is and not its colour alone. */
const SHAPES: Readonly<Record<string, string>> = {
  // RJ45 with its latch.
  ethernet: 'M4 1h32v18h-7v6H11v-6H4z',
  // D-sub with nine pins.
  serial: 'M5 3h30q3 0 2 3l-4 14q-1 3-4 3H11q-3 0-4-3L3 6q-1-3 2-3z',
  // Terminal block with two screws.
  can: 'M3 3h34v20H3zM20 3v20',
};
const UNKNOWN = 'M6 6h28v14H6z';

/** @param chosen  called with the place of a socket that somebody clicks */
export function faceOf(sockets: readonly Socket[], title: string, chosen: (index: number) => void): SVGElement {
  const rows = Math.max(1, Math.ceil(sockets.length / PER_ROW));
  const columns = Math.min(PER_ROW, Math.max(4, sockets.length));
  const [width, height] = [columns * PITCH + 2 * EDGE, rows * ROW + 2 * EDGE];
  const face = svgElement(
    'svg',
    { class: 'gw-face', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': title },
    svgElement('rect', { class: 'gw-face-box', x: 1, y: 1, width: width - 2, height: height - 2, rx: 8 }),
  );
  for (const [index, socket] of sockets.entries()) {
    const at = { x: EDGE + (index % PER_ROW) * PITCH, y: EDGE + Math.floor(index / PER_ROW) * ROW };
    const drawn = socketAt(socket, at);
    drawn.addEventListener('click', () => chosen(index));
    face.append(drawn);
  }
  return face;
}

function socketAt({ label, kind, role }: Socket, { x, y }: { readonly x: number; readonly y: number }): SVGElement {
  const middle = PITCH / 2;
  return svgElement(
    'g',
    { class: `gw-socket gw-socket-${kind} gw-socket-${role}`, transform: `translate(${x} ${y})` },
    svgElement('path', { d: SHAPES[kind] ?? UNKNOWN, transform: `translate(${middle - 20} 4)` }),
    svgElement(
      'text',
      { x: middle, y: 48, 'text-anchor': 'middle' },
      label.length > 10 ? `${label.slice(0, 9)}…` : label,
    ),
    svgElement('title', {}, label),
  );
}
