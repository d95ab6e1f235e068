// The one that writes to a ring. It never waits: what finds no room is dropped here, at the entrance, and counted.
import type { Doorbell } from './doorbell.ts';
import type { FrameMemory } from './frame-memory.ts';
import type { LaneRing } from './lane-ring.ts';
import {
  BURST,
  CLASS_SHIFT,
  HEAD,
  LENGTH_MASK,
  LINE_DOUBLES,
  LINE_WORDS,
  RING_FIGURE,
  RING_LINE,
  SEAT,
  SEAT_STATE,
  SLOT,
} from './layout.ts';

// WHY once more: V8 looks at what is imported again for every frame, while constants of the module itself become part of its code.
const [WORDS_SHIFT, MOST_BYTES] = [SLOT.shift - 2, SLOT.dataBytes];
const [TAG_SHIFT, MOST_UNPUBLISHED] = [CLASS_SHIFT, BURST];
const [LENGTH_WORD, CLASS_WORD, TENANT_WORD] = [HEAD.length / 4, HEAD.class / 4, HEAD.tenant / 4];
const [SEQUENCE_WORD, MARK_WORD, TIME_WORD] = [HEAD.sequence / 4, HEAD.mark / 4, HEAD.time / 4];

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
  // WHY all these beside the ring, which knows them: a frame would look for each through several objects.
  readonly #memory: FrameMemory;
  readonly #words: Uint32Array;
  readonly #doubles: Float64Array;
  readonly #descriptors: Int32Array;
  readonly #capacity: number;
  readonly #firstSlot: number;
  /** What is said of each frame, as words of its head. */
  readonly #port: number;
  readonly #class: number;
  readonly #tenant: number;
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
    this.#memory = ring.memory;
    this.#words = ring.memory.words;
    this.#doubles = ring.memory.doubles;
    this.#descriptors = ring.descriptors;
    this.#capacity = ring.capacity;
    this.#firstSlot = ring.slab.range.first;
    this.#port = origin.port << 16;
    this.#class = origin.frameClass;
    this.#tenant = origin.tenant | 0;
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
    const known = this.#capacity - ((this.#written - this.#slowest) | 0);
    if (known >= MOST_UNPUBLISHED) return known;
    this.#slowest = this.#lookForSlowest();
    const room = this.#capacity - ((this.#written - this.#slowest) | 0);
    if (room > 0) this.#stuckSince = Number.NaN;
    else if (this.#evictAfterMs !== Number.POSITIVE_INFINITY) return this.#evictStuck();
    // A consumer that sits down just now may seem further behind than anyone can be.
    return Math.max(room, 0);
  }

  /**
   * Blocks the calling thread until so many frames fit, or time is up. Not for a thread whose event loop must go on.
   * @param frames  at most a burst
   * @returns whether they fit
   */
  waitForRoom(frames: number, mostMs: number): boolean {
    if (this.room() >= frames) return true;
    // What is not shown cannot be handled.
    this.publish();
    const end = performance.now() + mostMs;
    // WHY again: the bell is rung by the fastest consumer, and the slowest is waited for.
    for (let left = mostMs; left > 0 && this.room() < frames; left = end - performance.now())
      this.ring.roomBell.sleep(left, () => this.room() >= frames);
    return this.room() >= frames;
  }

  /**
   * The slot for the next frame, which the caller then fills and commits; asked again before, it is the same one.
   * @returns -1 when there is no room; the frame is counted as dropped
   */
  reserve(): number {
    const written = this.#written;
    if (((written - this.#slowest) | 0) >= this.#capacity && this.room() === 0) {
      this.drop();
      return -1;
    }
    return this.#firstSlot + (written & (this.#capacity - 1));
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
    const count = Math.min(this.room(), most, MOST_UNPUBLISHED, into.length);
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
    const written = this.#written;
    const at = written & (this.#capacity - 1);
    const slot = this.#firstSlot + at;
    const head = slot << WORDS_SHIFT;
    const words = this.#words;
    words[head + LENGTH_WORD] = length | this.#port;
    words[head + CLASS_WORD] = this.#class;
    words[head + TENANT_WORD] = this.#tenant;
    words[head + SEQUENCE_WORD] = written;
    words[head + MARK_WORD] = 0;
    this.#doubles[(head + TIME_WORD) >> 1] = time;
    this.#append(slot, length | (this.#class << TAG_SHIFT));
  }

  /** Copies a frame in. @returns false when it was dropped: no room, or longer than a slot */
  write(frame: Uint8Array, time: number): boolean {
    const { length } = frame;
    if (length > MOST_BYTES) {
      this.drop();
      return false;
    }
    const slot = this.reserve();
    if (slot < 0) return false;
    this.#memory.copyIn(slot, frame);
    this.commit(length, time);
    return true;
  }

  /** Copies in a frame of any memory with what its head says. @param word  length, and a tag that is kept @returns false when dropped */
  forward(from: FrameMemory, source: number, word: number): boolean {
    const slot = this.reserve();
    if (slot < 0) return false;
    const memory = this.#memory;
    memory.copyFrame(slot, from, source, word & LENGTH_MASK);
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
    const written = this.#written;
    const at = (written & (this.#capacity - 1)) * 2;
    const descriptors = this.#descriptors;
    descriptors[at] = slot;
    descriptors[at + 1] = word;
    const next = (written + 1) | 0;
    this.#written = next;
    // Taps rely on this: what is written without being published is at most a burst.
    if (((next - this.#published) | 0) >= MOST_UNPUBLISHED) this.publish();
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
    return Math.max(this.#capacity - ((this.#written - this.#slowest) | 0), 0);
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
