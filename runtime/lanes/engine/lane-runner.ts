// Everything that one thread of lanes holds open, and how one plan follows another: what is the same in both stays open and
// keeps its place, and no frame sees half of the new plan. Knows nothing of threads.
import { carryState } from '../filter/state.ts';
import { Doorbell } from '../memory/doorbell.ts';
import { FrameMemory } from '../memory/frame-memory.ts';
import { openRing } from '../memory/lane-ring.ts';
import { RingConsumer } from '../memory/ring-consumer.ts';
import { type FrameOrigin, RingProducer } from '../memory/ring-producer.ts';
import { type KernelWait, kernelWait } from '../native/kernel-wait.ts';
import { compileSegment, type Segment } from '../segment/segment.ts';
import { programOf } from '../segment/source.ts';
import { Lane } from './lane.ts';
import { OpenPorts } from './open-ports.ts';
import type { NumberedRing, PlannedPort, ThreadPlan } from './plan.ts';
import type { OpenPort, PortDriver } from './port.ts';
import { TapSender } from './tap-sender.ts';

interface Running {
  readonly plan: ThreadPlan;
  readonly lane: Lane;
  /** Those of the ports, for every turn. */
  readonly drivers: readonly PortDriver[];
  readonly needsEvents: boolean;
  /** Absent when the kernel knows of no port when there is something. */
  readonly kernel: KernelWait | undefined;
  /** It knows of all of them, and of all that came to them. */
  readonly kernelTells: boolean;
  readonly consumers: ReadonlyMap<number, RingConsumer>;
}

export class LaneRunner {
  readonly #load: (module: string) => Promise<OpenPort>;
  readonly #memory: FrameMemory;
  readonly #counters: Float64Array;
  readonly #bell: Doorbell;
  readonly #ports: OpenPorts;
  #running: Running | undefined;

  constructor(shared: Pick<ThreadPlan, 'frames' | 'counters' | 'bell'>, load: (module: string) => Promise<OpenPort>) {
    this.#load = load;
    this.#memory = new FrameMemory(shared.frames);
    this.#counters = new Float64Array(shared.counters);
    this.#bell = new Doorbell(shared.bell);
    this.#ports = new OpenPorts(port => this.#open(port));
  }

  /** Has any port that needs the event loop? */
  get needsEvents(): boolean {
    return this.#running?.needsEvents === true;
  }

  /** Has any port of which the kernel knows when there is something? */
  get waitsInKernel(): boolean {
    return this.#running?.kernel !== undefined;
  }

  /** One turn. @param now  ms @returns whether there may be more to do at once */
  turn(now: number): boolean {
    const running = this.#running;
    if (running === undefined) return false;
    const { drivers, lane } = running;
    let busy = false;
    // WHY not over the map: its iterator would be garbage, and turns are many.
    for (let index = 0; index < drivers.length; index += 1) if ((drivers[index] as PortDriver).poll()) busy = true;
    const handled = lane.turn(now);
    // The kernel tells when there is more, so that asking it in vain is spared.
    return busy || (running.kernelTells ? lane.hasWork() : handled > 0);
  }

  hasWork(): boolean {
    return this.#running?.lane.hasWork() ?? false;
  }

  /**
   * Blocks the thread until the bell rings, the kernel has something for a port or time is up.
   * @param mostMs  at most 100
   */
  sleep(mostMs: number, hasWork: () => boolean): void {
    const kernel = this.#running?.kernel;
    if (kernel === undefined) this.#bell.sleep(mostMs, hasWork);
    else this.#bell.sleepInKernel(mostMs, hasWork, kernel.wait);
  }

  /**
   * Goes over to a plan, between two bursts. No turn may be taken meanwhile.
   * @throws when the graph does not compile or a port does not open; then the plan before goes on
   * @throws PortLost when it cannot go on
   */
  async deploy(plan: ThreadPlan): Promise<void> {
    const before = this.#running;
    const states = new Map(Object.entries(plan.states).map(([id, { memory }]) => [id, new Float64Array(memory)]));
    const { rows, work } = plan;
    const segment = compileSegment(plan.graph, {
      ...{ memory: this.#memory, counters: this.#counters, rows, work, states },
    });
    try {
      await this.#ports.change(plan.ports);
    } catch (error) {
      // The ports of before may have new drivers.
      if (before !== undefined) this.#running = this.#assemble(before.plan, before.lane.segment, before.consumers);
      throw error;
    }
    if (before !== undefined) carry(before.lane.segment, segment, plan);
    const consumers = this.#sit(plan, before);
    this.#running = this.#assemble(plan, segment, consumers);
    for (const [number, consumer] of before?.consumers ?? []) if (!consumers.has(number)) consumer.leave();
  }

  /** Closes every port. Seats are kept: whoever comes next goes on where this one stopped. */
  close(): Promise<void> {
    this.#running = undefined;
    return this.#ports.close();
  }

  #assemble(plan: ThreadPlan, segment: Segment, consumers: ReadonlyMap<number, RingConsumer>): Running {
    const { drivers } = this.#ports;
    const lane = new Lane({
      ...{ segment, memory: this.#memory, counters: this.#counters, rows: plan.rows },
      consumers: new Map(plan.inputs.map(({ node, number }) => [node, consumers.get(number) as RingConsumer])),
      drivers: this.#ports.byExit(),
      taps: new Map(plan.taps.map(each => [each.node, new TapSender(this.#producer(each), each.perSecond)])),
    });
    const needsEvents = drivers.some(driver => driver.waits === 'events');
    const kernel = kernelWait(drivers.flatMap(({ awaited }) => awaited ?? []));
    const kernelTells = kernel !== undefined && drivers.every(({ awaited }) => awaited?.holds === false);
    return { plan, lane, drivers, needsEvents, kernel, kernelTells, consumers };
  }

  async #open({ module, options, entrance }: PlannedPort): Promise<PortDriver> {
    const openPort = await this.#load(module);
    const producer = entrance === undefined ? undefined : this.#producer(entrance, entrance.origin);
    return openPort(options, { entrance: producer, wake: () => this.#bell.ring() });
  }

  #producer({ ring }: NumberedRing, origin: FrameOrigin = { port: 0, frameClass: 0, tenant: 0 }): RingProducer {
    return new RingProducer(openRing(this.#memory, ring), origin);
  }

  #sit(plan: ThreadPlan, before: Running | undefined): ReadonlyMap<number, RingConsumer> {
    return new Map(
      plan.inputs.map(({ number, ring }) => [
        number,
        before?.consumers.get(number) ?? new RingConsumer(openRing(this.#memory, ring), 0),
      ]),
    );
  }
}

/** New states of filters take over what the old ones counted, rule by rule. */
function carry(before: Segment, after: Segment, plan: ThreadPlan): void {
  const olds = new Map(before.graph.graph.nodes.map(node => [node.id, node]));
  for (const node of after.graph.graph.nodes) {
    const [program, state] = [programOf(node), after.states.get(node.id)];
    const [old, oldState] = [olds.get(node.id), before.states.get(node.id)];
    const oldProgram = old === undefined ? undefined : programOf(old);
    if (program === undefined || oldProgram === undefined || state === undefined || oldState === undefined) continue;
    if (plan.states[node.id]?.isNew === true) carryState(oldProgram, oldState, program, state);
  }
}
