// A graph made into functions, with the lists that frames leave by.
import { freshState } from '../filter/state.ts';
import { Burst } from '../memory/burst.ts';
import type { FrameMemory } from '../memory/frame-memory.ts';
import type { SlotRange } from '../memory/frame-slab.ts';
import { BURST } from '../memory/layout.ts';
import { type CheckedGraph, checkGraph } from './checked-graph.ts';
import { copiesPerFrame, planCopies } from './copies.ts';
import type { CounterRows } from './counters.ts';
import type { LaneNode, NodeOf } from './graph.ts';
import { programOf, segmentSource } from './source.ts';

/** Handles the first `count` frames of a burst. @param now  ms, for filters; any clock that runs forward */
type Run = (slots: Int32Array, words: Int32Array, count: number, now: number) => void;

/** Frames that left the segment by a node. */
export interface SegmentList {
  readonly node: NodeOf<'port-out' | 'tap'>;
  /** What the last run left here. Valid until the next one, as the slots are. */
  readonly burst: Burst;
  /** How many frames one that comes in may become here. */
  readonly perFrame: number;
}

export interface SegmentEntry {
  readonly node: NodeOf<'port-in'>;
  /** Most frames that may be run in one go. */
  readonly most: number;
}

export interface Segment {
  readonly graph: CheckedGraph;
  readonly entries: readonly SegmentEntry[];
  readonly lists: readonly SegmentList[];
  /** State of each filter by its node's id; see filter/state.ts. */
  readonly states: ReadonlyMap<string, Float64Array>;
  /** The text that was compiled, for people. */
  readonly source: string;
  /**
   * Runs the frames of a burst that came in by an entry; what leaves is in the lists then.
   * @param now  ms; any clock that runs forward, always the same one
   */
  run(entry: number, burst: Burst, now: number): void;
}

export interface SegmentOptions {
  readonly memory: FrameMemory;
  readonly counters: Float64Array;
  /** A row for each node of the graph. */
  readonly rows: CounterRows;
  /** Slots for copies, which belong to the segment while it runs. */
  readonly work: SlotRange;
  /** State of filters by their node's id, which goes on from what is in it; those that are absent begin anew. */
  readonly states?: ReadonlyMap<string, Float64Array>;
}

/**
 * Compiles a graph.
 * @throws Error when it makes no sense, a node has no row, or the slots for copies do not even do for one frame
 */
export function compileSegment(input: unknown, options: SegmentOptions): Segment {
  const graph = checkGraph(input);
  const { nodes } = graph.graph;
  const copies = planCopies(graph);
  const { memory, counters, rows, work } = options;
  const row = (node: LaneNode) => {
    const found = rows[node.id];
    if (found === undefined) throw new Error(`the node ${node.id} has no row of counters`);
    return found;
  };
  const source = segmentSource({ graph, copies, row, workFirst: work.first });
  const entries = graph.ofKind('port-in').map(node => {
    const each = copiesPerFrame(graph, copies, node);
    return { node, most: each === 0 ? BURST : Math.min(BURST, Math.floor(work.count / each)) };
  });
  if (entries.some(({ most }) => most < 1))
    throw new Error(`${work.count} slots are too few for the copies of one frame`);
  const states = new Map(
    nodes.flatMap(node => {
      const program = programOf(node);
      return program === undefined ? [] : [[node.id, options.states?.get(node.id) ?? freshState(program)] as const];
    }),
  );
  const lists = nodes.flatMap(node => listOf(graph, node));
  const byNode = new Map<LaneNode, Burst>(lists.map(({ node, burst }) => [node, burst]));
  const compiled = new Function('bytes', 'words', 'counters', 'lists', 'states', source);
  const runs: readonly Run[] = compiled(
    memory.bytes,
    memory.words,
    counters,
    nodes.map(node => byNode.get(node)),
    nodes.map(node => states.get(node.id)),
  );
  return {
    graph,
    entries,
    lists,
    states,
    source,
    run(entry, { slots, words, count }, now) {
      for (const list of lists) list.burst.count = 0;
      (runs[entry] as Run)(slots, words, count, now);
    },
  };
}

function listOf(graph: CheckedGraph, node: LaneNode): SegmentList[] {
  if (node.kind !== 'tap' && node.kind !== 'port-out') return [];
  const perFrame = Math.max(0, ...graph.ofKind('port-in').map(entry => graph.visits(entry, node)));
  return [{ node, burst: new Burst(BURST * Math.max(perFrame, 1)), perFrame }];
}
