// Graphs and frames for tests of segments: short words for what is written often, and generators.
import fc from 'fast-check';
import type { FilterProgram } from '../../../runtime/lanes/filter/ir.ts';
import { Burst } from '../../../runtime/lanes/memory/burst.ts';
import type { FrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { createFrameMemory, FrameMemory as Frames } from '../../../runtime/lanes/memory/frame-memory.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import { CounterTable } from '../../../runtime/lanes/segment/counters.ts';
import type { LaneGraph, LaneNode, LaneWire } from '../../../runtime/lanes/segment/graph.ts';
import { KIND_FACTS } from '../../../runtime/lanes/segment/graph.ts';
import type { PlainFrame } from '../../../runtime/lanes/segment/interpreter.ts';
import { compileSegment, type Segment } from '../../../runtime/lanes/segment/segment.ts';

/** Slots of incoming frames, then as many for copies. */
const WORK = { first: BURST, count: 8 * BURST };

type Verdict = FilterProgram['rules'][number]['verdict'];

/** One rule: what to do with frames whose byte at an offset lies in a range; all others are dropped. */
export function byteRule(
  offset: number,
  range: [number, number],
  verdict: Verdict,
  rate?: FilterProgram['rules'][number]['rate'],
): FilterProgram {
  const load = { offset, width: 1 as const, endian: 'big' as const, mask: 0xff, shift: 0 };
  const value = { terms: [{ of: load, times: 1 }], constant: 0 };
  const test = { kind: 'inside' as const, says: 'the byte', first: value, last: value, ranges: [range] };
  const rule = { id: 'rule', alternatives: [{ says: 'so', tests: [test] }], verdict, log: false };
  return {
    rules: [rate === undefined ? rule : { ...rule, rate }],
    otherwise: { verdict: { action: 'drop' }, log: false },
  };
}

export const portIn = (id: string, exclusive = false): LaneNode => ({ id, kind: 'port-in', exclusive });
export const portOut = (id: string): LaneNode => ({ id, kind: 'port-out' });
export const tap = (id: string, every = 1, program?: FilterProgram): LaneNode => ({
  id,
  kind: 'tap',
  every,
  ...(program === undefined ? {} : { program }),
});
export const filter = (id: string, program: FilterProgram): LaneNode => ({ id, kind: 'filter', program });
export const count = (id: string): LaneNode => ({ id, kind: 'count' });
export const fanOut = (id: string): LaneNode => ({ id, kind: 'fan-out' });
export const merge = (id: string): LaneNode => ({ id, kind: 'merge' });
export const mark = (id: string, number: number): LaneNode => ({ id, kind: 'mark', mark: number });
export const cut = (id: string, length: number): LaneNode => ({ id, kind: 'cut', length });
export const rewrite = (id: string, at: number, ...value: number[]): LaneNode => ({
  ...{ id, kind: 'rewrite', at, value },
  mask: value.map(() => 0xff),
});

/** Wires written `a b`, or `a 1 b` for output 1. */
export function wires(...texts: string[]): LaneWire[] {
  return texts.map(text => {
    const [from = '', middle = '', last] = text.split(' ');
    return { from, output: last === undefined ? 0 : (Number(middle) as 1 | 2), to: last ?? middle };
  });
}

/** A compiled graph with a memory and counters of its own. */
export interface Bench {
  readonly memory: FrameMemory;
  readonly table: CounterTable;
  readonly segment: Segment;
  /** Runs frames that came in by a port, at most a burst. */
  run(entry: number, frames: readonly PlainFrame[], now?: number): void;
  /** What the last run left at a port out or tap. */
  left(id: string): PlainFrame[];
  /** A copy of what came in, as it lies in memory now. */
  incoming(index: number, length: number): Uint8Array;
}

export function bench(graph: LaneGraph): Bench {
  const memory = createFrameMemory(WORK.first + WORK.count);
  const table = new CounterTable(256);
  const rows = table.assign(graph.nodes.map(node => node.id));
  const segment = compileSegment(graph, { memory, counters: new Float64Array(table.shared), rows, work: WORK });
  const burst = new Burst(BURST);
  const put = ({ bytes, tag }: PlainFrame, slot: number) => {
    memory.bytes.set(bytes, Frames.at(slot));
    memory.writeHead(slot, bytes.length, 0, tag, 0, slot, 0);
    burst.push(slot, bytes.length | (tag << 16));
  };
  return {
    ...{ memory, table, segment },
    run(entry, frames, now = 0) {
      burst.count = 0;
      frames.forEach(put);
      segment.run(entry, burst, now);
    },
    left(id) {
      const list = segment.lists.find(({ node }) => node.id === id)?.burst ?? new Burst(0);
      return Array.from({ length: list.count }, (_, index) => {
        const slot = list.slot(index);
        return {
          bytes: memory.frame(slot, list.length(index)).slice(),
          mark: memory.mark(slot),
          tag: list.tag(index),
        };
      });
    },
    incoming: (index, length) => memory.frame(index, length).slice(),
  };
}

/** A frame of some bytes. */
export function frame(...bytes: number[]): PlainFrame {
  return { bytes: Uint8Array.from(bytes), mark: 0, tag: 1 };
}

const SMALL = 6;
const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant<Verdict>({ action: 'accept' }),
  fc.constant<Verdict>({ action: 'drop' }),
  fc.record({ action: fc.constant('reject' as const), answer: fc.nat(255) }),
);
const rate = fc.record({
  frames: fc.integer({ min: 1, max: 5 }),
  perMs: fc.integer({ min: 1, max: 20 }),
  burst: fc.integer({ min: 1, max: 10 }),
});
const randomProgram: fc.Arbitrary<FilterProgram> = fc
  .tuple(
    ...[fc.nat(SMALL), fc.nat(3), fc.nat(3), verdict, fc.option(rate, { nil: undefined, freq: 4 }), verdict],
    ...[fc.boolean(), fc.boolean()],
  )
  .map(([offset, low, width, first, limit, second, log, logDenied]) => {
    const one = byteRule(offset, [low, low + width], first, limit);
    const two = byteRule(offset + 1, [0, 2], second);
    const rules = [...one.rules, ...two.rules.map(rule => ({ ...rule, id: 'second', log }))];
    return { rules, otherwise: { ...one.otherwise, log: logDenied } };
  });

function randomNode(index: number, draw: fc.GeneratorValue, isFirst: boolean): LaneNode {
  const id = `n${index}`;
  const kinds = [
    'filter',
    'count',
    'mark',
    'rewrite',
    'cut',
    'fan-out',
    'merge',
    'tap',
    'port-out',
    'port-in',
  ] as const;
  const kind = isFirst ? 'port-in' : draw(() => fc.constantFrom(...kinds));
  if (kind === 'port-in') return portIn(id, draw(fc.boolean));
  if (kind === 'filter')
    return filter(
      id,
      draw(() => randomProgram),
    );
  if (kind === 'mark')
    return mark(
      id,
      draw(() => fc.nat(9)),
    );
  if (kind === 'rewrite')
    return rewrite(
      id,
      draw(() => fc.nat(SMALL)),
      ...draw(() => fc.array(fc.nat(4), { minLength: 1, maxLength: 2 })),
    );
  if (kind === 'cut')
    return cut(
      id,
      draw(() => fc.nat(10)),
    );
  if (kind === 'tap')
    return tap(
      id,
      draw(() => fc.integer({ min: 1, max: 3 })),
      draw(() => fc.option(randomProgram, { nil: undefined })),
    );
  return { id, kind } as LaneNode;
}

/** Draws a graph without loops: every node is fed by one or a few before it. */
export function drawGraph(draw: fc.GeneratorValue): LaneGraph {
  const size = draw(() => fc.integer({ min: 2, max: 40 }));
  const nodes: LaneNode[] = [];
  const edges = new Map<string, LaneWire>();
  for (let index = 0; index < size; index += 1) {
    const node = randomNode(index, draw, index === 0);
    const senders = nodes.filter(each => KIND_FACTS[each.kind].outputs > 0);
    nodes.push(node);
    if (node.kind === 'port-in') continue;
    const many = node.kind === 'merge' ? 2 : 1;
    for (let wire = 0; wire < many; wire += 1) {
      // Near ones rather, so that long chains and deep branches come about.
      const back = draw(() => fc.nat(Math.min(senders.length - 1, 4)));
      const from = senders[senders.length - 1 - back] as LaneNode;
      const output = from.kind === 'filter' ? draw(() => fc.constantFrom(0 as const, 1 as const, 2 as const)) : 0;
      edges.set(`${from.id} ${output} ${node.id}`, { from: from.id, output, to: node.id });
    }
  }
  return { nodes, wires: [...edges.values()] };
}

export function drawFrames(draw: fc.GeneratorValue): PlainFrame[] {
  const bytes = fc.array(fc.nat(5), { maxLength: 14 });
  return draw(() => fc.array(bytes, { maxLength: BURST })).map(each => frame(...each));
}
