// The rules of one side of one link as sets: consecutive rules that differ only in addresses and ports share a set, so
// that ten thousand rules are one look-up. Order is kept: the first rule that matches decides and counts.
import { GatewrightError } from '../../../model/errors.ts';
import type { Json, NftElement } from '../kernel/table.ts';
import { ANY_ADDRESS, addressRange, isPoint, levelsOf, portRange, type Range } from './box.ts';
import { type Link, type LinkRule, type Side, sideOf } from './layout.ts';
import { addressKey, formatPorts, portKey } from './rule-text.ts';

/** What all rules of a set have in common. */
export interface Shape {
  readonly action: LinkRule['action'];
  readonly protocol: LinkRule['protocol'];
  readonly ports: boolean;
  /** Firewall and rule for the line in the log; a logged rule has a set of its own. */
  readonly log?: string;
}

export interface RuleSet {
  readonly shape: Shape;
  readonly elements: readonly NftElement[];
  /** Some element is more than one address and port. */
  readonly interval: boolean;
}

/** More combinations in one rule would fill the kernel's memory. */
const MOST_ELEMENTS = 65_536;

interface Piece {
  readonly box: readonly Span[];
  readonly comment: string;
}

/** A range with its form in nft. */
interface Span extends Range {
  readonly key: Json;
}

/** The sets of one side in the order in which they are tried. */
export function ruleSets(link: Link, side: Side): readonly RuleSet[] {
  return runsOf(link, side).flatMap(({ shape, pieces }) => {
    const levels = levelsOf(pieces.map(piece => piece.box));
    const sets = Array.from(
      { length: levels.reduce((most, level) => Math.max(most, level + 1), 0) },
      (): Piece[] => [],
    );
    for (const [index, piece] of pieces.entries()) sets[levels[index] ?? 0]?.push(piece);
    return sets.map(set => ({ shape, elements: set.map(elementOf), interval: !set.every(({ box }) => isPoint(box)) }));
  });
}

interface Run {
  readonly shape: Shape;
  readonly pieces: Piece[];
}

function runsOf(link: Link, side: Side): Run[] {
  const runs: Run[] = [];
  for (const [position, rule] of link.rules.entries()) {
    if (sideOf(rule, link) !== side) continue;
    const shape = shapeOf(rule, link);
    const last = runs.at(-1);
    if (last !== undefined && sameShape(last.shape, shape)) addPieces(last.pieces, rule, position);
    else runs.push({ shape, pieces: addPieces([], rule, position) });
  }
  return runs;
}

function shapeOf(rule: LinkRule, link: Link): Shape {
  const ports = rule.ports.length > 0;
  if (ports && rule.protocol !== 'tcp' && rule.protocol !== 'udp')
    throw new GatewrightError('GW_BUG', `rule ${rule.id} of ${link.firewall} has ports but is neither tcp nor udp`);
  const shape = { action: rule.action, protocol: rule.protocol, ports };
  return rule.log ? { ...shape, log: `${link.firewall}/${rule.id}` } : shape;
}

function sameShape(a: Shape, b: Shape): boolean {
  return (
    a.action === b.action &&
    a.protocol === b.protocol &&
    a.ports === b.ports &&
    a.log === undefined &&
    b.log === undefined
  );
}

/** Adds all combinations of a rule. The comment says where in the drawing each came from: `<position> <id> <indexes>`. */
function addPieces(pieces: Piece[], rule: LinkRule, position: number): Piece[] {
  const sources = addressPlaces(rule.sources);
  const destinations = addressPlaces(rule.destinations);
  const ports = portPlaces(rule.ports);
  if (sources.length * destinations.length * Math.max(1, ports.length) > MOST_ELEMENTS)
    throw new GatewrightError('GW_BUG', `rule ${rule.id} has more than ${MOST_ELEMENTS} combinations; split it`);
  for (const source of sources)
    for (const destination of destinations) {
      const place = `${position} ${rule.id} ${source.label}.${destination.label}`;
      if (ports.length === 0) pieces.push({ box: [source, destination], comment: `${place}.-` });
      for (const port of ports) pieces.push({ box: [source, destination, port], comment: `${place}.${port.label}` });
    }
  return pieces;
}

/** A span, and which of its rule's list it is. */
interface Place extends Span {
  readonly label: string;
}

const ANY: readonly Place[] = [{ label: '-', ...ANY_ADDRESS, key: addressKey(ANY_ADDRESS) }];

function addressPlaces(networks: readonly string[]): readonly Place[] {
  if (networks.length === 0) return ANY;
  return networks.map((network, index) => {
    const { first, last } = addressRange(network);
    return { label: String(index), first, last, key: addressKey({ first, last }) };
  });
}

/** A port written as `502-502` or `0502` means 502; the kernel keeps only that, so the label keeps the text. */
function portPlaces(ports: readonly string[]): readonly Place[] {
  return ports.map((text, index) => {
    const { first, last } = portRange(text);
    const label = text === formatPorts({ first, last }) ? String(index) : `${index}=${text}`;
    return { label, first, last, key: portKey({ first, last }) };
  });
}

const NONE = { packets: 0, bytes: 0 };

function elementOf({ box, comment }: Piece): NftElement {
  return { key: { concat: box.map(span => span.key) }, comment, counter: NONE };
}
