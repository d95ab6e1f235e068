// One that a ring waits for. It takes a burst, handles it and releases it; until then nobody writes to those slots, unless it
// stands still for so long that it is evicted. Then it goes on at the newest frame, and what it missed is counted.
import type { Burst } from './burst.ts';
import type { LaneRing } from './lane-ring.ts';
import { SEAT, SEAT_STATE } from './layout.ts';

export class RingConsumer {
  readonly ring: LaneRing;
  readonly #tailWord: number;
  readonly #stateWord: number;
  readonly #released: number;
  readonly #gap: number;
  #tail: number;

  /**
   * Takes a seat. Where one sat before and ended without leaving, it goes on at the first frame that one had not released:
   * nothing is lost, and what was in its hands comes again.
   */
  constructor(ring: LaneRing, seat: number) {
    this.ring = ring;
    this.#tailWord = ring.seatWord(seat, SEAT.tail);
    this.#stateWord = ring.seatWord(seat, SEAT.state);
    this.#released = ring.seatDouble(seat, SEAT.released);
    this.#gap = ring.seatDouble(seat, SEAT.gap);
    this.#tail = Atomics.load(ring.control, this.#tailWord);
    if (Atomics.load(ring.control, this.#stateWord) === SEAT_STATE.empty) this.#sitDown();
  }

  /** Frames that wait. */
  waiting(): number {
    return this.intact() ? (this.ring.head - this.#tail) | 0 : 1;
  }

  /**
   * Reads what waits into a burst, without taking it off the ring.
   * @param most  at most so many, and no more than the burst has room for
   * @returns how many
   */
  take(into: Burst, most: number): number {
    if (!this.intact()) this.#comeBack();
    const { descriptors, capacity } = this.ring;
    const count = Math.min((this.ring.head - this.#tail) | 0, most, into.room);
    const mask = capacity - 1;
    const { slots, words } = into;
    for (let index = 0; index < count; index += 1) {
      const at = ((this.#tail + index) & mask) * 2;
      slots[index] = descriptors[at] as number;
      words[index] = descriptors[at + 1] as number;
    }
    into.count = count;
    return count;
  }

  /** False when it was evicted meanwhile: what it took may have been written over, and must not be handed on. */
  intact(): boolean {
    return Atomics.load(this.ring.control, this.#stateWord) === SEAT_STATE.gating;
  }

  /** Gives slots back, oldest first. @param frames  at most as many as were taken */
  release(frames: number): void {
    if (!this.intact()) return;
    this.#tail = (this.#tail + frames) | 0;
    this.ring.figures[this.#released] = (this.ring.figures[this.#released] ?? 0) + frames;
    Atomics.store(this.ring.control, this.#tailWord, this.#tail);
    // WHY not for every slot: a producer that is woken for a few goes to sleep again, and both are dear.
    if (((this.ring.head - this.#tail) | 0) <= this.ring.capacity >> 1) this.ring.roomBell.ring();
  }

  /** Leaves the seat: the ring waits for it no longer. */
  leave(): void {
    Atomics.store(this.ring.control, this.#stateWord, SEAT_STATE.empty);
    this.ring.roomBell.ring();
  }

  #comeBack(): void {
    const missedFrom = this.#tail;
    this.#sitDown();
    const missed = (this.#tail - missedFrom) | 0;
    this.ring.figures[this.#gap] = (this.ring.figures[this.#gap] ?? 0) + missed;
  }

  /**
   * WHY the tail is stored twice: before the state, so that nobody waits for where it was; and after it, because the producer
   * may have gone on before it saw the state. From the second store on everything at and behind the tail is safe.
   */
  #sitDown(): void {
    const { control } = this.ring;
    Atomics.store(control, this.#tailWord, this.ring.head);
    Atomics.store(control, this.#stateWord, SEAT_STATE.gating);
    this.#tail = this.ring.head;
    Atomics.store(control, this.#tailWord, this.#tail);
  }
}
