// The rules of one side of one link as sets: consecutive rules that differ only in addresses and ports share a set, so
// that ten thousand rules are one look-up. Order is kept: the first rule that matches decides and counts.
import { GatewrightError } from '../../../model/errors.ts';
import type { NftElement } from '../kernel/table.ts';
import { ANY_ADDRESS, addressRange, type Box, levelsOf, portRange, type Range } from './box.ts';
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
  readonly box: Box;
  readonly comment: string;
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
    return sets.map(set => ({ shape, elements: set.map(elementOf), interval: set.some(piece => !isPoint(piece.box)) }));
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
    if (last !== undefined && sameShape(last.shape, shape)) last.pieces.push(...piecesOf(rule, position));
    else runs.push({ shape, pieces: piecesOf(rule, position) });
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

/** All combinations of a rule. The comment says where in the drawing each came from: `<position> <id> <indexes>`. */
function piecesOf(rule: LinkRule, position: number): Piece[] {
  const sources = numbered(rule.sources, addressRange);
  const destinations = numbered(rule.destinations, addressRange);
  const ports = rule.ports.length === 0 ? undefined : numbered(rule.ports, portRange);
  if (sources.length * destinations.length * (ports?.length ?? 1) > MOST_ELEMENTS)
    throw new GatewrightError('GW_BUG', `rule ${rule.id} has more than ${MOST_ELEMENTS} combinations; split it`);
  return sources.flatMap(source =>
    destinations.flatMap(destination =>
      (ports ?? [undefined]).map(port => ({
        box: [source.range, destination.range, ...(port === undefined ? [] : [port.range])],
        comment: `${position} ${rule.id} ${source.label}.${destination.label}.${port?.label ?? '-'}`,
      })),
    ),
  );
}

interface Numbered {
  readonly label: string;
  readonly range: Range;
}

function numbered(texts: readonly string[], range: (text: string) => Range): readonly Numbered[] {
  if (texts.length === 0) return [{ label: '-', range: ANY_ADDRESS }];
  return texts.map((text, index) => {
    const parsed = range(text);
    return { label: isUnusual(text, parsed) ? `${index}=${text}` : String(index), range: parsed };
  });
}

/** A port written as `502-502` or `0502` means 502; the kernel keeps only that, so the comment keeps the text. */
function isUnusual(text: string, { first, last }: Range): boolean {
  return !text.includes('.') && text !== formatPorts({ first, last });
}

function isPoint(box: Box): boolean {
  return box.every(range => range.first === range.last);
}

function elementOf({ box, comment }: Piece): NftElement {
  const [source, destination, port] = box as readonly [Range, Range, Range?];
  const key = [addressKey(source), addressKey(destination), ...(port === undefined ? [] : [portKey(port)])];
  return { key: { concat: key }, comment, counter: { packets: 0, bytes: 0 } };
}
