// Wires, and what stands at them: firewalls, gates, and a mark where a wire is not as it should be.
import { svgElement } from '../../element.ts';
import type { Words } from '../../words.ts';
import type { Standing, TopologyLink } from './graph.ts';
import { type PlacedWire, ROW_HEIGHT, SMALL_LETTER } from './layout-graph.ts';
import { FINE } from './marks.ts';
import { frame, hexagon, markOf, placedGroup, text as textAt } from './picture-strokes.ts';
import { standingText, trustText } from './texts.ts';
import { middleOfWire, wirePath } from './wire-path.ts';

export function wireOf({ sort, standing }: TopologyLink, wire: PlacedWire | undefined): readonly SVGElement[] {
  if (wire === undefined) return [];
  return [svgElement('path', { d: wirePath(wire.points), class: `gwt-wire gwt-${sort} gwt-is-${standing}` })];
}

/** How a box stands. */
export type StandingOf = (id: string) => Standing | undefined;

/** What a wire passes, and how it stands where that is not as it should be. */
export function plateOf(
  link: TopologyLink,
  wire: PlacedWire | undefined,
  standingOf: StandingOf,
  words: Words,
): readonly SVGElement[] {
  if (wire === undefined) return [];
  const { label } = wire;
  const plate =
    label === undefined
      ? []
      : [placedGroup(label, 'gwt-label', frame(label, 3, { class: 'gwt-plate' }), ...rowsAt(link, words))];
  return [...plate, ...oddMark(link, wire, standingOf, words)];
}

function rowsAt({ firewalls, gates }: TopologyLink, words: Words): readonly SVGElement[] {
  const walls = firewalls.flatMap((name, row) => [brick(row), textAt(name, 20, baseline(row))]);
  const doors = gates.flatMap(({ name, state }, index) => {
    const row = firewalls.length + 2 * index;
    const proof = textAt(trustText(state, words), 20, baseline(row + 1), 'gwt-quiet');
    return [...hexagon(state, 4, baseline(row) - 10), textAt(name, 20, baseline(row)), proof];
  });
  return [...walls, ...doors];
}

function baseline(row: number): number {
  return row * ROW_HEIGHT + 14;
}

function brick(row: number): SVGElement {
  const d = 'M0 0h12v3h-12zM0 4h5v3h-5zM6 4h6v3h-6zM0 8h12v3h-12z';
  return svgElement('path', { d, class: 'gwt-firewall', transform: `translate(4, ${baseline(row) - 10})` });
}

/** These are told in words, too, wherever they are; of others a mark is enough beside the boxes, which say the same. */
const ALARMING: readonly Standing[] = ['drift', 'blocked'];

function oddMark(
  { standing, from, to }: TopologyLink,
  { points }: PlacedWire,
  standingOf: StandingOf,
  words: Words,
): readonly SVGElement[] {
  const isAlarming = ALARMING.includes(standing);
  const isTold = FINE.includes(standing) || standing === standingOf(from) || standing === standingOf(to);
  if (isTold && !isAlarming) return [];
  const word = standingText(standing, words);
  const width = isAlarming ? 26 + word.length * SMALL_LETTER : 18;
  const { x, y } = middleOfWire(points);
  const place = { x: x - width / 2, y: y - 9, width, height: 18 };
  const plate = frame(place, 9, { class: 'gwt-plate' });
  const text = isAlarming ? [textAt(word, 20, 13)] : [];
  return [placedGroup(place, 'gwt-odd', svgElement('title', {}, word), plate, markOf(standing, 4, 3), ...text)];
}
