// The shared memory of one engine: frames, counters, rings and states of filters. What a plan keeps stays where it is; what it
// drops is free again once the thread has let go of it.
import type { RuleFigures } from '../../model/line-figures.ts';
import type { FilterProgram } from '../filter/ir.ts';
import { figuresOf, freshState, stateBytes } from '../filter/state.ts';
import { Doorbell } from '../memory/doorbell.ts';
import { createFrameMemory, type FrameMemory } from '../memory/frame-memory.ts';
import { type SlotRange, SlotRanges } from '../memory/frame-slab.ts';
import { createRing, type LaneRing } from '../memory/lane-ring.ts';
import { BURST, FRAME_CLASS } from '../memory/layout.ts';
import { CounterTable } from '../segment/counters.ts';
import { programOf } from '../segment/source.ts';
import type { NumberedRing, PlannedState, ThreadPlan } from './plan.ts';
import type { LaneSetup } from './setup.ts';

export interface PartSizes {
  /** Frames of all rings together; 2 KiB each. */
  readonly slots: number;
  /** Frames that may wait at one port in; a power of two. */
  readonly waiting: number;
  /** Frames that a tap may be behind; a power of two. */
  readonly tapped: number;
  /** Most nodes at a time. */
  readonly nodes: number;
}

export const USUAL_SIZES: PartSizes = { slots: 8192, waiting: 1024, tapped: 512, nodes: 1024 };
/** Slots for copies. */
const WORK = 8 * BURST;

interface OwnedRing {
  readonly number: number;
  readonly ring: LaneRing;
  readonly range: SlotRange;
}

interface OwnedState {
  readonly program: FilterProgram;
  readonly memory: SharedArrayBuffer;
}

export class SharedParts {
  readonly memory: FrameMemory;
  readonly table: CounterTable;
  /** The thread's. */
  readonly bell = new Doorbell();
  readonly #sizes: PartSizes;
  readonly #ranges: SlotRanges;
  readonly #work: SlotRange;
  /** Rings by the id of their port in or tap. */
  readonly #rings = new Map<string, OwnedRing>();
  #states = new Map<string, OwnedState>();
  #numbers = 0;

  /** @throws Error when there are too few slots even for copies */
  constructor(sizes: PartSizes) {
    this.#sizes = sizes;
    this.memory = createFrameMemory(sizes.slots);
    this.table = new CounterTable(sizes.nodes);
    this.#ranges = new SlotRanges(sizes.slots);
    this.#work = this.#take(WORK);
  }

  ring(node: string): LaneRing | undefined {
    return this.#rings.get(node)?.ring;
  }

  /** Figures of the rules of a filter or tap. */
  ruleFigures(node: string): readonly RuleFigures[] | undefined {
    const state = this.#states.get(node);
    return state === undefined ? undefined : figuresOf(state.program, new Float64Array(state.memory));
  }

  /**
   * Lays out what a checked setup needs; then comes {@link accept} or {@link refuse}.
   * @throws Error when there is no room for it
   */
  plan(setup: LaneSetup, generation: number): ThreadPlan {
    const { graph, ports, tapRates = {} } = setup;
    const ids = graph.nodes.map(node => node.id);
    const rings = (kind: string) => graph.nodes.filter(node => node.kind === kind).map(node => node.id);
    const inputs = rings('port-in').map(node => ({ node, ...this.#ringOf(node, this.#sizes.waiting, [this.bell]) }));
    const taps = rings('tap').map(node => ({
      ...{ node, ...this.#ringOf(node, this.#sizes.tapped, []) },
      ...(tapRates[node] === undefined ? {} : { perSecond: tapRates[node] }),
    }));
    const planned = ports.map(({ receives, ...port }) => {
      const input = inputs.find(({ node }) => node === receives?.node);
      if (receives === undefined || input === undefined) return port;
      const origin = { ...receives, frameClass: FRAME_CLASS[receives.frameClass] };
      return { ...port, entrance: { number: input.number, ring: input.ring, origin } };
    });
    return {
      ...{ generation, graph, inputs, taps, ports: planned, work: this.#work },
      rows: this.table.assign(ids),
      states: Object.fromEntries(graph.nodes.flatMap(node => this.#stateOf(node.id, programOf(node)))),
      frames: this.memory.shared,
      counters: this.table.shared,
      bell: this.bell.shared,
    };
  }

  /** The thread runs a plan and has let go of the one before: frees what only that one had. */
  accept(plan: ThreadPlan): void {
    const programs = new Map(plan.graph.nodes.map(node => [node.id, programOf(node)]));
    this.#states = new Map(
      Object.entries(plan.states).flatMap(([node, { memory }]) => {
        const program = programs.get(node);
        return program === undefined ? [] : [[node, { program, memory }] as const];
      }),
    );
    this.#keepOnly(plan.graph);
  }

  /** A plan came to nothing: frees what was laid out for it. @param graph  that of the plan that goes on */
  refuse(graph: ThreadPlan['graph']): void {
    this.#keepOnly(graph);
  }

  #keepOnly(graph: ThreadPlan['graph']): void {
    this.table.keepOnly(graph.nodes.map(node => node.id));
    const ringed = new Set(graph.nodes.filter(({ kind }) => kind === 'port-in' || kind === 'tap').map(({ id }) => id));
    for (const [node, { range }] of this.#rings)
      if (!ringed.has(node)) {
        this.#rings.delete(node);
        this.#ranges.giveBack(range);
      }
  }

  #ringOf(node: string, frames: number, bells: readonly Doorbell[]): NumberedRing {
    const owned = this.#rings.get(node) ?? this.#newRing(frames, bells);
    this.#rings.set(node, owned);
    return { number: owned.number, ring: owned.ring.shared };
  }

  #newRing(frames: number, bells: readonly Doorbell[]): OwnedRing {
    const range = this.#take(frames);
    this.#numbers += 1;
    return { number: this.#numbers, range, ring: createRing(this.memory, range, bells) };
  }

  #take(slots: number): SlotRange {
    const range = this.#ranges.take(slots);
    if (range === undefined)
      throw new Error(
        `the lanes have no room for ${slots} more frames; ${this.#ranges.free} of ${this.#sizes.slots} are free`,
      );
    return range;
  }

  #stateOf(node: string, program: FilterProgram | undefined): [string, PlannedState][] {
    if (program === undefined) return [];
    const old = this.#states.get(node);
    if (old !== undefined && JSON.stringify(old.program) === JSON.stringify(program))
      return [[node, { memory: old.memory, isNew: false }]];
    const memory = new SharedArrayBuffer(stateBytes(program));
    freshState(program, memory);
    return [[node, { memory, isNew: true }]];
  }
}
