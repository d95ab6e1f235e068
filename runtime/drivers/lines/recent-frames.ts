// The last frames of a line since somebody looked.
import { MOST_TICK_FRAMES } from '../../model/line-figures.ts';
import type { LineFrame } from '../../model/line-frame.ts';
import type { Listener } from './ears.ts';

export class RecentFrames implements Listener {
  #frames: LineFrame[] = [];
  #lost = 0;

  hear(frame: LineFrame): void {
    this.#frames.push(frame);
    if (this.#frames.length <= MOST_TICK_FRAMES) return;
    this.#frames.shift();
    this.#lost += 1;
  }

  miss(count: number): void {
    this.#lost += count;
  }

  /** What has come since the last call, oldest first, and how many are not among it. */
  take(): { readonly frames: readonly LineFrame[]; readonly lost: number } {
    const taken = { frames: this.#frames, lost: this.#lost };
    this.#frames = [];
    this.#lost = 0;
    return taken;
  }
}
