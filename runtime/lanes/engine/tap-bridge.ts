// Brings what a tap shows to the event loop, in batches and now and then. A loop that is late loses frames here and nowhere
// else, and is told how many.
import type { LaneRing } from '../memory/lane-ring.ts';
import { RingTap, type TappedFrame } from '../memory/ring-tap.ts';

export interface TapOptions {
  /** Gets frames, oldest first, never none; they are copies, to keep. */
  readonly take: (frames: readonly TappedFrame[]) => void;
  /** How often to look, in ms; default 15. */
  readonly everyMs?: number;
  /** Most frames in one call; default 256. */
  readonly most?: number;
  /** Asked before each look: while nobody listens, frames are passed over at no cost and are no loss. Absent: always wanted. */
  readonly wanted?: () => boolean;
}

export class TapBridge {
  readonly #tap: RingTap;
  readonly #options: TapOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(ring: LaneRing, options: TapOptions) {
    this.#tap = new RingTap(ring);
    this.#options = options;
    this.#timer = setInterval(() => this.drain(), options.everyMs ?? 15);
    this.#timer.unref();
  }

  /** Frames handed out. */
  get taken(): number {
    return this.#tap.read;
  }

  /** Frames that the tap picked and that were gone before anyone looked. */
  get lost(): number {
    return this.#tap.gap;
  }

  /** Hands out what waits now; the timer does the same. What comes meanwhile waits for the next time. */
  drain(): void {
    if (this.#options.wanted?.() === false) {
      this.#tap.skip();
      return;
    }
    for (let left = this.#tap.waiting(); left > 0; ) {
      const frames: TappedFrame[] = [];
      const lost = this.lost;
      this.#tap.drain(Math.min(left, this.#options.most ?? 256), frame => frames.push(frame));
      left -= frames.length + this.lost - lost;
      if (frames.length === 0) return;
      this.#options.take(frames);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
