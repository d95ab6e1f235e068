// A segment with what is around it: the rings its frames come from, the ports and taps they leave by. Takes a burst, runs it,
// sends what came of it, gives the burst back: what a crash interrupts comes again, whole.
import { Burst } from '../memory/burst.ts';
import type { FrameMemory } from '../memory/frame-memory.ts';
import { BURST, LINE_DOUBLES } from '../memory/layout.ts';
import type { RingConsumer } from '../memory/ring-consumer.ts';
import { COUNTER, type CounterName, type CounterRows, figuresOfRow, inFlightOf } from '../segment/counters.ts';
import type { Segment, SegmentList } from '../segment/segment.ts';
import type { PortDriver } from './port.ts';
import type { TapSender } from './tap-sender.ts';

export interface LaneParts {
  readonly segment: Segment;
  readonly memory: FrameMemory;
  readonly counters: Float64Array;
  readonly rows: CounterRows;
  /** By the id of the port in. */
  readonly consumers: ReadonlyMap<string, RingConsumer>;
  /** By the id of the port out; several may have one. */
  readonly drivers: ReadonlyMap<string, PortDriver>;
  /** By the id of the tap. */
  readonly taps: ReadonlyMap<string, TapSender>;
}

interface Input {
  readonly entry: number;
  readonly most: number;
  readonly consumer: RingConsumer;
  /** Ports that its frames may come to, and how many frames each of one that comes in. */
  readonly ways: readonly { readonly driver: PortDriver; readonly perFrame: number }[];
}

interface Exit {
  readonly list: SegmentList;
  /** First counter of its node. */
  readonly counters: number;
  readonly driver: PortDriver | undefined;
  readonly tap: TapSender | undefined;
}

export class Lane {
  readonly segment: Segment;
  readonly #parts: LaneParts;
  readonly #inputs: readonly Input[];
  readonly #exits: readonly Exit[];
  readonly #burst = new Burst(BURST);

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.segment = parts.segment;
    this.#inputs = parts.segment.entries.flatMap((_, entry) => this.#input(entry));
    this.#exits = parts.segment.lists.map(list => ({
      list,
      counters: (parts.rows[list.node.id] ?? 0) * LINE_DOUBLES,
      driver: parts.drivers.get(list.node.id),
      tap: parts.taps.get(list.node.id),
    }));
    for (const { counters } of this.#exits) this.#closeAccount(counters);
  }

  /** Handles at most a burst of every input. @param now  ms @returns how many frames were handled */
  turn(now: number): number {
    let handled = 0;
    for (const input of this.#inputs) handled += this.#run(input, now);
    return handled;
  }

  /** Would a turn handle anything? */
  hasWork(): boolean {
    return this.#inputs.some(input => input.consumer.waiting() > 0 && this.#room(input) > 0);
  }

  /** What a thread before this one had in its hands when it ended is accounted for: it comes again. */
  #closeAccount(counters: number): void {
    const row = counters / LINE_DOUBLES;
    this.#add(counters, 'interrupted', inFlightOf(figuresOfRow(this.#parts.counters, row)));
  }

  #input(entry: number): Input[] {
    const { segment, consumers, drivers } = this.#parts;
    const { node, most } = segment.entries[entry] ?? {};
    const consumer = node === undefined ? undefined : consumers.get(node.id);
    if (node === undefined || most === undefined || consumer === undefined) return [];
    const ways = segment.lists.flatMap(({ node: exit }) => {
      const [driver, perFrame] = [drivers.get(exit.id), segment.graph.visits(node, exit)];
      return driver === undefined || perFrame === 0 ? [] : [{ driver, perFrame }];
    });
    return [{ entry, most, consumer, ways }];
  }

  /** Frames that may be run now without any port having too little room for what becomes of them. */
  #room({ most, ways }: Input): number {
    let room = most;
    for (const { driver, perFrame } of ways) room = Math.min(room, Math.floor(driver.room() / perFrame));
    return room;
  }

  #run(input: Input, now: number): number {
    const { consumer, entry } = input;
    const burst = this.#burst;
    const count = consumer.take(burst, this.#room(input));
    if (count === 0) return 0;
    this.segment.run(entry, burst, now);
    // What was written over while it was read is not handed on.
    const isSound = consumer.intact();
    for (const exit of this.#exits) if (exit.list.burst.count > 0) this.#leave(exit, isSound, now);
    consumer.release(count);
    return count;
  }

  #leave({ list, counters, driver, tap }: Exit, isSound: boolean, now: number): void {
    const { burst } = list;
    const { memory } = this.#parts;
    let sent = 0;
    if (isSound && driver !== undefined) sent = driver.send(burst, memory);
    else if (isSound && tap !== undefined) sent = tap.send(burst, memory, now);
    let bytes = 0;
    for (let index = 0; index < sent; index += 1) bytes += burst.length(index);
    this.#add(counters, 'tx', sent);
    this.#add(counters, 'bytes', bytes);
    this.#add(counters, tap === undefined ? 'dropQueue' : 'dropRate', burst.count - sent);
    burst.count = 0;
  }

  #add(counters: number, name: CounterName, by: number): void {
    const at = counters + COUNTER[name];
    const all = this.#parts.counters;
    all[at] = (all[at] ?? 0) + by;
  }
}
