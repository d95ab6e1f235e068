// The messages of one burst as Linux reads and writes them: an array of mmsghdr, with an iovec for each frame and room to say how
// long those are that go together. Laid out once; a burst changes numbers in it and makes nothing.
import { BURST } from '../memory/layout.ts';
import type { Libc } from './libc.ts';

// Words of 32 bits, as all of this is on a little-endian system with pointers of eight bytes.
const HEADER = { words: 16, vectors: 4, vectorCount: 6, control: 8, controlBytes: 10, flags: 12, length: 14 } as const;
const VECTOR = { words: 4, begin: 0, bytes: 2 } as const;
const CONTROL = { words: 6, bytes: 0, level: 2, type: 3, segment: 4 } as const;

/** CMSG_LEN and CMSG_SPACE of two bytes. */
const [CONTROL_BYTES, CONTROL_SPACE] = [18, 24];
const [SOL_UDP, UDP_SEGMENT] = [17, 103];
/** In the flags of a message that was longer than its room. */
const MSG_TRUNC = 0x20;
const WORD_VALUES = 2 ** 32;

export class MessageBlock {
  /** Address of each message: where a call begins. */
  readonly addresses: readonly bigint[];
  readonly #headers = new Uint32Array(BURST * HEADER.words);
  readonly #vectors = new Uint32Array(BURST * VECTOR.words);
  readonly #controls = new Uint32Array(BURST * CONTROL.words);
  readonly #vectorsAt: number;
  readonly #controlsAt: number;

  /** Each message has the one frame of its number. */
  constructor({ addressOf }: Pick<Libc, 'addressOf'>) {
    const headersAt = addressOf(this.#headers);
    this.addresses = Array.from({ length: BURST }, (_, index) => headersAt + BigInt(index * HEADER.words * 4));
    this.#vectorsAt = Number(addressOf(this.#vectors));
    this.#controlsAt = Number(addressOf(this.#controls));
    for (let index = 0; index < BURST; index += 1) {
      const at = index * CONTROL.words;
      this.#controls[at + CONTROL.bytes] = CONTROL_BYTES;
      this.#controls[at + CONTROL.level] = SOL_UDP;
      this.#controls[at + CONTROL.type] = UDP_SEGMENT;
      this.compose(index, index, 1);
    }
  }

  /** Says where a frame is, or where there is room for one. @param bytes  how long it is, or may become */
  place(frame: number, address: number, bytes: number): void {
    const at = frame * VECTOR.words;
    setPointer(this.#vectors, at + VECTOR.begin, address);
    this.#vectors[at + VECTOR.bytes] = bytes;
  }

  /** Length of a frame as it was placed. */
  bytesOf(frame: number): number {
    return this.#vectors[frame * VECTOR.words + VECTOR.bytes] as number;
  }

  /** Makes a message of frames that are all as long as the first; the last may be shorter. */
  compose(message: number, first: number, frames: number): void {
    const at = message * HEADER.words;
    const headers = this.#headers;
    setPointer(headers, at + HEADER.vectors, this.#vectorsAt + first * VECTOR.words * 4);
    headers[at + HEADER.vectorCount] = frames;
    const isTogether = frames > 1;
    setPointer(headers, at + HEADER.control, isTogether ? this.#controlsAt + message * CONTROL.words * 4 : 0);
    headers[at + HEADER.controlBytes] = isTogether ? CONTROL_SPACE : 0;
    if (isTogether) this.#controls[message * CONTROL.words + CONTROL.segment] = this.bytesOf(first);
  }

  /** Bytes that came into a message, -1 when it was longer than its room. */
  arrived(message: number): number {
    const at = message * HEADER.words;
    if (((this.#headers[at + HEADER.flags] as number) & MSG_TRUNC) !== 0) return -1;
    return this.#headers[at + HEADER.length] as number;
  }
}

function setPointer(words: Uint32Array, at: number, address: number): void {
  words[at] = address % WORD_VALUES;
  words[at + 1] = Math.floor(address / WORD_VALUES);
}
