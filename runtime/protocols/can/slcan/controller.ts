// The computer's side of the serial line protocol: sets a CAN adapter at a serial line up and exchanges frames with it. The
// stream is given; the owner writes what it is asked to write and hands over what it hears.
import { FD_BYTES } from '../frame.ts';
import { BIT_RATES } from './adapter.ts';
import { MOST_LINE_BYTES, writeFrameLine } from './line.ts';
import { SlcanReader } from './reader.ts';

/** An adapter answers within milliseconds; USB and a busy machine take their time. */
const ANSWER_WITHIN_MS = 1_000;
/** What an adapter says to the empty lines before the first command is past by then; some answer them and some do not. */
const SETTLED_MS = 100;

export interface ControllerEars {
  /** A frame from the bus. @param frame  may be read until this returns @param time  ms within a minute, or -1 */
  readonly frame: (frame: Uint8Array, time: number) => void;
  /** Bytes for the adapter; ours, so they may be kept. */
  readonly write: (bytes: Uint8Array) => void;
}

export interface ControllerOptions {
  /** Bits per second; one of the nine that adapters know. */
  readonly bitRate: number;
  /** Never sends, not even the acknowledgement of others' frames. */
  readonly listenOnly?: boolean;
  /** Frames carry the time at which they came. */
  readonly timestamps?: boolean;
  /** Calls back after some ms; default: a timer of the process. @returns how to cancel */
  readonly after?: (ms: number, call: () => void) => () => void;
}

export interface ControllerCounters {
  received: number;
  sent: number;
  /** Lines that were none. */
  malformed: number;
  /** Frames that the adapter did not take. */
  refused: number;
}

interface Waiting {
  readonly command: string;
  readonly settle: (answer: 'done' | 'refused' | 'silent') => void;
}

export class SlcanController {
  readonly counters: ControllerCounters = { received: 0, sent: 0, malformed: 0, refused: 0 };
  readonly #ears: ControllerEars;
  readonly #options: ControllerOptions;
  readonly #reader: SlcanReader;
  readonly #after: NonNullable<ControllerOptions['after']>;
  #waiting: Waiting | undefined;
  #open = false;

  /** @throws RangeError for a bit rate that adapters do not know */
  constructor(ears: ControllerEars, options: ControllerOptions) {
    if (!BIT_RATES.includes(options.bitRate))
      throw new RangeError(`adapters know the bit rates ${BIT_RATES.join(', ')}, not ${options.bitRate}`);
    this.#ears = ears;
    this.#options = options;
    this.#after = options.after ?? startTimer;
    this.#reader = new SlcanReader({
      frame: (frame, time) => {
        this.counters.received += 1;
        if (this.#open) ears.frame(frame, time);
      },
      line: text => this.#heard(text),
      refusal: () => this.#settle('refused'),
      malformed: () => {
        this.counters.malformed += 1;
      },
    });
  }

  /**
   * Closes, sets the bit rate and opens the channel.
   * @throws Error when the adapter refuses or says nothing
   */
  async open(): Promise<void> {
    const { bitRate, listenOnly = false, timestamps = false } = this.#options;
    this.#reader.reset();
    // Empty lines end what was left of a command.
    this.#ears.write(Buffer.from('\r\r\r', 'latin1'));
    await new Promise<void>(resolve => this.#after(SETTLED_MS, resolve));
    // It may be closed already, which it refuses.
    await this.#ask('C', ['done', 'refused']);
    await this.#ask(`S${BIT_RATES.indexOf(bitRate)}`, ['done']);
    if (timestamps) await this.#ask('Z1', ['done']);
    await this.#ask(listenOnly ? 'L' : 'O', ['done']);
    this.#open = true;
  }

  /** Closes the channel. @throws Error when the adapter says nothing */
  async close(): Promise<void> {
    this.#open = false;
    await this.#ask('C', ['done', 'refused']);
  }

  /**
   * Sends a frame.
   * @param frame  16 or 72 bytes, a sound frame
   * @returns false when the channel is not open for sending
   */
  send(frame: Uint8Array): boolean {
    if (!this.#open || this.#options.listenOnly === true) return false;
    const line = new Uint8Array(frame.length === FD_BYTES ? MOST_LINE_BYTES + 1 : 32);
    this.#ears.write(line.subarray(0, writeFrameLine(frame, line, 0)));
    this.counters.sent += 1;
    return true;
  }

  /** What the adapter says. */
  take(chunk: Uint8Array): void {
    this.#reader.take(chunk);
  }

  #heard(text: string): void {
    // z and Z: a frame was sent, in the adapters that tell it apart.
    if (text === '' || text === 'z' || text === 'Z') this.#settle('done');
    else if (!/^[VNF]/.test(text)) this.counters.malformed += 1;
  }

  #settle(answer: 'done' | 'refused'): void {
    const waiting = this.#waiting;
    if (waiting !== undefined) waiting.settle(answer);
    else if (answer === 'refused') this.counters.refused += 1;
  }

  async #ask(command: string, good: readonly ('done' | 'refused')[]): Promise<void> {
    if (this.#waiting !== undefined) throw new Error(`the adapter is still asked ${this.#waiting.command}`);
    const { promise, resolve } = Promise.withResolvers<'done' | 'refused' | 'silent'>();
    const cancel = this.#after(ANSWER_WITHIN_MS, () => resolve('silent'));
    this.#waiting = { command, settle: resolve };
    this.#ears.write(Buffer.from(`${command}\r`, 'latin1'));
    const answer = await promise;
    cancel();
    this.#waiting = undefined;
    if (answer === 'silent')
      throw new Error(`the adapter does not answer ${command}; is it one, and is the line's speed right?`);
    if (!good.includes(answer)) throw new Error(`the adapter refuses ${command}`);
  }
}

function startTimer(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}
