// The owner of one serial port: opens it once, locked, and shares it; opens it again after it was unplugged; sends from a
// queue of fixed size; counts every byte.
import { KeptOpen, type KeptState, type OpenHeld, type PauseClock, systemClock } from '../../host/kept-open.ts';
import { type OpenSerialPort, openSerialPort } from '../../host/serial-port.ts';
import { newSerialCounters, type SerialCounters } from './counters.ts';
import type { SerialOptions } from './protocol.ts';

/** How long `close` waits for what is still to be sent. */
const LINGER_MS = 1_000;

export interface SerialEvents {
  /** @param bytes  the receiver's to keep */
  readonly received: (bytes: Uint8Array) => void;
  readonly opened?: () => void;
  /** It is not open: lost, or could not be opened. It is tried again by itself. @param why  for people */
  readonly down?: (why: unknown) => void;
  /** There is room again, after a refusal or an offer of which something was left. */
  readonly room?: () => void;
}

export class SerialLine {
  readonly counters: Readonly<SerialCounters>;
  readonly #counters = newSerialCounters();
  readonly #events: SerialEvents;
  readonly #port: KeptOpen<OpenSerialPort>;
  readonly #most: number;
  readonly #clock: PauseClock;
  #waits = 0;
  #refused = false;
  #paused = false;
  #closing = false;
  #emptied: () => void = () => {};

  /** Opens nothing yet. @param open  another way than npm serialport, for tests */
  constructor(
    options: SerialOptions,
    events: SerialEvents,
    {
      clock = systemClock,
      open = lost => openSerialPort(options, lost),
    }: { clock?: PauseClock; open?: OpenHeld<OpenSerialPort> } = {},
  ) {
    this.counters = this.#counters;
    this.#events = events;
    this.#most = options.queueBytes;
    this.#clock = clock;
    this.#port = new KeptOpen(
      open,
      options,
      { opened: port => this.#opened(port), lost: why => this.#lost(why), failed: why => this.#failed(why) },
      clock,
    );
  }

  get state(): KeptState {
    return this.#port.state;
  }

  /** Bytes that wait to be sent. */
  get waits(): number {
    return this.#waits;
  }

  start(): void {
    this.#port.start();
  }

  /** Sends all of it or nothing. @param bytes  copied @returns false when it was refused; see the counters, and `room` */
  write(bytes: Uint8Array): boolean {
    this.#counters.offered += bytes.length;
    const port = this.#port.held;
    if (port === undefined || this.#closing) {
      this.#counters.droppedDown += bytes.length;
      return false;
    }
    if (this.#waits + bytes.length > this.#most) {
      this.#counters.droppedFull += bytes.length;
      this.#refused = true;
      return false;
    }
    this.#waits += bytes.length;
    // What fails is counted when the port is given up, which follows.
    port.stream.write(Buffer.from(bytes), error => {
      if (!error && this.#port.held === port) this.#sent(bytes.length);
    });
    return true;
  }

  /**
   * Sends what there is room for; the rest is to be offered again after `room`. While the port is not open all of it is lost, and
   * counted.
   * @param bytes  copied
   * @returns bytes that are done with
   */
  offer(bytes: Uint8Array): number {
    const most = this.state === 'open' && !this.#closing ? this.#most - this.#waits : bytes.length;
    const part = bytes.subarray(0, Math.max(0, most));
    if (part.length > 0) this.write(part);
    this.#refused ||= part.length < bytes.length;
    return part.length;
  }

  /** Reads no more, so that the kernel and flow control hold the sender back. */
  pause(): void {
    this.#paused = true;
    this.#port.held?.stream.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#port.held?.stream.resume();
  }

  /** Sends what waits, if the device takes it within a second, and frees the port. It can be opened by others then. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#waits > 0 && this.state === 'open') await this.#empty();
    await this.#port.close();
  }

  #empty(): Promise<void> {
    return new Promise(resolve => {
      const stop = this.#clock.after(LINGER_MS, resolve);
      this.#emptied = () => {
        stop();
        resolve();
      };
    });
  }

  #opened(port: OpenSerialPort): void {
    this.#counters.opened += 1;
    port.stream.on('data', (bytes: Uint8Array) => {
      // Of a port that was given up nothing counts any more.
      if (this.#port.held !== port) return;
      this.#counters.rxBytes += bytes.length;
      this.#counters.rxPieces += 1;
      this.#events.received(bytes);
    });
    if (this.#paused) port.stream.pause();
    this.#events.opened?.();
  }

  #sent(bytes: number): void {
    this.#counters.txBytes += bytes;
    this.#waits -= bytes;
    if (this.#waits === 0) this.#emptied();
    if (!this.#refused || this.#waits > this.#most / 2) return;
    this.#refused = false;
    this.#events.room?.();
  }

  #lost(why: unknown): void {
    this.#counters.droppedLost += this.#waits;
    this.#waits = 0;
    this.#refused = false;
    this.#emptied();
    if (this.#closing) return;
    this.#counters.lost += 1;
    this.#events.down?.(why);
  }

  #failed(why: unknown): void {
    this.#counters.failed += 1;
    this.#events.down?.(why);
  }
}
