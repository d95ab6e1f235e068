// Keeps a wire open: opens it, notices when it is gone, frees it, and opens it again, slower and slower. Whatever happens,
// `close` gives the port back.
import type { OpenWire, Wire } from '../wire/wire.ts';
import type { LineClock } from './clock.ts';

export type ConnectionState = 'opening' | 'open' | 'waiting' | 'closed';

export interface ConnectionOptions {
  /** Pause before the wire is opened again, in ms: the first, and the longest one it doubles to. */
  readonly againMs: number;
  readonly againMostMs: number;
}

export interface ConnectionEvents {
  readonly opened: () => void;
  readonly received: (chunk: Uint8Array) => void;
  /** @param why  for people; an error of the wire when there was one */
  readonly lost: (why: unknown) => void;
}

export class Connection {
  readonly #open: OpenWire;
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #clock: LineClock;
  #state: ConnectionState = 'opening';
  #wire: Wire | undefined;
  #pauseMs: number;
  #stopPause: () => void = () => {};
  /** Ends when no port is held or being opened any more. */
  #busy: Promise<void> = Promise.resolve();

  constructor(open: OpenWire, options: ConnectionOptions, events: ConnectionEvents, clock: LineClock) {
    this.#open = open;
    this.#options = options;
    this.#events = events;
    this.#clock = clock;
    this.#pauseMs = options.againMs;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  start(): void {
    this.#busy = this.#connect();
  }

  write(bytes: Uint8Array): void {
    this.#wire?.stream.write(bytes);
  }

  /** Gives the wire up and opens it anew. */
  drop(why: unknown): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    this.#wire = undefined;
    if (this.#state === 'open') this.#state = 'waiting';
    this.#events.lost(why);
    // The port must be free before it can be opened again.
    this.#busy = wire.close().then(() => this.#again());
  }

  /** Frees the port, also one that is being opened just now. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#stopPause();
    this.drop(new Error('the line was closed'));
    await this.#busy;
  }

  async #connect(): Promise<void> {
    this.#state = 'opening';
    let wire: Wire;
    try {
      wire = await this.#open();
    } catch (error) {
      if (this.#closed()) return;
      this.#events.lost(error);
      this.#again();
      return;
    }
    if (this.#closed()) return wire.close();
    this.#wire = wire;
    this.#state = 'open';
    this.#pauseMs = this.#options.againMs;
    this.#listen(wire);
    this.#events.opened();
  }

  #listen(wire: Wire): void {
    const gone = (why: unknown) => {
      if (this.#wire === wire) this.drop(why instanceof Error ? why : new Error('the other end is gone'));
    };
    wire.stream.on('data', chunk => {
      if (this.#wire === wire) this.#events.received(chunk);
    });
    wire.stream.once('error', gone);
    wire.stream.once('end', gone);
    wire.stream.once('close', gone);
    if (wire.stream.destroyed) gone(undefined);
  }

  #again(): void {
    if (this.#closed()) return;
    this.#state = 'waiting';
    this.#stopPause = this.#clock.after(this.#pauseMs, () => this.start());
    this.#pauseMs = Math.min(2 * this.#pauseMs, this.#options.againMostMs);
  }

  #closed(): boolean {
    return this.#state === 'closed';
  }
}
