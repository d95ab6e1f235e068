// A CAN bus as the graph of a lane: what comes in at one end goes to all others and never back; behind a VM's end stand its
// firewalls, in both directions. Pure.
import type { FilterProgram } from '../../../lanes/filter/ir.ts';
import type { LaneGraph, LaneNode, LaneWire } from '../../../lanes/segment/graph.ts';
import { LOGGED } from '../../../lanes/segment/graph.ts';
import type { Address, Name } from '../../../model/address.ts';
import type { LineEnd } from '../../../model/line-frame.ts';

/** A VM's end of the bus, whose rules were checked. */
export interface Station {
  readonly vm: Address<'vm'>;
  /** From the bus to the VM, with the names of their rules in order. */
  readonly firewalls: readonly { readonly firewall: Name; readonly rules: readonly Name[] }[];
  /** Those of the firewalls, in the same order. */
  readonly filters: readonly BusFilter[];
}

/** One direction of one firewall. */
export interface BusFilter {
  /** The node in the graph. */
  readonly id: string;
  /** The tap that shows what it wants logged; another one when the rules are others, so that their names are those of its frames. */
  readonly log: string;
  readonly vm: Address<'vm'>;
  readonly firewall: Name;
  /** `in`: what the VM says. `out`: what it would hear. */
  readonly direction: 'in' | 'out';
  readonly program: FilterProgram;
  /** What it denies bears this number; unique on the bus, at most 255. */
  readonly number: number;
}

/** Names of nodes. */
export const NODE = {
  entry: (end: LineEnd) => `in ${end}`,
  /** Where everything for an end comes together, before its firewalls. */
  offered: (end: LineEnd) => `to ${end}`,
  exit: (end: LineEnd) => `out ${end}`,
  /** Taps: what leaves at an end, what came onto the bus at all of them, what was denied. */
  leaving: (end: LineEnd) => `leaving ${end}`,
  heard: 'heard',
  refused: 'refused',
} as const;

/** @param hasDevice  whether the bus goes on outside of the box */
export function busGraph(stations: readonly Station[], hasDevice: boolean): LaneGraph {
  const ends: LineEnd[] = [...(hasDevice ? ['device' as const] : []), ...stations.map(({ vm }) => vm)];
  const parts = [
    ...['messages' as const, ...ends].map(end => entryOf(end, filtersOf(stations, end, 'in'), ends)),
    ...ends.map(end => exitOf(end, filtersOf(stations, end, 'out'))),
  ];
  const taps = [tap(NODE.heard), tap(NODE.refused)];
  return { nodes: [...taps, ...parts.flatMap(({ nodes }) => nodes)], wires: parts.flatMap(({ wires }) => wires) };
}

function filtersOf(stations: readonly Station[], end: LineEnd, direction: 'in' | 'out'): readonly BusFilter[] {
  const all = stations.find(({ vm }) => vm === end)?.filters.filter(filter => filter.direction === direction) ?? [];
  return direction === 'in' ? all.toReversed() : all;
}

/** From an end onto the bus: its firewalls, then everybody else and those who listen. */
function entryOf(end: LineEnd, filters: readonly BusFilter[], ends: readonly LineEnd[]): LaneGraph {
  const entry: LaneNode = { id: NODE.entry(end), kind: 'port-in', exclusive: false };
  const others = ends.filter(other => other !== end).map(NODE.offered);
  const chain = chainOf(entry.id, filters, [NODE.heard, ...others]);
  return { nodes: [entry, ...chain.nodes], wires: chain.wires };
}

/** From the bus to an end. */
function exitOf(end: LineEnd, filters: readonly BusFilter[]): LaneGraph {
  const offered: LaneNode = { id: NODE.offered(end), kind: 'merge' };
  const exit: LaneNode = { id: NODE.exit(end), kind: 'port-out' };
  const leaving = tap(NODE.leaving(end));
  const chain = chainOf(offered.id, filters, [exit.id, leaving.id]);
  return { nodes: [offered, ...chain.nodes, exit, leaving], wires: chain.wires };
}

/** Filters one behind the other, and what follows them. */
function chainOf(from: string, filters: readonly BusFilter[], targets: readonly string[]): LaneGraph {
  const last = filters.at(-1)?.id ?? from;
  return {
    nodes: filters.flatMap(filter => [filterNode(filter), tap(filter.log)]),
    wires: [
      ...filters.flatMap(({ id, log }, index) => [
        wire(filters[index - 1]?.id ?? from, id),
        wire(id, NODE.refused, 1),
        wire(id, log, LOGGED),
      ]),
      ...targets.map(target => wire(last, target)),
    ],
  };
}

/** WHY rejected and not dropped: so it goes on to those who listen, with the number of who denied it. */
function filterNode({ id, program, number }: BusFilter): LaneNode {
  const denied = { action: 'reject', answer: number } as const;
  const rules = program.rules.map(rule => (rule.verdict.action === 'accept' ? rule : { ...rule, verdict: denied }));
  return { id, kind: 'filter', program: { rules, otherwise: { ...program.otherwise, verdict: denied } } };
}

function tap(id: string): LaneNode {
  return { id, kind: 'tap', every: 1 };
}

function wire(from: string, to: string, output: LaneWire['output'] = 0): LaneWire {
  return { from, output, to };
}
