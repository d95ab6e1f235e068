// The wire of a line while it is being used: sends, waits for answers, keeps the pauses that a serial line needs, and gives a
// connection up that has died without a word. Knows no tenants and no queue.
import { KeptOpen, type KeptState, type PauseClock } from '../../../host/kept-open.ts';
import type { OpenWire, Wire } from '../wire/wire.ts';
import type { Carrier } from './carrier.ts';
import type { LineCounters } from './counters.ts';
import type { FullOptions } from './options.ts';
import { RtuCarrier } from './rtu-carrier.ts';
import { TcpCarrier } from './tcp-carrier.ts';
import { type Outcome, transact } from './transaction.ts';

/** Longest answer, for the time it takes. */
const LONGEST_FRAME = 256;
/** How often the line waits for quiet before it goes on regardless: a line that is never quiet has another master. */
const QUIET_TRIES = 10;

export interface MediumEvents {
  readonly opened: () => void;
  /** It could not be opened, and is tried again. */
  readonly failed: (why: unknown) => void;
  readonly lost: (why: unknown) => void;
}

export class Medium {
  readonly #options: FullOptions;
  readonly #counters: LineCounters;
  readonly #clock: PauseClock;
  readonly #events: MediumEvents;
  readonly #carrier: Carrier;
  readonly #connection: KeptOpen<Wire>;
  readonly #lostHears = new Set<(why: unknown) => void>();
  #why: unknown = new Error('it was not opened yet');
  #silentInRow = 0;
  #lastByteAt = Number.NEGATIVE_INFINITY;

  constructor(open: OpenWire, options: FullOptions, counters: LineCounters, clock: PauseClock, events: MediumEvents) {
    this.#options = options;
    this.#counters = counters;
    this.#clock = clock;
    this.#events = events;
    this.#carrier = options.carrier === 'tcp' ? new TcpCarrier(counters) : new RtuCarrier(counters, options.echoes);
    this.#connection = new KeptOpen(
      open,
      options,
      {
        opened: wire => this.#opened(wire),
        lost: why => this.#lost(why),
        failed: why => {
          this.#why = why;
          this.#events.failed(why);
        },
      },
      clock,
    );
    this.#connection.start();
  }

  get state(): KeptState {
    return this.#connection.state;
  }

  /** Whether an answer names its request. */
  get paired(): boolean {
    return this.#carrier.paired;
  }

  /** Why it is not open. */
  get why(): unknown {
    return this.#why;
  }

  /** One request; when this resolves after a time-out on a serial line, the line is quiet again. Never rejects. */
  async ask(unit: number, pdu: Uint8Array): Promise<Outcome> {
    // It may have been lost between the choice of the request and now.
    if (this.state !== 'open') return { kind: 'lost', why: this.#why };
    const ether = {
      carrier: this.#carrier,
      clock: this.#clock,
      counters: this.#counters,
      write: (frame: Uint8Array) => void this.#connection.held?.stream.write(frame),
      onLost: (work: (why: unknown) => void) => {
        this.#lostHears.add(work);
        return () => this.#lostHears.delete(work);
      },
    };
    const { answerMs, byteMs } = this.#options;
    const outcome = await transact(ether, unit, pdu, answerMs + (pdu.length + LONGEST_FRAME) * byteMs);
    const timedOut = outcome.kind === 'silent' || outcome.kind === 'garbled';
    if (this.paired) this.#noticeSilence(outcome.kind === 'silent');
    else if (timedOut) await this.#quiet();
    return outcome;
  }

  /** Tells everyone on a serial line, who then have the turnaround to do it [SL 2.4.1]. */
  async broadcast(pdu: Uint8Array): Promise<void> {
    const frame = this.#carrier.broadcast(pdu);
    this.#counters.sent += 1;
    this.#counters.sentBytes += frame.length;
    this.#connection.held?.stream.write(frame);
    await this.pause(this.#options.turnaroundMs + frame.length * this.#options.byteMs);
  }

  pause(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise(resolve => {
      this.#clock.after(ms, resolve);
    });
  }

  /** Frees the port. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  /** A connection whose other end has gone without a word looks open for ever; so after some silence it is made anew. */
  #noticeSilence(silent: boolean): void {
    this.#silentInRow = silent ? this.#silentInRow + 1 : 0;
    if (this.#silentInRow < this.#options.deadAfter) return;
    this.#silentInRow = 0;
    this.#connection.drop(new Error('nothing came for several requests'));
  }

  /** Waits until a serial line has been quiet for the turnaround: a slave may just be sending its late answer. */
  async #quiet(): Promise<void> {
    for (let tries = 0; tries < QUIET_TRIES && this.state === 'open'; tries += 1) {
      const start = this.#clock.now();
      await this.pause(this.#options.turnaroundMs);
      if (this.#lastByteAt < start) return;
    }
  }

  #opened(wire: Wire): void {
    this.#counters.opened += 1;
    this.#carrier.reset();
    wire.stream.on('data', chunk => {
      if (this.#connection.held === wire) this.#received(chunk);
    });
    this.#events.opened();
  }

  #received(chunk: Uint8Array): void {
    this.#lastByteAt = this.#clock.now();
    this.#counters.heardBytes += chunk.length;
    const outOfStep = this.#carrier.receive(chunk);
    if (outOfStep !== undefined) this.#connection.drop(new Error(outOfStep));
  }

  #lost(why: unknown): void {
    this.#why = why;
    this.#counters.lost += 1;
    for (const hear of [...this.#lostHears]) hear(why);
    this.#events.lost(why);
  }
}
