// The last frames of a line, as many as anybody scrolls through. Pure.
import type { LineEnd } from '../../runtime/model/line-frame.ts';
import type { SeenFrame } from '../../runtime/model/seen-traffic.ts';

const MOST_FRAMES = 200;

export class FrameLog {
  #frames: SeenFrame[] = [];
  /** By end, the newest that no firewall refused. */
  readonly #last = new Map<LineEnd, SeenFrame>();
  #lost = 0;
  #total = 0;

  /** Frames that ever were here. */
  get total(): number {
    return this.#total;
  }

  /** Frames that went by and were never here. */
  get lost(): number {
    return this.#lost;
  }

  /** @param frames  oldest first */
  take(frames: readonly SeenFrame[], lost: number): void {
    this.#lost += lost;
    this.#total += frames.length;
    for (const frame of frames) if (frame.refusedBy === undefined) this.#last.set(frame.end, frame);
    this.#frames = [...this.#frames, ...frames].slice(-MOST_FRAMES);
  }

  /** The newest at an end that no firewall refused, however long ago. */
  last(end: LineEnd): SeenFrame | undefined {
    return this.#last.get(end);
  }

  /** Newest first. @param end  only those; `undefined` = all */
  newest(most: number, end?: LineEnd): readonly SeenFrame[] {
    const fitting = end === undefined ? this.#frames : this.#frames.filter(frame => frame.end === end);
    return fitting.slice(-most).reverse();
  }
}
