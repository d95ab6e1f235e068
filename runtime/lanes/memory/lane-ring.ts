// A ring of frames between threads, with one producer. Consumers that have a seat are waited for: the ring is full when the
// slowest of them is a whole round behind. Readers without a seat (taps) are not, and notice when they are overrun. See
// ring-producer.ts, ring-consumer.ts and ring-tap.ts; this is what they share. Positions are 32-bit numbers that wrap, so
// they are compared by their difference only.
import { Doorbell } from './doorbell.ts';
import type { FrameMemory } from './frame-memory.ts';
import { FrameSlab, type SlotRange } from './frame-slab.ts';
import {
  BURST,
  DESCRIPTOR_BYTES,
  LAYOUT_VERSION,
  LINE_BYTES,
  LINE_DOUBLES,
  LINE_WORDS,
  MOST_SEATS,
  RING_FACT,
  RING_FIGURE,
  RING_LINE,
  RING_MAGIC,
  SEAT,
  SEAT_STATE,
} from './layout.ts';

/** A ring as another thread is told about it. */
export interface SharedRing {
  readonly frames: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  /** The bell of each seat's thread. */
  readonly bells: readonly SharedArrayBuffer[];
  /** The bell of who waits for room. */
  readonly roomBell: SharedArrayBuffer;
}

export interface RingFigures {
  /** Frames that came in; what was offered is `published + dropped`. */
  readonly published: number;
  /** Frames that found no room. */
  readonly dropped: number;
  /** How often a consumer that stood still was evicted. */
  readonly evictions: number;
}

export interface SeatFigures {
  readonly state: keyof typeof SEAT_STATE;
  /** Frames handled and given back. */
  readonly released: number;
  /** Frames that it never got because it was evicted; grows on while it is. */
  readonly gap: number;
  /** Frames that wait for it or are in its hands. */
  readonly inFlight: number;
}

export class LaneRing {
  readonly memory: FrameMemory;
  readonly slab: FrameSlab;
  readonly capacity: number;
  readonly bells: readonly Doorbell[];
  /** Rung by consumers when half of the ring is free again. */
  readonly roomBell: Doorbell;
  /** Words of the control memory; atomics only, but for what never changes. */
  readonly control: Int32Array;
  /** Doubles of the same memory. WHY not atomics: each has one writer, and aligned doubles are never seen half written. */
  readonly figures: Float64Array;
  /** Slot and word of each position. */
  readonly descriptors: Int32Array;

  /**
   * Opens a ring that {@link createRing} made, in any thread.
   * @param memory  this thread's view of the memory of frames
   * @throws Error when the control memory is something else, or of another version of the layout
   */
  constructor(memory: FrameMemory, control: SharedArrayBuffer, bells: readonly Doorbell[], roomBell: Doorbell) {
    this.control = new Int32Array(control);
    if (this.control[RING_FACT.magic] !== RING_MAGIC || this.control[RING_FACT.version] !== LAYOUT_VERSION)
      throw new Error(`this is not a ring of layout version ${LAYOUT_VERSION}`);
    this.memory = memory;
    this.capacity = this.control[RING_FACT.capacity] ?? 0;
    this.slab = new FrameSlab(memory, { first: this.control[RING_FACT.firstSlot] ?? 0, count: this.capacity });
    this.figures = new Float64Array(control, 0, RING_LINE.descriptors * LINE_DOUBLES);
    this.descriptors = new Int32Array(control, RING_LINE.descriptors * LINE_BYTES, this.capacity * 2);
    this.bells = bells;
    this.roomBell = roomBell;
  }

  /** Hand this to another thread; {@link openRing} opens it there. */
  get shared(): SharedRing {
    const control = this.control.buffer as SharedArrayBuffer;
    return {
      ...{ frames: this.memory.shared, control },
      ...{ bells: this.bells.map(bell => bell.shared), roomBell: this.roomBell.shared },
    };
  }

  get seats(): number {
    return this.bells.length;
  }

  /** Position behind the last published frame. */
  get head(): number {
    return Atomics.load(this.control, RING_LINE.head * LINE_WORDS);
  }

  /** Index of a word of a seat. @throws Error when there is no such seat */
  seatWord(seat: number, word: number): number {
    if (!(seat >= 0 && seat < this.seats)) throw new Error(`this ring has ${this.seats} seats, none of them ${seat}`);
    return (RING_LINE.seats + seat) * LINE_WORDS + word;
  }

  seatDouble(seat: number, double: number): number {
    return (RING_LINE.seats + seat) * LINE_DOUBLES + double;
  }

  /** Counters of the entrance, as seen from any thread. */
  counted(): RingFigures {
    const at = RING_LINE.figures * LINE_DOUBLES;
    return {
      published: this.figures[at + RING_FIGURE.published] ?? 0,
      dropped: this.figures[at + RING_FIGURE.dropped] ?? 0,
      evictions: this.figures[at + RING_FIGURE.evictions] ?? 0,
    };
  }

  /** Counters of a consumer, as seen from any thread; exact while neither it nor the producer is at work. */
  countedAt(seat: number): SeatFigures {
    const number = Atomics.load(this.control, this.seatWord(seat, SEAT.state));
    const state = number === SEAT_STATE.gating ? 'gating' : number === SEAT_STATE.evicted ? 'evicted' : 'empty';
    const behind = (this.head - Atomics.load(this.control, this.seatWord(seat, SEAT.tail))) | 0;
    const missed = this.figures[this.seatDouble(seat, SEAT.gap)] ?? 0;
    return {
      state,
      released: this.figures[this.seatDouble(seat, SEAT.released)] ?? 0,
      gap: state === 'evicted' ? missed + behind : missed,
      inFlight: state === 'gating' ? behind : 0,
    };
  }
}

/**
 * Makes a ring over a range of slots, which is then its producer's.
 * @param range  as many slots as the ring holds frames: a power of two, at least four bursts
 * @param bells  one per seat, at most eight; consumers of one thread share theirs
 */
export function createRing(memory: FrameMemory, range: SlotRange, bells: readonly Doorbell[]): LaneRing {
  if (range.count < 4 * BURST) throw new Error(`a ring holds at least ${4 * BURST} frames, not ${range.count}`);
  if (bells.length > MOST_SEATS) throw new Error(`a ring has at most ${MOST_SEATS} seats, not ${bells.length}`);
  const control = new SharedArrayBuffer(RING_LINE.descriptors * LINE_BYTES + range.count * DESCRIPTOR_BYTES);
  const words = new Int32Array(control);
  words[RING_FACT.magic] = RING_MAGIC;
  words[RING_FACT.version] = LAYOUT_VERSION;
  words[RING_FACT.capacity] = range.count;
  words[RING_FACT.seats] = bells.length;
  words[RING_FACT.firstSlot] = range.first;
  return new LaneRing(memory, control, bells, new Doorbell());
}

/** Opens a ring of another thread. @param memory  this thread's view of the same memory of frames */
export function openRing(memory: FrameMemory, shared: SharedRing): LaneRing {
  return new LaneRing(
    memory,
    shared.control,
    shared.bells.map(bell => new Doorbell(bell)),
    new Doorbell(shared.roomBell),
  );
}
