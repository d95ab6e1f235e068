// How ports of each kind look: a colour of Okabe and Ito that colour-blind people tell apart, and always a shape. Pure.
import type { PortKind } from '../../runtime/model/wire.ts';
import { type Drawing, kindsAt, kindsPassing, starts, type WiredNode } from '../wiring.ts';

/** `plug` is what the shape is called: plugs of another shape do not go in. */
export type Plug = 'square' | 'diamond' | 'circle' | 'hexagon';

/** Messages look as Node-RED draws them. */
const PLUGS: Readonly<Record<PortKind, Plug | undefined>> = {
  interface: 'square',
  field: 'diamond',
  nic: 'circle',
  segment: 'circle',
  routed: 'circle',
  tpm: 'hexagon',
  gate: 'hexagon',
  message: undefined,
};

/** Outlines in the place of Node-RED's own square of 10 × 10. */
export const OUTLINES: Readonly<Record<Plug, string>> = {
  square: 'M0 0h10v10H0z',
  diamond: 'M5 -1.5L11.500 5L5 11.5L-1.500 5z',
  circle: 'M5 -0.5a5.500 5.500 0 1 1 0 11a5.500 5.500 0 1 1 0 -11z',
  hexagon: 'M2 -0.5h6l3.500 5.500l-3.500 5.500h-6l-3.500 -5.500z',
};

/** The plug of a kind; `undefined` for messages, and for kinds that are not known. */
export function plugOf(kind: string): Plug | undefined {
  return Object.hasOwn(PLUGS, kind) ? PLUGS[kind as PortKind] : undefined;
}

/** The one plug that all of these kinds have. */
export function commonPlug(kinds: readonly string[]): Plug | undefined {
  const plugs = new Set(kinds.map(plugOf));
  return plugs.size === 1 ? [...plugs][0] : undefined;
}

/** Kinds that an output shows: of a firewall what goes through now, none while nothing does. */
export function kindsShownOut(node: WiredNode, port: number, drawing: Drawing): readonly string[] {
  if (node.ports?.passes !== true) return kindsAt({ node, port }, drawing);
  const now = kindsPassing(node, drawing);
  return now.length > 0 ? now : node.ports.outputs;
}

/** Kinds that an input shows: the first it takes, of a firewall what is wired to it. */
export function kindsShownIn(node: WiredNode, drawing: Drawing): readonly string[] {
  const { accepts = [], passes = false, keeps = [] } = node.ports ?? {};
  if (!passes) return accepts.slice(0, 1);
  const now = kindsPassing(node, drawing);
  if (now.length > 0) return now;
  const wired = starts(node, drawing).flatMap(start => kindsAt(start, drawing));
  const kept = wired.filter(kind => keeps.includes(kind));
  return kept.length > 0 ? kept : keeps;
}
