// Frames over a byte stream as QEMU's `-netdev stream` speaks it: length as 32 bits in network order, then the frame.
import type { Duplex } from 'node:stream';

const HEADER_BYTES = 4;
/** Largest frame QEMU sends without offloads, with room [QEMU net/net.h: NET_BUFSIZE is 4096 + 65536]. */
export const MOST_FRAME_BYTES = 69_632;
/** A guest that does not read has this much waiting; then its frames are lost, as on a card whose ring is full. */
const MOST_WAITING_BYTES = 1024 * 1024;

/** Cuts a stream into frames. Holds at most one unfinished frame. */
export class FrameReader {
  readonly #frame: (frame: Uint8Array) => void;
  #rest: Buffer = Buffer.alloc(0);

  /** @param frame  may read the frame until it returns */
  constructor(frame: (frame: Uint8Array) => void) {
    this.#frame = frame;
  }

  /** @throws RangeError when a length is none that QEMU would send; the stream is of no use any more */
  take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const length = bytes.readUInt32BE(at);
      if (length > MOST_FRAME_BYTES) throw new RangeError(`a frame of ${length} bytes was announced`);
      const end = at + HEADER_BYTES + length;
      if (end > bytes.length) break;
      this.#frame(bytes.subarray(at + HEADER_BYTES, end));
      at = end;
    }
    // A copy, so that what is kept does not keep the whole chunk.
    this.#rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
  }
}

/**
 * Writes one frame.
 * @returns false when it was dropped, because the guest does not read
 */
export function writeFrame(stream: Duplex, frame: Uint8Array): boolean {
  if (stream.destroyed || stream.writableLength > MOST_WAITING_BYTES) return false;
  // One buffer for both: the frame is only ours until we return, and one write is one system call.
  const message = Buffer.allocUnsafe(HEADER_BYTES + frame.length);
  message.writeUInt32BE(frame.length, 0);
  message.set(frame, HEADER_BYTES);
  stream.write(message);
  return true;
}
