// Cuts a TCP stream into Modbus frames, however it is split or joined. Holds at most one frame; a stream that is out of
// step cannot be mended, so the framer says so and its owner closes the connection.
import { u16 } from '../pdu/bytes.ts';
import { MBAP_LEAST, MBAP_MOST, TCP_MOST_BYTES } from './frames.ts';

/** Bytes up to and including the length field. */
const HEAD_BYTES = 6;

/** Gets a whole frame in place: MBAP and PDU from `start` to before `end`. It must not keep `bytes`. */
export type FrameSink = (bytes: Uint8Array, start: number, end: number) => void;

export class TcpFramer {
  readonly #sink: FrameSink;
  readonly #held = new Uint8Array(TCP_MOST_BYTES);
  #count = 0;
  #broken = false;
  /** Frames of another protocol than Modbus (protocol identifier not 0), skipped as [TCP 4.4.2] demands. */
  foreign = 0;
  frames = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Bytes of an unfinished frame. */
  get held(): number {
    return this.#count;
  }

  /**
   * Takes what has arrived and hands out every frame that is whole.
   * @returns false when the stream is out of step: a length field that no frame has. Nothing is handed out from then on.
   */
  push(chunk: Uint8Array): boolean {
    let at = this.#count === 0 ? 0 : this.#finish(chunk);
    while (!this.#broken && chunk.length - at >= HEAD_BYTES) {
      const size = this.#sizeOf(chunk, at);
      if (this.#broken || at + size > chunk.length) break;
      this.#hand(chunk, at, at + size);
      at += size;
    }
    if (!this.#broken && at < chunk.length) this.#hold(chunk, at, chunk.length);
    return !this.#broken;
  }

  /** Forgets what is held, for a new connection. */
  reset(): void {
    this.#count = 0;
    this.#broken = false;
  }

  /** Completes the held frame. @returns where the rest of the chunk starts */
  #finish(chunk: Uint8Array): number {
    let at = 0;
    if (this.#count < HEAD_BYTES) {
      at = this.#hold(chunk, 0, Math.min(chunk.length, HEAD_BYTES - this.#count));
      if (this.#count < HEAD_BYTES) return at;
    }
    const size = this.#sizeOf(this.#held, 0);
    if (this.#broken) return at;
    at = this.#hold(chunk, at, Math.min(chunk.length, at + size - this.#count));
    if (this.#count < size) return at;
    this.#count = 0;
    this.#hand(this.#held, 0, size);
    return at;
  }

  #hold(chunk: Uint8Array, from: number, to: number): number {
    for (let at = from; at < to; at += 1) this.#held[this.#count++] = chunk[at] as number;
    return to;
  }

  #sizeOf(bytes: Uint8Array, at: number): number {
    const length = u16(bytes, at + 4);
    if (length < MBAP_LEAST || length > MBAP_MOST) this.#broken = true;
    return HEAD_BYTES + length;
  }

  #hand(bytes: Uint8Array, start: number, end: number): void {
    if (u16(bytes, start + 2) !== 0) {
      this.foreign += 1;
      return;
    }
    this.frames += 1;
    this.#sink(bytes, start, end);
  }
}
