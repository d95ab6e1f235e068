// Somebody who listens to a line. Is told in batches, a little later, and never holds the line up: what is too much is counted.
import type { LineFrame } from '../../model/line-frame.ts';
import type { Listener } from './ears.ts';

const TELL_EVERY_MS = 50;
/** Of one batch; more than any serial line carries in that time. */
const MOST_FRAMES = 500;
/** Of their bytes in hex: a message of a broker may be long. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** @returns false when there is no room now: it is asked again, with whatever has come meanwhile */
export type TakeFrames = (frames: readonly LineFrame[], lost: number) => boolean;

export class Tap implements Listener {
  readonly end: () => void;
  readonly #take: TakeFrames;
  #frames: LineFrame[] = [];
  #characters = 0;
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param ended  called when the line has gone */
  constructor(take: TakeFrames, ended: () => void) {
    this.#take = take;
    this.end = () => {
      this.#tell();
      this.stop();
      ended();
    };
  }

  hear(frame: LineFrame): void {
    const characters = frame.frame.length + (frame.answer?.length ?? 0);
    if (this.#frames.length >= MOST_FRAMES || this.#characters + characters > MOST_CHARACTERS) this.#lost += 1;
    else {
      this.#frames.push(frame);
      this.#characters += characters;
    }
    this.#soon();
  }

  miss(count: number): void {
    this.#lost += count;
    this.#soon();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#tell(), TELL_EVERY_MS);
  }

  #tell(): void {
    this.#timer = undefined;
    if (this.#frames.length === 0 && this.#lost === 0) return;
    if (!this.#take(this.#frames, this.#lost)) {
      this.#soon();
      return;
    }
    this.#frames = [];
    this.#characters = 0;
    this.#lost = 0;
  }
}
