// Lanes of one tenant domain: shared memory, a thread that runs the graph, and how the rest of the platform looks at it and
// puts frames in. Whatever the calling thread does or does not do, the lanes go on.
import type { RuleFigures } from '../../model/line-figures.ts';
import type { RingFigures, SeatFigures } from '../memory/lane-ring.ts';
import { FRAME_CLASS, type FrameClass } from '../memory/layout.ts';
import { RingProducer } from '../memory/ring-producer.ts';
import type { NodeFigures } from '../segment/counters.ts';
import { compileSegment } from '../segment/segment.ts';
import { Injector } from './injector.ts';
import type { ThreadPlan } from './plan.ts';
import { checkSetup, type LaneSetup } from './setup.ts';
import { type PartSizes, SharedParts, USUAL_SIZES } from './shared-parts.ts';
import { Supervisor } from './supervisor.ts';
import { TapBridge, type TapOptions } from './tap-bridge.ts';

const NOTHING: LaneSetup = { graph: { nodes: [], wires: [] }, ports: [] };

/** Figures of a port in: of its entrance, and of the lane behind it. */
export interface EntranceFigures {
  readonly entrance: RingFigures;
  readonly lane: SeatFigures;
}

export class LaneEngine {
  readonly #parts: SharedParts;
  readonly #supervisor: Supervisor;
  readonly #bridges = new Map<string, TapBridge[]>();
  readonly #injectors = new Map<string, Injector[]>();
  #setup: LaneSetup = NOTHING;
  #generation = 0;
  #deploying: Promise<unknown> = Promise.resolve();

  constructor(sizes: Partial<PartSizes> = {}) {
    this.#parts = new SharedParts({ ...USUAL_SIZES, ...sizes });
    this.#supervisor = new Supervisor(this.#parts.plan(NOTHING, 0), this.#parts.bell);
  }

  /** Number of the setup that runs; one more with every deploy. */
  get generation(): number {
    return this.#generation;
  }

  /** How often the thread has ended by itself and was started again. */
  get crashes(): number {
    return this.#supervisor.crashes;
  }

  /** Why it ended last; empty when it never did. */
  get lastWords(): string {
    return this.#supervisor.lastWords;
  }

  /**
   * Goes over to another setup between two bursts: frames that wait are handled by it, counters of nodes that are in both go
   * on, and so do ports. One after the other when called again meanwhile.
   * @throws Error when the setup makes no sense, finds no room or a port does not open; then what ran before goes on
   */
  deploy(setup: LaneSetup): Promise<void> {
    const done = this.#deploying.then(() => this.#deploy(setup));
    this.#deploying = done.catch(() => {});
    return done;
  }

  /**
   * Puts frames in at a port in that no port feeds, from this thread. Asked for again, it is the same one.
   * @param frameClass  what the frames are, class of the link
   * @param tenant      with `port`, what is said of each frame in its head
   * @throws Error when there is no such port in
   */
  injector(node: string, frameClass: FrameClass = 'bytes', tenant = 0, port = 0): Injector {
    const [known] = this.#injectors.get(node) ?? [];
    if (known !== undefined) return known;
    const ring = this.#parts.ring(node);
    if (ring === undefined || !openEntries(this.#setup).has(node))
      throw new Error(`${node} is no port-in that frames could be put into`);
    const made = new Injector(new RingProducer(ring, { port, frameClass: FRAME_CLASS[frameClass], tenant }));
    this.#injectors.set(node, [made]);
    return made;
  }

  /**
   * Begins to look at a tap, from the next frame on. @param take  called in this thread; frames are copies, to keep
   * @throws Error when there is no such tap
   */
  tap(node: string, take: TapOptions['take'], options: Omit<TapOptions, 'take'> = {}): TapBridge {
    const ring = this.#parts.ring(node);
    const isTap = this.#setup.graph.nodes.some(({ id, kind }) => id === node && kind === 'tap');
    if (ring === undefined || !isTap) throw new Error(`there is no tap ${node}`);
    const bridge = new TapBridge(ring, { ...options, take });
    this.#bridges.set(node, [...(this.#bridges.get(node) ?? []), bridge]);
    return bridge;
  }

  /** Counters of a node; `undefined` when there is none. */
  figures(node: string): NodeFigures | undefined {
    return this.#parts.table.figures(node);
  }

  /** Counters of the rules of a filter; `undefined` when the node has none. */
  ruleFigures(node: string): readonly RuleFigures[] | undefined {
    return this.#parts.ruleFigures(node);
  }

  /** Counters of what waits in front of a port in; `undefined` when there is none. */
  entrance(node: string): EntranceFigures | undefined {
    const ring = this.#parts.ring(node);
    return ring === undefined || ring.seats === 0 ? undefined : { entrance: ring.counted(), lane: ring.countedAt(0) };
  }

  /** Ends the thread and closes its ports. What still waits is lost. */
  async close(): Promise<void> {
    await this.#deploying;
    closeGone(this.#bridges, new Set());
    await this.#supervisor.close();
    this.#parts.bell.close();
  }

  async #deploy(setup: LaneSetup): Promise<void> {
    checkSetup(setup);
    const generation = this.#generation + 1;
    try {
      const plan = this.#parts.plan(setup, generation);
      this.#tryOut(plan);
      await this.#supervisor.deploy(plan);
      this.#parts.accept(plan);
    } catch (error) {
      this.#parts.refuse(this.#setup.graph);
      throw error;
    }
    this.#generation = generation;
    this.#setup = setup;
    closeGone(this.#injectors, openEntries(setup));
    closeGone(this.#bridges, new Set(setup.graph.nodes.map(({ id }) => id)));
  }

  /** Compiles here what the thread will compile, so that what cannot be is known without it. */
  #tryOut({ graph, rows, work }: ThreadPlan): void {
    const counters = new Float64Array(this.#parts.table.shared);
    compileSegment(graph, { memory: this.#parts.memory, counters, rows, work });
  }
}

/** Ports in that no port feeds. */
function openEntries({ graph, ports }: LaneSetup): ReadonlySet<string> {
  const fed = new Set(ports.map(({ receives }) => receives?.node));
  return new Set(graph.nodes.filter(({ id, kind }) => kind === 'port-in' && !fed.has(id)).map(({ id }) => id));
}

/** Closes and forgets what belongs to nodes that are gone. */
function closeGone(held: Map<string, { close(): void }[]>, left: ReadonlySet<string>): void {
  for (const [node, all] of held)
    if (!left.has(node)) {
      for (const each of all) each.close();
      held.delete(node);
    }
}
