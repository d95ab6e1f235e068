// The line owner's end of a guest's serial port as a stream.
import { Duplex } from 'node:stream';
import type { CableEnd, Cables } from '../../host/cables.ts';

export class CableStream extends Duplex {
  readonly #end: CableEnd;

  /** @throws Error when somebody owns the line already */
  constructor(cables: Cables, name: string) {
    super();
    // A copy: the sender lends its bytes until we return.
    this.#end = cables.plug(name, 'switch', bytes => void this.push(Buffer.from(bytes)));
  }

  override _read(): void {}

  /** A guest that is off hears nothing, as on an unplugged line. */
  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#end.send(chunk);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#end.unplug();
    done(error);
  }
}
