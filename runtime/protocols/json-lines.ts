// JSON objects on a stream of bytes, one a line, as programs speak with each other over a serial port. Strict and bounded:
// whatever the other end sends, no more than one line of it is held. Knows no protocol.

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const FIRST_BYTES = 1_024;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Cuts a stream into lines. */
export class LineCutter {
  readonly #mostBytes: number;
  /** Start of a line whose end has not come. */
  #held = Buffer.alloc(0);
  #size = 0;
  /** The line is longer than allowed: what comes is thrown away up to its end. */
  #skipping = false;

  /** @param mostBytes  of one line, without its end */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /**
   * The lines that end in a chunk, without their ends and without empty ones; `undefined` for each that was too long.
   * @param chunk  must not change until all is taken; a line is good until the next is asked for
   */
  *cut(chunk: Uint8Array): Generator<Uint8Array | undefined, void> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const piece = chunk.subarray(start, end);
      start = end + 1;
      const line = this.#size === 0 && !this.#skipping ? this.#whole(piece) : this.#joined(piece);
      if (line === undefined || line.length > 0) yield line;
    }
    this.#hold(chunk.subarray(start));
  }

  #whole(piece: Uint8Array): Uint8Array | undefined {
    return piece.length > this.#mostBytes ? undefined : withoutReturn(piece);
  }

  #joined(piece: Uint8Array): Uint8Array | undefined {
    this.#hold(piece);
    const line = this.#skipping ? undefined : withoutReturn(this.#held.subarray(0, this.#size));
    this.#size = 0;
    this.#skipping = false;
    return line;
  }

  #hold(piece: Uint8Array): void {
    if (piece.length === 0 || this.#skipping) return;
    const size = this.#size + piece.length;
    if (size > this.#mostBytes) {
      this.#skipping = true;
      this.#size = 0;
      this.#held = Buffer.alloc(0);
      return;
    }
    if (size > this.#held.length) this.#grow(size);
    this.#held.set(piece, this.#size);
    this.#size = size;
  }

  /** WHY doubled: a guest may write byte by byte, and each would be a copy of all before it. */
  #grow(size: number): void {
    const held = Buffer.alloc(Math.min(Math.max(2 * this.#held.length, size, FIRST_BYTES), this.#mostBytes));
    held.set(this.#held.subarray(0, this.#size));
    this.#held = held;
  }
}

/** What a line says; `undefined` when it is not JSON in UTF-8. */
export function readLine(line: Uint8Array): unknown {
  try {
    return JSON.parse(strictUtf8.decode(line));
  } catch {
    return undefined;
  }
}

/** A line that says this, with its end. @param value  an object of JSON */
export function lineOf(value: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** The bytes of a text in base64; `undefined` when it is not exactly that. */
export function readBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // WHY written again: the reader passes over whatever does not belong there.
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** As a guest ends its lines when its port adds a return to each. */
function withoutReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
