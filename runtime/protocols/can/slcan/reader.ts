// Cuts a stream of the serial line protocol into frames, commands and answers. Holds one line; a line without an end is lost
// and counted, never gathered.
import { CLASSIC_BYTES, FD_BYTES } from '../frame.ts';
import { isFrameLetter, lineTime, MOST_LINE_BYTES, readFrameLine } from './line.ts';

const CR = 0x0d;
/** How an adapter refuses. */
export const BELL = 0x07;

export interface SlcanEars {
  /**
   * @param frame  16 or 72 bytes; may be read until this returns
   * @param time   ms within a minute; -1 for a line without
   */
  readonly frame: (frame: Uint8Array, time: number) => void;
  /** A line that is no frame, without its end; empty: the answer "done". */
  readonly line: (text: string) => void;
  /** The answer "no". */
  readonly refusal: () => void;
  /** A line that is nothing: it begins as a frame and is none, is too long, or has characters that no line has. */
  readonly malformed: () => void;
}

export class SlcanReader {
  readonly #ears: SlcanEars;
  readonly #line = new Uint8Array(MOST_LINE_BYTES);
  readonly #classic: Uint8Array;
  readonly #fd: Uint8Array;
  #length = 0;
  /** The line is lost already: what follows until its end belongs to it. */
  #lost = false;

  constructor(ears: SlcanEars) {
    this.#ears = ears;
    this.#fd = new Uint8Array(FD_BYTES);
    this.#classic = this.#fd.subarray(0, CLASSIC_BYTES);
  }

  /** @param chunk  not kept; what an ear throws is thrown here, after which the rest of the chunk is lost */
  take(chunk: Uint8Array): void {
    // By index: an iterator costs twice as much a byte.
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (byte === CR) this.#end();
      else if (byte === BELL) this.#refused();
      else this.#add(byte);
    }
  }

  /** The stream has ended or begins anew: half a line is nothing. */
  reset(): void {
    this.#length = 0;
    this.#lost = false;
  }

  #add(byte: number): void {
    if (this.#length === MOST_LINE_BYTES || byte < 0x20 || byte > 0x7e) this.#lost = true;
    else this.#line[this.#length++] = byte;
  }

  #refused(): void {
    // Half a line before it is lost; the refusal itself is heard.
    if (this.#length > 0 || this.#lost) this.#ears.malformed();
    this.reset();
    this.#ears.refusal();
  }

  #end(): void {
    const [length, lost] = [this.#length, this.#lost];
    this.reset();
    if (lost) this.#ears.malformed();
    else if (length === 0 || !isFrameLetter(this.#line[0] as number))
      this.#ears.line(String.fromCharCode(...this.#line.subarray(0, length)));
    else this.#frame(length);
  }

  #frame(length: number): void {
    const bytes = readFrameLine(this.#line, length, this.#fd);
    const frame = bytes === FD_BYTES ? this.#fd : this.#classic;
    if (bytes === 0) this.#ears.malformed();
    else this.#ears.frame(frame, lineTime(this.#line, length, frame));
  }
}
