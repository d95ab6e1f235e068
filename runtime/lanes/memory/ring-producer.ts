// The one that writes to a ring. It never waits: what finds no room is dropped here, at the entrance, and counted.
import type { Doorbell } from './doorbell.ts';
import { FrameMemory } from './frame-memory.ts';
import type { LaneRing } from './lane-ring.ts';
import {
  BURST,
  CLASS_SHIFT,
  LINE_DOUBLES,
  LINE_WORDS,
  RING_FIGURE,
  RING_LINE,
  SEAT,
  SEAT_STATE,
  SLOT,
} from './layout.ts';

export interface ProducerOptions {
  /** A consumer that has not moved for so long while the ring was full is evicted, in ms; absent = never. */
  readonly evictAfterMs?: number;
  /** Time in ms; default `performance.now`. Read only while the ring is full. */
  readonly now?: () => number;
}

/** What is the same for every frame of one entrance. */
export interface FrameOrigin {
  readonly port: number;
  /** A value of FRAME_CLASS. */
  readonly frameClass: number;
  readonly tenant: number;
}

/** Words of one seat. */
interface Seat {
  readonly tail: number;
  readonly state: number;
}

export class RingProducer {
  readonly ring: LaneRing;
  readonly #origin: FrameOrigin;
  readonly #evictAfterMs: number;
  readonly #now: () => number;
  readonly #seats: readonly Seat[];
  readonly #figures = RING_LINE.figures * LINE_DOUBLES;
  /** Behind the last frame written, and behind the last one published: at most a burst apart. */
  #written: number;
  #published: number;
  /** Slowest tail as last seen. It may have moved on since, never back. */
  #slowest: number;
  #stuckAt = 0;
  #stuckSince = Number.NaN;

  /** Goes on behind what is published: what an earlier producer had written but not published is gone. */
  constructor(ring: LaneRing, origin: FrameOrigin, options: ProducerOptions = {}) {
    this.ring = ring;
    this.#origin = origin;
    this.#evictAfterMs = options.evictAfterMs ?? Number.POSITIVE_INFINITY;
    this.#now = options.now ?? (() => performance.now());
    this.#seats = ring.bells.map((_, seat) => ({
      tail: ring.seatWord(seat, SEAT.tail),
      state: ring.seatWord(seat, SEAT.state),
    }));
    this.#published = ring.head;
    this.#written = this.#published;
    this.#slowest = this.#lookForSlowest();
  }

  /** Frames that fit now. Evicts who stands still. */
  room(): number {
    const known = this.ring.capacity - ((this.#written - this.#slowest) | 0);
    if (known >= BURST) return known;
    this.#slowest = this.#lookForSlowest();
    const room = this.ring.capacity - ((this.#written - this.#slowest) | 0);
    if (room > 0) this.#stuckSince = Number.NaN;
    else if (this.#evictAfterMs !== Number.POSITIVE_INFINITY) return this.#evictStuck();
    // A consumer that sits down just now may seem further behind than anyone can be.
    return Math.max(room, 0);
  }

  /**
   * The slot for the next frame, which the caller then fills and commits; asked again before, it is the same one.
   * @returns -1 when there is no room; the frame is counted as dropped
   */
  reserve(): number {
    if (((this.#written - this.#slowest) | 0) >= this.ring.capacity && this.room() === 0) {
      this.drop();
      return -1;
    }
    return this.ring.slab.slotOf(this.#written);
  }

  /**
   * Slots for the next frames, which the caller fills and then commits from the first on. Those that it does not commit are the
   * next ones again. Nothing is counted as dropped.
   * @param into  gets the slots
   * @returns how many there are: at most `most` and a burst
   */
  reserveBurst(into: Int32Array, most: number): number {
    // Taps rely on this: what is written to without being published is at most a burst.
    this.publish();
    const count = Math.min(this.room(), most, BURST, into.length);
    for (let index = 0; index < count; index += 1) into[index] = this.ring.slab.slotOf((this.#written + index) | 0);
    return count;
  }

  /** Counts a frame that the caller does not even try to bring in. */
  drop(frames = 1): void {
    const at = this.#figures + RING_FIGURE.dropped;
    this.ring.figures[at] = (this.ring.figures[at] ?? 0) + frames;
  }

  /** Takes in the frame that was written to the reserved slot. @param time  microseconds since 1970 */
  commit(length: number, time: number): void {
    const { port, frameClass, tenant } = this.#origin;
    const slot = this.ring.slab.slotOf(this.#written);
    this.ring.memory.writeHead(slot, length, port, frameClass, tenant, this.#written, time);
    this.#append(slot, length | (frameClass << CLASS_SHIFT));
  }

  /** Copies a frame in. @returns false when it was dropped: no room, or longer than a slot */
  write(frame: Uint8Array, time: number): boolean {
    if (frame.length > SLOT.dataBytes) {
      this.drop();
      return false;
    }
    const slot = this.reserve();
    if (slot < 0) return false;
    this.ring.memory.bytes.set(frame, FrameMemory.at(slot));
    this.commit(frame.length, time);
    return true;
  }

  /** Copies in a frame of any memory with what its head says. @param word  length, and a tag that is kept @returns false when dropped */
  forward(from: FrameMemory, source: number, word: number): boolean {
    const slot = this.reserve();
    if (slot < 0) return false;
    const { memory } = this.ring;
    const length = word & 0xffff;
    const [to, at] = [FrameMemory.at(slot), FrameMemory.at(source)];
    if (memory === from) memory.bytes.copyWithin(to, at, at + length);
    else memory.bytes.set(from.bytes.subarray(at, at + length), to);
    memory.copyHead(slot, from, source, this.#written);
    this.#append(slot, word);
    return true;
  }

  /** Shows consumers what was committed, and wakes those that sleep. Once per burst. */
  publish(): void {
    const frames = (this.#written - this.#published) | 0;
    if (frames === 0) return;
    this.#published = this.#written;
    const at = this.#figures + RING_FIGURE.published;
    this.ring.figures[at] = (this.ring.figures[at] ?? 0) + frames;
    Atomics.store(this.ring.control, RING_LINE.head * LINE_WORDS, this.#published);
    const { bells } = this.ring;
    for (let index = 0; index < bells.length; index += 1) (bells[index] as Doorbell).ring();
  }

  #append(slot: number, word: number): void {
    const at = (this.#written & (this.ring.capacity - 1)) * 2;
    this.ring.descriptors[at] = slot;
    this.ring.descriptors[at + 1] = word;
    this.#written = (this.#written + 1) | 0;
    // Taps rely on this: what is written without being published is at most a burst.
    if (((this.#written - this.#published) | 0) >= BURST) this.publish();
  }

  #lookForSlowest(): number {
    let slowest = this.#written;
    // WHY not `for … of`: here its iterator is an object, and this is asked for every few frames.
    for (let index = 0; index < this.#seats.length; index += 1) {
      const seat = this.#seats[index] as Seat;
      if (Atomics.load(this.ring.control, seat.state) !== SEAT_STATE.gating) continue;
      const tail = Atomics.load(this.ring.control, seat.tail);
      if (((tail - slowest) | 0) < 0) slowest = tail;
    }
    return slowest;
  }

  /** @returns the room there is when those were evicted that have stood still for too long */
  #evictStuck(): number {
    const now = this.#now();
    if (Number.isNaN(this.#stuckSince) || this.#stuckAt !== this.#slowest) {
      this.#stuckAt = this.#slowest;
      this.#stuckSince = now;
    }
    if (now - this.#stuckSince < this.#evictAfterMs) return 0;
    for (const seat of this.#seats) this.#evictIfAt(seat, this.#stuckAt);
    this.#stuckSince = Number.NaN;
    this.#slowest = this.#lookForSlowest();
    return Math.max(this.ring.capacity - ((this.#written - this.#slowest) | 0), 0);
  }

  #evictIfAt(seat: Seat, position: number): void {
    const { control, figures } = this.ring;
    if (Atomics.load(control, seat.tail) !== position) return;
    if (Atomics.compareExchange(control, seat.state, SEAT_STATE.gating, SEAT_STATE.evicted) !== SEAT_STATE.gating)
      return;
    const at = this.#figures + RING_FIGURE.evictions;
    figures[at] = (figures[at] ?? 0) + 1;
  }
}
