// The adapter's side of the serial line protocol: what a guest talks to when it thinks that a CAN adapter is at its serial line.
// Answers every command as the manual says [LAWICEL CANUSB 1.3 section 3]. Knows no bus and no stream.
import { BELL, SlcanReader } from './reader.ts';

const DONE = Uint8Array.of(0x0d);
const REFUSED = Uint8Array.of(BELL);

/** Bits per second of the commands S0 to S8. */
export const BIT_RATES: readonly number[] = [
  10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000,
];

/** A channel is opened by O, by L for listening only, and closed by C. */
export type ChannelState = 'closed' | 'open' | 'listening';

export interface AdapterEars {
  /** A frame for the bus. @param frame  may be read until this returns */
  readonly frame: (frame: Uint8Array) => void;
  /** Something to say to the other side. @param bytes  must not be changed */
  readonly answer: (bytes: Uint8Array) => void;
  /** Counted by the owner: no line of the protocol, or a frame on a closed channel. */
  readonly malformed: () => void;
  readonly refused: () => void;
}

export interface AdapterOptions {
  /**
   * State before the first command. A guest that opened its channel does not say so again when we start anew, so what stands
   * before guests begins `open`.
   */
  readonly state?: ChannelState;
}

export class SlcanAdapter {
  readonly #ears: AdapterEars;
  readonly #reader: SlcanReader;
  #state: ChannelState;
  #bitRate: number | undefined;
  #timestamps = false;

  constructor(ears: AdapterEars, { state = 'closed' }: AdapterOptions = {}) {
    this.#ears = ears;
    this.#state = state;
    this.#reader = new SlcanReader({
      frame: frame => this.#frame(frame),
      line: text => this.#command(text),
      // An adapter is not refused anything; noise on the line.
      refusal: ears.malformed,
      malformed: () => {
        ears.malformed();
        ears.answer(REFUSED);
      },
    });
  }

  get state(): ChannelState {
    return this.#state;
  }

  /** Bits per second that were asked for; `undefined` before, and when given as register values. A bus in user space has none. */
  get bitRate(): number | undefined {
    return this.#bitRate;
  }

  /** Whether frames for the other side carry the time. */
  get timestamps(): boolean {
    return this.#timestamps;
  }

  /** What the other side says. */
  take(chunk: Uint8Array): void {
    this.#reader.take(chunk);
  }

  /** The line was cut: half a line is forgotten, the channel is as it was, as with an adapter that keeps its power. */
  reset(): void {
    this.#reader.reset();
  }

  #frame(frame: Uint8Array): void {
    const open = this.#state === 'open';
    if (open) this.#ears.frame(frame);
    else this.#ears.refused();
    this.#ears.answer(open ? DONE : REFUSED);
  }

  #command(text: string): void {
    // Programs send empty lines first, to end what half a command was left in the adapter.
    if (text === '') return;
    const answer = this.#answerTo(text);
    if (answer === undefined) this.#ears.refused();
    this.#ears.answer(answer === undefined ? REFUSED : answer === '' ? DONE : Buffer.from(`${answer}\r`, 'latin1'));
  }

  /** @returns what to say before the end of the line; `undefined` to refuse */
  #answerTo(text: string): string | undefined {
    const [command, argument] = [text[0], text.slice(1)];
    switch (command) {
      case 'O':
        return argument === '' ? this.#open('open') : undefined;
      case 'L':
        return argument === '' ? this.#open('listening') : undefined;
      case 'C':
        return argument === '' ? this.#close() : undefined;
      case 'S':
        return this.#setRate(/^[0-8]$/.test(argument) ? BIT_RATES[Number(argument)] : null);
      case 's':
        return this.#setRate(/^([0-9A-Fa-f]{4}|[0-9A-Fa-f]{6})$/.test(argument) ? undefined : null);
      // The second bit rate of CAN FD.
      case 'Y':
        return this.#whenClosed(/^[1-8]$/.test(argument));
      // Acceptance code and mask, and whether frames come by themselves: everything that the filter allows comes always.
      case 'M':
      case 'm':
        return this.#whenClosed(/^[0-9A-Fa-f]{8}$/.test(argument));
      case 'X':
        return argument === '1' ? '' : undefined;
      case 'Z':
        return this.#setTimestamps(argument);
      case 'F':
        return argument === '' && this.#state !== 'closed' ? 'F00' : undefined;
      case 'V':
        return argument === '' ? 'V1013' : undefined;
      case 'N':
        return argument === '' ? 'NGW01' : undefined;
      default:
        return undefined;
    }
  }

  #open(state: 'open' | 'listening'): string | undefined {
    if (this.#state !== 'closed') return undefined;
    this.#state = state;
    return '';
  }

  #close(): string | undefined {
    if (this.#state === 'closed') return undefined;
    this.#state = 'closed';
    return '';
  }

  /** @param rate  `null`: no such rate */
  #setRate(rate: number | undefined | null): string | undefined {
    if (rate === null || this.#state !== 'closed') return undefined;
    this.#bitRate = rate;
    return '';
  }

  #setTimestamps(argument: string): string | undefined {
    if (this.#state !== 'closed' || !/^[01]$/.test(argument)) return undefined;
    this.#timestamps = argument === '1';
    return '';
  }

  #whenClosed(sound: boolean): string | undefined {
    return sound && this.#state === 'closed' ? '' : undefined;
  }
}
