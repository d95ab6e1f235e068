// A port of a lane for tests: frames are lines of text in the byte stream of a Unix socket.
import type { Framer } from '../../../runtime/lanes/engine/framer.ts';
import type { OpenPort } from '../../../runtime/lanes/engine/port.ts';
import { framedUnixStream, UnixStreamOptions } from '../../../runtime/lanes/ports/unix-stream.ts';

const END = 10;

class LineFramer implements Framer {
  readonly longest = 101;
  #begun: number[] = [];

  decode(bytes: Uint8Array, frame: (frame: Uint8Array) => void): void {
    for (const byte of bytes) {
      if (byte !== END) this.#begun.push(byte);
      else {
        frame(Uint8Array.from(this.#begun));
        this.#begun = [];
      }
    }
  }

  encode(frame: Uint8Array, into: Uint8Array): number {
    into.set(frame);
    into[frame.length] = END;
    return frame.length + 1;
  }
}

export const openPort: OpenPort = (options, context) =>
  framedUnixStream(UnixStreamOptions.parse(options), { framer: new LineFramer(), kind: 'stream' }, context);
