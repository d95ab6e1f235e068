// Reads a candump log in pieces, as they come from a file. Holds at most one unfinished line.
import type { RecordingFormat } from '../../lanes/recording/open.ts';
import { type RecordingEars, RecordingError, type RecordingReader } from '../../lanes/recording/recorded-frame.ts';
import { type CandumpEntry, readCandumpLine } from './candump.ts';
import { CanFrameError } from './frame.ts';
import { recordedFrame } from './recording.ts';

/** Comments may be longer than lines with a frame. */
const MOST_LINE_BYTES = 64 * 1024;
const LINE_END = 0x0a;

export const CANDUMP: RecordingFormat = {
  name: 'candump log',
  // A line with a frame, a comment, or an empty line.
  begins: bytes => /^[\s(#]/.test(bytes.toString('latin1', 0, 1)),
  open: ears => new CandumpReader(ears),
};

class CandumpReader implements RecordingReader {
  readonly #ears: RecordingEars;
  #held: Buffer = Buffer.alloc(0);
  #line = 0;
  #foreign = 0;

  constructor(ears: RecordingEars) {
    this.#ears = ears;
  }

  /** Lines about errors of a controller. */
  get foreign(): number {
    return this.#foreign;
  }

  take(chunk: Uint8Array): void {
    const bytes = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
    let at = 0;
    for (let end = bytes.indexOf(LINE_END); end !== -1; end = bytes.indexOf(LINE_END, at)) {
      this.#line += 1;
      this.#tell(this.#read(bytes.toString('latin1', at, end)));
      at = end + 1;
    }
    // A copy, so that what is kept does not keep the whole chunk.
    this.#held = Buffer.from(bytes.subarray(at));
    if (this.#held.length > MOST_LINE_BYTES)
      throw new RecordingError(`line ${this.#line + 1} of the recording: it is longer than any line of a candump log`);
  }

  /** A last line may lack its end, as when a person wrote it; one that is no frame was cut off. */
  end(): number {
    const rest = this.#held.length;
    try {
      this.#line += 1;
      this.#tell(this.#read(this.#held.toString('latin1')));
      return 0;
    } catch (error) {
      if (error instanceof RecordingError) return rest;
      throw error;
    }
  }

  #read(text: string): CandumpEntry | undefined {
    try {
      const entry = readCandumpLine(text);
      if (entry === undefined && text.startsWith('(')) this.#foreign += 1;
      return entry;
    } catch (error) {
      if (!(error instanceof CanFrameError)) throw error;
      throw new RecordingError(`line ${this.#line} of the recording: ${error.message}`);
    }
  }

  #tell(entry: CandumpEntry | undefined): void {
    if (entry !== undefined) this.#ears.frame(recordedFrame(entry));
  }
}
