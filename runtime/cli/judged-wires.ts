// Which wires a recording is held against: each end of a line or of a guarded link, with the rules there then and now.

import type { GuardedEnd, GuardedLine, Side } from '../explain/guarded-lines.ts';
import { programsOf, type Way, waysOf } from '../explain/way-rules.ts';
import type { WayRules } from '../lanes/what-if/comparison.ts';
import { type Address, parseAddress } from '../model/address.ts';
import { WORDS } from '../protocols/catalog.ts';
import { RECORDINGS } from '../protocols/recordings.ts';
import { UsageError } from './exit.ts';

export interface JudgedWire {
  /** A line, or the proxy of a guarded link. */
  readonly line: Address;
  readonly protocol: string;
  /** A VM, or the port of a guarded link. */
  readonly end: Address;
  readonly way: Way;
  readonly before: WayRules;
  readonly after: WayRules;
}

export interface WireChoice {
  /** Name or address; absent = every line whose protocol has rules, and every guarded link. */
  readonly line?: string | undefined;
  /** Name or address of a VM or a port; absent = every one. */
  readonly end?: string | undefined;
}

/** What is compared. */
export interface Sides {
  readonly before: Side;
  readonly after: Side;
  /** The address that a resource had before it was renamed. */
  readonly was: (address: Address) => Address | undefined;
}

/**
 * The wires that are chosen: those that are drawn, in the order of the drawing, then those that are there only before.
 * @throws UsageError when a choice names nothing, or nothing that has rules; GatewrightError GW_LINE_RULE
 */
export function judgedWires(sides: Sides, choice: WireChoice): readonly JudgedWire[] {
  const wires = chosenLines(sides, choice.line).flatMap(line => wiresOf(sides, line));
  const chosen = wires.filter(({ end }) => choice.end === undefined || isNamed(end, choice.end));
  if (chosen.length > 0) return chosen;
  const names = [...new Set(wires.map(({ end }) => end))].join(', ');
  throw new UsageError(
    choice.end === undefined
      ? 'no VM is wired to these lines, then or now; draw a wire, or name another line'
      : `no wire goes to ${choice.end}; there are wires to ${names || 'no VM at all'}`,
  );
}

function chosenLines({ before, after, was }: Sides, wanted: string | undefined): readonly Address[] {
  const drawn = [...after.lines.keys()];
  const kept = new Set(drawn.flatMap(address => [address, was(address)]));
  const all = [...drawn, ...[...before.lines.keys()].filter(address => !kept.has(address))];
  const protocolOf = (address: Address) => (after.lines.get(address) ?? before.lines.get(address))?.protocol ?? '';
  const ruled = all.filter(address => hasRules(protocolOf(address)));
  const chosen = wanted === undefined ? ruled : all.filter(address => isNamed(address, wanted));
  for (const address of chosen)
    if (!hasRules(protocolOf(address)))
      throw new UsageError(`${address} speaks ${protocolOf(address)}, which has no rules; name another line`);
  if (chosen.length > 0) return chosen;
  throw new UsageError(
    wanted === undefined
      ? 'the drawing has no line whose protocol has rules; draw a bus of CAN or Modbus'
      : `the drawing has no line ${wanted}; it has ${ruled.join(', ') || 'none with rules'}`,
  );
}

function hasRules(protocol: string): boolean {
  return WORDS[protocol]?.guard !== undefined && RECORDINGS[protocol] !== undefined;
}

function isNamed(address: string, name: string): boolean {
  return address === name || address.endsWith(`/${name}`);
}

/** Wires of one line: those that are drawn, and those that are there before and not drawn any more. */
function wiresOf({ before, after, was }: Sides, line: Address): readonly JudgedWire[] {
  const is = after.lines.get(line);
  const former = before.lines.get(line) ?? before.lines.get(was(line) ?? line);
  const protocol = (is ?? former)?.protocol ?? '';
  // A line that spoke another protocol let nothing of this one pass.
  const formerEnds = former?.protocol === protocol ? former.ends : [];
  const pairs = endsOf(is).map(now => [endNamed(formerEnds, now.end, was(now.end)), now] as const);
  const kept = new Set(pairs.map(([then]) => then));
  const gone = formerEnds.filter(end => !kept.has(end)).map(end => [end, undefined] as const);
  return [...pairs, ...gone].flatMap(([then, now]) => {
    const end = (now ?? then)?.end as Address;
    const [old, fresh] = [then ?? unguarded(before, line, end), now ?? unguarded(after, line, end)];
    return waysOf(protocol).map(way => ({
      ...{ line, protocol, end, way },
      ...{ before: rulesOf(protocol, old, way), after: rulesOf(protocol, fresh, way) },
    }));
  });
}

function endsOf(line: GuardedLine | undefined): readonly GuardedEnd[] {
  return line?.ends ?? [];
}

function endNamed(ends: readonly GuardedEnd[], name: Address, former: Address | undefined): GuardedEnd | undefined {
  return ends.find(({ end }) => end === name) ?? ends.find(({ end }) => end === former);
}

/** A link of a network that is there without a proxy lets every request pass; a VM without a wire to a line says nothing. */
function unguarded(side: Side, line: Address, end: Address): GuardedEnd | undefined {
  return parseAddress(line)?.kind === 'proxy' && side.all.has(end) ? { end, guards: [] } : undefined;
}

/** @throws GatewrightError GW_LINE_RULE */
function rulesOf(protocol: string, end: GuardedEnd | undefined, way: Way): WayRules {
  return end === undefined ? undefined : programsOf(protocol, end, way);
}
