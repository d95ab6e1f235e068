// A stream of the addon whose bytes are not frames yet: a framer of the protocol finds them. Everything but the reading and
// writing is that of the port in plain TypeScript.
import type { ByteLink, LinkEvents } from '../engine/byte-link.ts';
import type { Framer } from '../engine/framer.ts';
import type { PortContext, PortDriver } from '../engine/port.ts';
import { tsPort } from '../engine/ts-port.ts';
import { BURST, SLOT } from '../memory/layout.ts';
import { type BurstAddon, type NativePort, PORT_FIGURE } from './addon.ts';

/** What a protocol makes of a stream. */
export interface Framing {
  readonly framer: Framer;
  /** `stream`: the lane waits for it. `packets`: what finds no room is dropped, as on a bus. */
  readonly kind: 'stream' | 'packets';
  /** The stream ended; whoever opened the port may open another. */
  readonly ended?: (why: string) => void;
}

export interface FramedPortOptions extends Framing {
  readonly addon: BurstAddon;
  /** A stream. Closed with the driver. */
  readonly port: NativePort;
}

/** Makes a stream of the addon a port of a lane. */
export function framedPort(options: FramedPortOptions, context: PortContext): PortDriver {
  const { addon, port, framer, kind, ended } = options;
  const link = new PolledLink(addon, port, kind);
  const inner = tsPort({ link, framer, kind, ...(ended === undefined ? {} : { ended }) }, context);
  return {
    waits: 'blocking',
    awaited: { port, holds: true, hasRoom: () => !link.isPaused },
    room: () => {
      link.look();
      return inner.room();
    },
    send: (frames, memory) => inner.send(frames, memory),
    poll() {
      const isMore = link.pump();
      return inner.poll() || isMore;
    },
    close: () => inner.close(),
  };
}

/** Pieces that are read in one go: few, for many frames may be in each. */
const PIECES = 4;
const SLOTS = Int32Array.from({ length: BURST }, (_, slot) => slot);

/** Of the thread: nothing stays in them between two calls. WHY two: who is handed what came may answer at once. */
let incoming: Uint8Array | undefined;
let outgoing: Uint8Array | undefined;

class PolledLink implements ByteLink {
  isPaused = false;
  readonly #addon: BurstAddon;
  readonly #port: NativePort;
  readonly #kind: 'stream' | 'packets';
  readonly #lengths = new Int32Array(PIECES);
  readonly #words = new Int32Array(BURST);
  readonly #times = new Float64Array(PIECES);
  readonly #figures = new Float64Array(Object.keys(PORT_FIGURE).length);
  #events: LinkEvents | undefined;
  #isFull = false;
  #hasEnded = false;

  constructor(addon: BurstAddon, port: NativePort, kind: 'stream' | 'packets') {
    this.#addon = addon;
    this.#port = port;
    this.#kind = kind;
  }

  open(events: LinkEvents): void {
    this.#events = events;
  }

  /** Hands over what has come. @returns whether there may be more at once */
  pump(): boolean {
    this.look();
    if (this.isPaused) return false;
    incoming ??= new Uint8Array(PIECES * SLOT.bytes);
    const count = this.#addon.receive(this.#port, incoming, SLOTS, PIECES, this.#lengths, this.#times);
    for (let index = 0; index < count; index += 1) {
      const at = index * SLOT.bytes + SLOT.headBytes;
      this.#events?.received(incoming.subarray(at, at + (this.#lengths[index] ?? 0)));
    }
    if (count === 0) this.#lookForEnd();
    return count === PIECES;
  }

  /** Tells when there is room to write again. */
  look(): void {
    if (!this.#isFull || this.#addon.rest(this.#port) > 0) return;
    this.#isFull = false;
    this.#events?.writable();
  }

  /** At most a burst of slots full. */
  write(bytes: Uint8Array): boolean {
    outgoing ??= new Uint8Array(BURST * SLOT.bytes);
    let count = 0;
    for (let at = 0; at < bytes.length; at += SLOT.dataBytes) {
      const piece = bytes.subarray(at, at + SLOT.dataBytes);
      outgoing.set(piece, count * SLOT.bytes + SLOT.headBytes);
      this.#words[count] = piece.length;
      count += 1;
    }
    const isTaken = count > 0 && this.#addon.send(this.#port, outgoing, SLOTS, this.#words, count) === count;
    if (this.#kind === 'packets') return isTaken;
    this.#isFull = this.#addon.rest(this.#port) > 0;
    return !this.#isFull;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  async close(): Promise<void> {
    this.#addon.close(this.#port);
  }

  #lookForEnd(): void {
    if (this.#hasEnded) return;
    this.#addon.figures(this.#port, this.#figures);
    this.#hasEnded = this.#figures[PORT_FIGURE.ended] === 1;
    if (this.#hasEnded) this.#events?.ended('the peer closed it');
  }
}
