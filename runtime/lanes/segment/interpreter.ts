// A graph taken at its word, frame by frame and node by node: every wire hands on a copy, every counter is counted where it
// happens. Clear rather than fast; generated code is held against this.
import { type Decision, isAccepted, isLogged, tagOf, verdictOf } from '../filter/decision.ts';
import { interpret } from '../filter/interpreter.ts';
import type { FilterProgram } from '../filter/ir.ts';
import { freshState } from '../filter/state.ts';
import type { CheckedGraph } from './checked-graph.ts';
import { COUNTER, type CounterName, type NodeFigures } from './counters.ts';
import { type LaneNode, LOGGED, type NodeOf } from './graph.ts';
import { programOf } from './source.ts';

/** A frame of the interpreter: bytes of its own. */
export interface PlainFrame {
  readonly bytes: Uint8Array;
  readonly mark: number;
  /** The high bits of its descriptor: class, or what a filter answers. */
  readonly tag: number;
}

export class GraphInterpreter {
  /** Frames that left by each port out and tap, by the node's id, oldest first. Emptied by whoever reads them. */
  readonly left = new Map<string, PlainFrame[]>();
  readonly #graph: CheckedGraph;
  readonly #figures: Map<string, Record<CounterName, number>>;
  readonly #states: Map<string, Float64Array>;
  readonly #phases = new Map<string, number>();

  constructor(graph: CheckedGraph) {
    this.#graph = graph;
    const names = Object.keys(COUNTER).filter(name => name !== 'phase') as CounterName[];
    const zero = () => Object.fromEntries(names.map(name => [name, 0])) as Record<CounterName, number>;
    this.#figures = new Map(graph.graph.nodes.map(node => [node.id, zero()]));
    this.#states = new Map(
      graph.graph.nodes.flatMap(node => {
        const program = programOf(node);
        return program === undefined ? [] : [[node.id, freshState(program)]];
      }),
    );
  }

  /** Counters of a node. `copied` stays 0: here everything is. */
  figures(id: string): NodeFigures {
    return this.#countersOf(id);
  }

  /** Frames that came in by a port in one go. */
  run(entry: NodeOf<'port-in'>, frames: readonly PlainFrame[], now: number): void {
    this.#count(entry, 'bursts');
    for (const frame of frames) this.#come(entry, frame, now);
  }

  #countersOf(id: string): Record<CounterName, number> {
    return this.#figures.get(id) as Record<CounterName, number>;
  }

  #count(node: LaneNode, name: CounterName, by = 1): void {
    this.#countersOf(node.id)[name] += by;
  }

  #come(node: LaneNode, { bytes, mark, tag }: PlainFrame, now: number): void {
    this.#count(node, 'rx');
    const frame = { bytes: bytes.slice(), mark, tag };
    if (node.kind === 'port-in') this.#count(node, 'bytes', bytes.length);
    if (node.kind === 'filter') this.#filter(node, frame, now);
    else if (node.kind === 'rewrite') this.#rewrite(node, frame, now);
    else if (node.kind === 'tap') this.#tap(node, frame, now);
    else if (node.kind === 'port-out') this.#leave(node, frame);
    else if (node.kind === 'mark') this.#go(node, 0, { ...frame, mark: node.mark }, now);
    else if (node.kind === 'cut') this.#go(node, 0, { ...frame, bytes: frame.bytes.slice(0, node.length) }, now);
    else this.#go(node, 0, frame, now);
  }

  #go(node: LaneNode, output: number, frame: PlainFrame, now: number): void {
    const ways = this.#graph.next(node, output);
    this.#count(node, ways.length === 0 ? 'dropNobody' : 'tx');
    if (output === 1) this.#count(node, 'rejected');
    for (const way of ways) this.#come(way, frame, now);
  }

  #filter(node: NodeOf<'filter'>, frame: PlainFrame, now: number): void {
    const decision = this.#decide(node, node.program, frame, now);
    const verdict = verdictOf(decision);
    if (isLogged(decision)) this.#log(node, { ...frame, tag: tagOf(decision) }, now);
    const isAnswered = verdict.action === 'reject' && this.#graph.next(node, 1).length > 0;
    if (verdict.action === 'accept') this.#go(node, 0, frame, now);
    else if (isAnswered) this.#go(node, 1, { ...frame, tag: verdict.answer }, now);
    else this.#count(node, 'dropFilter');
  }

  #log(node: NodeOf<'filter'>, frame: PlainFrame, now: number): void {
    const ways = this.#graph.next(node, LOGGED);
    if (ways.length > 0) this.#count(node, 'logged');
    for (const way of ways) this.#come(way, frame, now);
  }

  #decide(node: LaneNode, program: FilterProgram, frame: PlainFrame, now: number): Decision {
    return interpret(program, frame.bytes, now, this.#states.get(node.id) as Float64Array);
  }

  #rewrite(node: NodeOf<'rewrite'>, frame: PlainFrame, now: number): void {
    if (frame.bytes.length < node.at + node.value.length) {
      this.#count(node, 'dropMalformed');
      return;
    }
    node.value.forEach((value, index) => {
      const at = node.at + index;
      frame.bytes[at] = ((frame.bytes[at] ?? 0) & ~(node.mask[index] ?? 0)) | value;
    });
    this.#go(node, 0, frame, now);
  }

  #tap(node: NodeOf<'tap'>, frame: PlainFrame, now: number): void {
    const isWanted = node.program === undefined || isAccepted(this.#decide(node, node.program, frame, now));
    const phase = (this.#phases.get(node.id) ?? 0) + (isWanted ? 1 : 0);
    this.#phases.set(node.id, phase % node.every);
    if (isWanted && phase === node.every) this.#leave(node, frame);
    else this.#count(node, 'skipped');
  }

  #leave(node: LaneNode, frame: PlainFrame): void {
    this.left.set(node.id, [...(this.left.get(node.id) ?? []), frame]);
  }
}
