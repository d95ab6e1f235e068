// What sockets look like from the front, so that a shape tells what one is and not its colour alone. Paths are drawn from the
// upper left corner; sizes are those of the picture.
import type { PortKind } from '../../../runtime/hardware/profile.ts';

export interface Outline {
  readonly width: number;
  readonly height: number;
  /** The body. */
  readonly body: string;
  /** Lines within it. */
  readonly lines?: string;
  /** Pins, screws and the like: filled. */
  readonly pins?: string;
}

/** A round pin. */
const pin = (x: number, y: number, radius = 1.5) =>
  `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`;
const pins = (xs: readonly number[], y: number, radius?: number) => xs.map(x => pin(x, y, radius)).join('');
const box = (width: number, height: number, radius = 2) =>
  `M${radius} 0h${width - 2 * radius}a${radius} ${radius} 0 0 1 ${radius} ${radius}v${height - 2 * radius}` +
  `a${radius} ${radius} 0 0 1 ${-radius} ${radius}h${2 * radius - width}a${radius} ${radius} 0 0 1 ${-radius} ${-radius}` +
  `v${2 * radius - height}a${radius} ${radius} 0 0 1 ${radius} ${-radius}z`;

/** RJ45: the opening with its latch, and eight contacts. */
const RJ45: Outline = {
  ...{ width: 34, height: 30, body: box(34, 30) },
  lines: 'M6 7h22v13h-5v4H11v-4H6zM9.5 7v4M12 7v4M14.5 7v4M17 7v4M19.5 7v4M22 7v4M24.5 7v4',
};
/** D-sub with nine pins, between its two screws. */
const D_SUB: Outline = {
  ...{ width: 58, height: 24, body: 'M12 1h34q5 0 4 4l-4 14q-1 4-5 4H17q-4 0-5-4L8 5q-1-4 4-4z' },
  pins: pins([18, 23.5, 29, 34.5, 40], 9) + pins([20.75, 26.25, 31.75, 37.25], 15.5) + pins([3.5, 54.5], 12, 2.5),
};
/** Three terminals with their screws. */
const TERMINALS: Outline = {
  ...{ width: 42, height: 26, body: box(42, 26), lines: 'M14 0v26M28 0v26M4 18h6v5H4zM18 18h6v5h-6zM32 18h6v5h-6z' },
  pins: pins([7, 21, 35], 9, 3.5),
};
/** Two rows of pins. */
const HEADER: Outline = {
  ...{ width: 62, height: 20, body: box(62, 20) },
  pins: pins([7, 15, 23, 31, 39, 47, 55], 6.5) + pins([7, 15, 23, 31, 39, 47, 55], 13.5),
};
const USB: Outline = { width: 32, height: 15, body: box(32, 15, 1.5), pins: 'M5 4h22v4H5z' };
/** HDMI or DisplayPort. */
const VIDEO: Outline = { width: 40, height: 16, body: 'M1 1h38v8l-5 6H6l-5-6z', lines: 'M7 6h26' };
/** Screw socket of an antenna. */
const ANTENNA: Outline = {
  ...{ width: 26, height: 26, body: pin(13, 13, 9), pins: pin(13, 13, 2.5) },
  lines: `${pin(13, 13, 5.5)}M3 4q-4 9 0 18M23 4q4 9 0 18`,
};
const JACK: Outline = { width: 22, height: 22, body: pin(11, 11, 10), lines: pin(11, 11, 4) };
/** A card or chip within the box. */
const CHIP: Outline = {
  ...{ width: 34, height: 26, body: 'M5 3h24v20H5z' },
  lines: 'M10 0v3M17 0v3M24 0v3M10 23v3M17 23v3M24 23v3M5 8H1M5 18H1M29 8h4M29 18h4',
};

export const OUTLINES: Readonly<Record<PortKind, Outline>> = {
  ethernet: RJ45,
  'ethernet-pf': RJ45,
  'ethernet-vf': CHIP,
  serial: D_SUB,
  'serial-can': TERMINALS,
  can: TERMINALS,
  'virtual-can': CHIP,
  usb: USB,
  'usb-device': USB,
  'usb-controller': CHIP,
  display: VIDEO,
  audio: JACK,
  wifi: ANTENNA,
  cellular: ANTENNA,
  gpio: HEADER,
  nvme: CHIP,
  sata: CHIP,
  tpm: CHIP,
  other: CHIP,
};

/** What stands together, in this order from the left. */
const GROUPS: readonly (readonly PortKind[])[] = [
  ['ethernet', 'ethernet-pf'],
  ['serial'],
  ['can', 'serial-can'],
  ['usb', 'usb-device'],
  ['display', 'audio'],
  ['gpio'],
  ['wifi', 'cellular'],
];

/** Place of a kind among the groups; what is within the box comes last. */
export function groupOf(kind: PortKind): number {
  const at = GROUPS.findIndex(group => group.includes(kind));
  return at === -1 ? GROUPS.length : at;
}
