// CAN frames of recordings as candump logs, and logs as recordings; what was heard on a bus as frames of a recording, and what
// of a recording can be said on a bus.
import type { RecordedFrame } from '../../lanes/recording/recorded-frame.ts';
import { directionOf, type ProtocolRecording } from '../recording.ts';
import { type CandumpEntry, frameText, readFrameText, writeCandumpLine } from './candump.ts';
import { CanFrameError, FD_BYTES, frameProblem, readFrame, writeFrame } from './frame.ts';

const MOST_NAME_CHARACTERS = 15;

export const canRecording: ProtocolRecording = {
  name: 'can',
  frameClass: 'can',
  recorder: link => frame => {
    const bytes = Buffer.from(frame.frame, 'hex');
    if (frameProblem(bytes) !== undefined) return [];
    return [{ time: frame.atMs * 1_000, link, class: 'can', direction: directionOf(frame), bytes }];
  },
  words: request => frameText(readFrame(request)),
  written(text) {
    const frame = frameOf(text);
    const bytes = new Uint8Array(FD_BYTES);
    return frame === undefined ? undefined : bytes.slice(0, writeFrame(frame, bytes));
  },
  reader(spoken) {
    let unsound = 0;
    return {
      take({ time, link, class: frameClass, bytes }) {
        if (frameClass !== 'can') return;
        if (frameProblem(bytes) !== undefined) unsound += 1;
        else spoken({ time, link, judged: bytes, request: bytes });
      },
      end: () =>
        unsound > 0 ? [`${unsound} CAN frames tell of errors of a controller, or are none; they were passed over`] : [],
    };
  },
};

/** What looks like a frame and is none is left to whoever reads other forms, and says so. */
function frameOf(text: string): ReturnType<typeof readFrameText> {
  try {
    return readFrameText(text);
  } catch (error) {
    if (error instanceof CanFrameError) return undefined;
    throw error;
  }
}

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
