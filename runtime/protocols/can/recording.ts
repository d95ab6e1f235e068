// CAN frames of recordings as candump logs, and logs as recordings.
import type { RecordedFrame } from '../../lanes/recording/recorded-frame.ts';
import { type CandumpEntry, writeCandumpLine } from './candump.ts';
import { frameProblem, readFrame, writeFrame } from './frame.ts';

const MOST_NAME_CHARACTERS = 15;

/** The frame of a log as it is in a lane. */
export function recordedFrame({ time, link, frame }: CandumpEntry): RecordedFrame {
  const bytes = new Uint8Array(72);
  return { time, link, class: 'can', bytes: bytes.slice(0, writeFrame(frame, bytes)) };
}

/** Writes lines for a log. Links get names that a log can have; two links never the same one. */
export class CandumpExport {
  readonly #names = new Map<string, string>();
  #skipped = 0;

  /** Frames that a log has no line for: those of other classes, and what is no message on a bus. */
  get skipped(): number {
    return this.#skipped;
  }

  /** @returns the line with its end; `undefined` when there is none for this frame */
  line({ time, link, class: frameClass, bytes }: RecordedFrame): string | undefined {
    if (frameClass !== 'can' || frameProblem(bytes) !== undefined) {
      this.#skipped += 1;
      return undefined;
    }
    return writeCandumpLine({ time, link: this.#nameOf(link), frame: readFrame(bytes) });
  }

  #nameOf(link: string): string {
    const known = this.#names.get(link);
    if (known !== undefined) return known;
    const taken = new Set(this.#names.values());
    const plain = link.replace(/[^\w.-]/g, '_') || 'can';
    let name = plain.slice(0, MOST_NAME_CHARACTERS);
    for (let number = 2; taken.has(name); number += 1)
      name = `${plain.slice(0, MOST_NAME_CHARACTERS - 1 - String(number).length)}-${number}`;
    this.#names.set(link, name);
    return name;
  }
}
