// A rule is spread over elements, one per combination of source, destination and port. Here the elements become rules
// again. A combination that is missing takes the value it belongs to out of the rule, so that the difference shows.
import { portRange } from '../encode/box.ts';
import type { LinkRule } from '../encode/layout.ts';
import { formatPorts, networkText, portText } from '../encode/rule-text.ts';
import { commentParts, isComplete, part } from '../kernel/lookup.ts';
import type { NftElement } from '../kernel/table.ts';

export type RuleShape = Pick<LinkRule, 'direction' | 'action' | 'protocol' | 'log'>;

export interface FoundRule {
  /** Place among the rules of its firewall. */
  readonly position: number;
  readonly rule: LinkRule;
  readonly clean: boolean;
}

/** One element: the rule it belongs to, and its places in the rule's sources, destinations and ports. */
export interface Cell {
  readonly position: number;
  readonly id: string;
  readonly places: readonly Place[];
}

interface Place {
  /** Index in the rule's list; -1 = the list is empty and the element stands for "any". */
  readonly index: number;
  readonly text: string;
}

const COMMENT = /^(\d{1,5}) (\S{1,32}) (-|\d{1,5})\.(-|\d{1,5})\.(-|\d{1,5})(?:=([\d-]{1,11}))?$/;

/** Reads an element that we wrote; `undefined` for one that somebody else did. */
export function cellOf(element: NftElement): Cell | undefined {
  const parts = commentParts(element, COMMENT);
  const key = part(element.key, 'concat');
  if (parts === undefined || !Array.isArray(key)) return undefined;
  const [position, id = '', source, destination, port, written] = parts;
  const places = [addressPlace(source, key[0]), addressPlace(destination, key[1]), portPlace(port, key[2], written)];
  return { position: Number(position), id, places };
}

/** A list that shall be empty but whose element is not "any" shows what the element says. */
function addressPlace(label: string | undefined, key: unknown): Place {
  const text = networkText(key);
  if (label !== '-') return { index: Number(label), text };
  return text === '0.0.0.0/0' ? { index: -1, text: '' } : { index: 0, text };
}

function portPlace(label: string | undefined, key: unknown, written: string | undefined): Place {
  if (key === undefined) return { index: -1, text: '' };
  const text = portText(key);
  const same = written !== undefined && formatPorts(portRange(written)) === text;
  return { index: label === '-' ? 0 : Number(label), text: same ? written : text };
}

/** Puts the elements of one rule together; nothing when no value is complete. */
export function assembleRule(cells: readonly Cell[], shape: RuleShape): FoundRule[] {
  const { position = 0, id = '' } = cells[0] ?? {};
  const kept = completeCells(cells);
  if (kept.length === 0) return [];
  const [sources, destinations, ports] = [0, 1, 2].map(list => valuesOf(kept, list)) as [Values, Values, Values];
  const texts = (values: Values) => values.filter(value => value.index >= 0).map(value => value.text);
  const rule = { id, ...shape, sources: texts(sources), destinations: texts(destinations), ports: texts(ports) };
  const clean = kept.length === cells.length && [sources, destinations, ports].every(isDense);
  return [{ position, rule, clean }];
}

type Values = readonly Place[];

function valuesOf(cells: readonly Cell[], list: number): Values {
  const places = new Map(
    cells.flatMap(cell => cell.places[list] ?? []).map(place => [`${place.index} ${place.text}`, place]),
  );
  return [...places.values()].sort((a, b) => a.index - b.index);
}

function isDense(values: Values): boolean {
  return (values.length === 1 && values[0]?.index === -1) || isComplete(values.map(value => value.index));
}

/** Leaves out each value of the last list with several values that lacks some combination. */
function completeCells(cells: readonly Cell[]): readonly Cell[] {
  const counts = [0, 1, 2].map(list => valuesOf(cells, list).length);
  const full = counts.reduce((product, count) => product * count, 1);
  if (full === cells.length) return cells;
  const last = counts.findLastIndex(count => count > 1);
  const groups = Map.groupBy(cells, cell => cell.places[last]?.index);
  return [...groups.values()].filter(group => group.length === full / (counts[last] ?? 1)).flat();
}

/** An element without our comment, shown as a rule of its own. */
export function foreignRule(element: NftElement, shape: RuleShape, index: number): FoundRule {
  const key = part(element.key, 'concat');
  const [source, destination, port] = Array.isArray(key) ? (key as readonly unknown[]) : [];
  const rule = {
    id: `foreign-element-${index}`,
    ...shape,
    sources: [networkText(source)],
    destinations: [networkText(destination)],
    ports: port === undefined ? [] : [portText(port)],
  };
  return { position: Number.MAX_SAFE_INTEGER, rule, clean: false };
}
