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
  const spans = spanReader();
  for (const [position, rule] of link.rules.entries()) {
    if (sideOf(rule, link) !== side) continue;
    const shape = shapeOf(rule, link);
    const last = runs.at(-1);
    if (last !== undefined && sameShape(last.shape, shape)) addPieces(last.pieces, rule, position, spans);
    else runs.push({ shape, pieces: addPieces([], rule, position, spans) });
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
function addPieces(pieces: Piece[], rule: LinkRule, position: number, spans: SpanReader): Piece[] {
  const sources = places(rule.sources, spans.address);
  const destinations = places(rule.destinations, spans.address);
  const ports = rule.ports.length === 0 ? [NO_PORT] : places(rule.ports, spans.port);
  if (sources.length * destinations.length * ports.length > MOST_ELEMENTS)
    throw new GatewrightError('GW_BUG', `rule ${rule.id} has more than ${MOST_ELEMENTS} combinations; split it`);
  for (const source of sources)
    for (const destination of destinations)
      for (const port of ports) {
        const box =
          port.span === undefined ? [source.span, destination.span] : [source.span, destination.span, port.span];
        const comment = `${position} ${rule.id} ${source.label}.${destination.label}.${port.label}`;
        pieces.push({ box, comment });
      }
  return pieces;
}

interface Place {
  readonly label: string;
  readonly span: Span;
}

const ANY: Place = { label: '-', span: { ...ANY_ADDRESS, key: addressKey(ANY_ADDRESS) } };
const NO_PORT = { label: '-', span: undefined };

function places(texts: readonly string[], read: (text: string) => Span): readonly Place[] {
  if (texts.length === 0) return [ANY];
  return texts.map((text, index) => {
    const span = read(text);
    return { label: isUnusual(text, span) ? `${index}=${text}` : String(index), span };
  });
}

interface SpanReader {
  readonly address: (network: string) => Span;
  readonly port: (ports: string) => Span;
}

/** WHY it remembers: in large policies the same few networks and ports come up in thousands of rules. */
function spanReader(): SpanReader {
  const remember = (read: (text: string) => Span) => {
    const known = new Map<string, Span>();
    return (text: string): Span => {
      const span = known.get(text) ?? read(text);
      known.set(text, span);
      return span;
    };
  };
  const reader = (rangeOf: (text: string) => Range, keyOf: (range: Range) => Json) =>
    remember(text => {
      const { first, last } = rangeOf(text);
      return { first, last, key: keyOf({ first, last }) };
    });
  return { address: reader(addressRange, addressKey), port: reader(portRange, portKey) };
}

/** A port written as `502-502` or `0502` means 502; the kernel keeps only that, so the comment keeps the text. */
function isUnusual(text: string, { first, last }: Range): boolean {
  return !text.includes('.') && text !== formatPorts({ first, last });
}

const NONE = { packets: 0, bytes: 0 };

function elementOf({ box, comment }: Piece): NftElement {
  return { key: { concat: box.map(span => span.key) }, comment, counter: NONE };
}
