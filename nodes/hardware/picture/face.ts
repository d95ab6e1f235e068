// The picture of a box: its faces with their sockets, each with its shape and its label. Where the profile does not say where a
// socket is, they stand in rows.
import { svgElement } from '../../../editor/element.ts';
import { type Face, HEAD, layOut, MOST_LETTERS, type PlacedSocket, WIDTH } from './layout.ts';
import { OUTLINES } from './outlines.ts';
import type { PicturedSocket } from './pictured.ts';

export interface Picture {
  /** Printed on the box. */
  readonly title: string;
  /** For those who hear the picture. */
  readonly name: string;
  /** What stands where no side of the box is known. */
  readonly schematic: string;
  readonly sockets: readonly PicturedSocket[];
  /** In one line, what a socket is. */
  words(socket: PicturedSocket): string;
  /** Somebody clicked a socket, or chose it with the keyboard. */
  chosen(socket: PicturedSocket): void;
}

const GAP = 10;
/** A picture that may stay in sight while the form below is scrolled. */
const MOST_LOW = 250;

/** A wire leads from the socket: the shapes that outputs of these uses have everywhere. */
const PLUGS: Readonly<Record<PicturedSocket['use'], string>> = {
  management: 'M-4.5-4.5h9v9h-9z',
  network: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z',
  field: 'M0-6l6 6l-6 6l-6-6z',
  none: '',
};

export function pictureOf(picture: Picture): SVGElement {
  const faces = layOut(picture.sockets);
  const height = faces.reduce((sum, face) => sum + face.height + GAP, 4 - GAP);
  const root = svgElement('svg', {
    ...{
      class: height > MOST_LOW ? 'gw-box' : 'gw-box gw-low',
      viewBox: `0 0 ${WIDTH} ${height}`,
      role: 'group',
      'aria-label': picture.name,
    },
  });
  let top = 2;
  for (const [index, face] of faces.entries()) {
    root.append(faceAt(face, top, index === 0 ? picture.title : '', picture));
    top += face.height + GAP;
  }
  return root;
}

function faceAt(face: Face, top: number, title: string, picture: Picture): SVGElement {
  const { height, separators } = face;
  const group = svgElement(
    'g',
    { transform: `translate(0 ${top})` },
    svgElement('rect', { class: 'gw-box-panel', x: 1, y: 0, width: WIDTH - 2, height, rx: 7 }),
    ...[10, WIDTH - 10].flatMap(x => [10, height - 10].map(y => screwAt(x, y))),
    svgElement('text', { class: 'gw-box-title', x: 24, y: HEAD - 11 }, title),
    svgElement(
      'text',
      { class: 'gw-box-side', x: WIDTH - 24, y: HEAD - 11, 'text-anchor': 'end' },
      face.title === '' ? picture.schematic : face.title,
    ),
    ...separators.map(({ x, top: y1, bottom: y2 }) =>
      svgElement('line', { class: 'gw-box-gap', x1: x, x2: x, y1, y2 }),
    ),
  );
  for (const placed of face.sockets) group.append(socketAt(placed, picture));
  return group;
}

function screwAt(x: number, y: number): SVGElement {
  return svgElement('path', {
    class: 'gw-box-screw',
    d: `M${x - 3} ${y}a3 3 0 1 0 6 0a3 3 0 1 0-6 0zM${x - 2} ${y + 2}l4-4`,
  });
}

function socketAt({ socket, x, y }: PlacedSocket, picture: Picture): SVGElement {
  const { label, kind, use, isWired, isRemembered, row } = socket;
  const { width, height, body, lines, pins } = OUTLINES[kind];
  const name = picture.words(socket);
  const states = [`gw-use-${use}`, isWired ? 'gw-wired' : '', isRemembered ? 'gw-remembered' : ''];
  const shown = label.length > MOST_LETTERS ? `${label.slice(0, MOST_LETTERS - 1)}…` : label;
  const group = svgElement(
    'g',
    {
      ...{ class: ['gw-socket', ...states].filter(word => word !== '').join(' '), transform: `translate(${x} ${y})` },
      ...{ role: 'button', tabindex: 0, 'aria-label': name, 'data-gw-socket': label },
      ...(row === undefined ? {} : { 'data-gw-row': row }),
    },
    svgElement('rect', {
      class: 'gw-socket-halo',
      x: -width / 2 - 5,
      y: -height - 5,
      width: width + 10,
      height: height + 27,
      rx: 4,
    }),
    svgElement('path', { class: 'gw-socket-body', d: body, transform: `translate(${-width / 2} ${-height})` }),
    ...(lines === undefined ? [] : [inside('gw-socket-lines', lines, width, height)]),
    ...(pins === undefined ? [] : [inside('gw-socket-pins', pins, width, height)]),
    ...(isWired
      ? [
          svgElement('path', {
            class: 'gw-socket-plug',
            d: PLUGS[use],
            transform: `translate(${width / 2} ${-height})`,
          }),
        ]
      : []),
    svgElement('text', { y: 16, 'text-anchor': 'middle' }, shown),
    svgElement('title', {}, name),
  );
  group.addEventListener('click', () => picture.chosen(socket));
  group.addEventListener('keydown', event => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
    group.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  });
  return group;
}

function inside(name: string, d: string, width: number, height: number): SVGElement {
  return svgElement('path', { class: name, d, transform: `translate(${-width / 2} ${-height})` });
}
