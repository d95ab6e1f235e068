// A station of a bus behind a byte stream: a guest whose serial line ends in what it takes for a CAN adapter.
import type { Duplex } from 'node:stream';
import { type ChannelState, SlcanAdapter } from '../slcan/adapter.ts';
import { MOST_LINE_BYTES, writeFrameLine } from '../slcan/line.ts';
import type { CanBus, Station, StationOptions } from './bus.ts';

/** Lines written at once: one system call for a burst. */
const BURST = 64;
/** A guest that does not read has this much waiting beside its queue; then it gets no answers any more. */
const MOST_WAITING_BYTES = 64 * 1024;
const MINUTE_MS = 60_000;

export interface SlcanPortOptions extends Omit<StationOptions, 'waiting'> {
  /** See AdapterOptions; default `open`. */
  readonly state?: ChannelState;
  /** Time in ms, for guests that want it with each frame. */
  readonly now?: () => number;
}

export interface SlcanPortCounters {
  /** Lines that were none. */
  malformed: number;
  /** Commands that were refused, and frames on a closed channel. */
  refused: number;
  /** Answers lost because the guest does not read. */
  answersLost: number;
  /** Frames that came while the channel was closed, or while no guest was there. */
  unplugged: number;
}

/** The station stays on the bus while guests come and go. */
export class SlcanPort {
  readonly station: Station;
  readonly counters: SlcanPortCounters = { malformed: 0, refused: 0, answersLost: 0, unplugged: 0 };
  readonly #adapter: SlcanAdapter;
  readonly #now: () => number;
  #stream: Duplex | undefined;
  /** A write is on its way that the stream asked to wait for, or one is planned. */
  #busy = false;

  /** @throws CanFrameError when a station of that name is on the bus */
  constructor(bus: CanBus, name: string, { state = 'open', now = Date.now, ...station }: SlcanPortOptions = {}) {
    this.#now = now;
    this.station = bus.join(name, { ...station, waiting: () => this.#wake() });
    this.#adapter = new SlcanAdapter(
      {
        frame: frame => void this.station.send(frame),
        answer: bytes => this.#answer(bytes),
        malformed: () => {
          this.counters.malformed += 1;
        },
        refused: () => {
          this.counters.refused += 1;
        },
      },
      { state },
    );
  }

  get state(): ChannelState {
    return this.#adapter.state;
  }

  /** Takes over a stream, of which it is the owner now; the one before is ended. */
  connect(stream: Duplex): void {
    this.disconnect();
    this.#stream = stream;
    this.#busy = false;
    this.#adapter.reset();
    stream.on('data', (chunk: Uint8Array) => {
      if (this.#stream === stream) this.#heard(chunk);
    });
    stream.on('drain', () => this.#free(stream));
    // A broken line is an unplugged one; the guest comes again or not.
    stream.on('error', () => this.#lost(stream));
    stream.on('end', () => this.#lost(stream));
    stream.on('close', () => this.#lost(stream));
    this.#wake();
  }

  /** Ends the stream; the station stays. */
  disconnect(): void {
    if (this.#stream !== undefined) this.#lost(this.#stream);
  }

  /** Leaves the bus and ends the stream. */
  close(): void {
    this.station.leave();
    this.disconnect();
  }

  #heard(chunk: Uint8Array): void {
    this.#adapter.take(chunk);
    // What came for a channel that was open is old when it is opened again.
    if (this.#adapter.state === 'closed') this.#discard();
  }

  #lost(stream: Duplex): void {
    stream.destroy();
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    this.#wake();
  }

  #answer(bytes: Uint8Array): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    if (stream.writableLength > MOST_WAITING_BYTES) this.counters.answersLost += 1;
    else stream.write(bytes);
  }

  /** WHY later: frames of one burst are written together, and never while another station is sending. */
  #wake(): void {
    if (this.#busy) return;
    this.#busy = true;
    setImmediate(() => {
      this.#busy = false;
      this.#flush();
    });
  }

  #free(stream: Duplex): void {
    if (this.#stream !== stream) return;
    this.#busy = false;
    this.#flush();
  }

  #flush(): void {
    const stream = this.#stream;
    if (stream === undefined || this.#adapter.state === 'closed') this.#discard();
    // What still waits then goes when the stream has room again.
    while (this.station.waits > 0 && !this.#busy) this.#busy = stream?.write(this.#lines()) === false;
  }

  /** The next lines, as one piece. */
  #lines(): Uint8Array {
    const lines = Buffer.allocUnsafe(BURST * (MOST_LINE_BYTES + 1));
    const time = this.#adapter.timestamps ? Math.floor(this.#now()) % MINUTE_MS : -1;
    let length = 0;
    for (let each = 0; each < BURST; each += 1) {
      const frame = this.station.next();
      if (frame === undefined) break;
      length += writeFrameLine(frame, lines, length, time);
      this.station.taken();
    }
    return lines.subarray(0, length);
  }

  #discard(): void {
    this.counters.unplugged += this.station.waits;
    this.station.forget();
  }
}
