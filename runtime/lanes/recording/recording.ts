// Taps of several links into one recording, which ends by itself when it is as large as it may be: a recording that somebody
// forgot must not fill a disk. What is not recorded is counted and told in the file.
import type { FrameClass } from '../memory/layout.ts';
import type { TappedFrame } from '../memory/ring-tap.ts';
import { PcapngWriter } from './pcapng/writer.ts';
import {
  type Direction,
  type LinkFigures,
  type RecordedClass,
  type RecordedFrame,
  RecordingError,
} from './recorded-frame.ts';

/** A day of a busy classic CAN bus. */
const MOST_BYTES = 4 * 1024 ** 3;

export interface RecordingOptions {
  /** Takes bytes over, in order; they are not changed any more. */
  readonly write: (bytes: Uint8Array) => void;
  /** Most bytes of the recording, what is told at its end aside; default 4 GiB. */
  readonly mostBytes?: number;
}

/** What one tap gives. */
export interface RecordedLink {
  /** Records frames, oldest first. */
  take(frames: readonly TappedFrame[]): void;
  /** Tells how many frames the tap has lost since its beginning. */
  lost(frames: number): void;
}

export class Recording {
  readonly #options: RecordingOptions;
  readonly #writer: PcapngWriter;
  #bytes = 0;
  #closed = false;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#writer = new PcapngWriter(bytes => {
      this.#bytes += bytes.length;
      options.write(bytes);
    });
  }

  /** Whether it is as large as it may be: nothing is recorded any more. */
  get full(): boolean {
    return this.#bytes >= (this.#options.mostBytes ?? MOST_BYTES);
  }

  /** What each link has given so far. */
  get figures(): readonly LinkFigures[] {
    return this.#writer.figures;
  }

  /**
   * Begins to record a link.
   * @param name       of the link
   * @param frameClass  of its frames
   * @param directionOf  which way a frame went, by the port it came in by; default: nobody knows
   */
  link(
    name: string,
    frameClass: FrameClass,
    directionOf: (port: number) => Direction | undefined = () => undefined,
  ): RecordedLink {
    let known = 0;
    return {
      take: frames => {
        for (const { time, port, bytes } of frames)
          this.#record({ time, link: name, class: frameClass, direction: directionOf(port), bytes });
      },
      lost: frames => {
        this.#lost(name, frameClass, frames - known);
        known = frames;
      },
    };
  }

  /** Tells what was lost, and ends it. What taps give afterwards is ignored. @param time  microseconds since 1970 */
  close(time: number): void {
    this.#closed = true;
    this.#writer.close(time);
  }

  #record(frame: RecordedFrame): void {
    if (this.#closed) return;
    if (this.full || !this.#wrote(frame)) this.#lost(frame.link, frame.class, 1);
  }

  /** @returns false for what is no frame of its class any more, as a node that cuts frames may leave it */
  #wrote(frame: RecordedFrame): boolean {
    try {
      this.#writer.frame(frame);
      return true;
    } catch (error) {
      if (error instanceof RecordingError) return false;
      throw error;
    }
  }

  #lost(link: string, frameClass: RecordedClass, frames: number): void {
    if (!this.#closed) this.#writer.lost(link, frameClass, frames);
  }
}
