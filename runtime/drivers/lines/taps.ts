// Listeners of a line. They are told in batches, a little later, and never hold the line up: what is too much is counted.
import type { HeardFrames, LineFrame } from '../../model/line-frame.ts';

const TELL_EVERY_MS = 50;
/** Of one batch; more than any serial line carries in that time. */
const MOST_FRAMES = 500;

class Tap {
  readonly #heard: HeardFrames;
  readonly ended: () => void;
  #frames: LineFrame[] = [];
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(heard: HeardFrames, ended: () => void) {
    this.#heard = heard;
    this.ended = ended;
  }

  add(frame: LineFrame): void {
    if (this.#frames.length < MOST_FRAMES) this.#frames.push(frame);
    else this.#lost += 1;
    this.#timer ??= setTimeout(() => this.#tell(), TELL_EVERY_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    this.#timer = undefined;
    const [frames, lost] = [this.#frames, this.#lost];
    this.#frames = [];
    this.#lost = 0;
    this.#heard(frames, lost);
  }
}

export class Taps {
  readonly #open = new Set<Tap>();

  /** Whether anybody listens; if not, nothing needs to be put together. */
  get any(): boolean {
    return this.#open.size > 0;
  }

  /** @param ended  called when there is nothing more to hear @returns how to stop */
  add(heard: HeardFrames, ended: () => void): () => void {
    const tap = new Tap(heard, ended);
    this.#open.add(tap);
    return () => {
      this.#open.delete(tap);
      tap.close();
    };
  }

  tell(frame: LineFrame): void {
    for (const tap of this.#open) tap.add(frame);
  }

  close(): void {
    const open = [...this.#open];
    this.#open.clear();
    for (const tap of open) {
      tap.close();
      tap.ended();
    }
  }
}
