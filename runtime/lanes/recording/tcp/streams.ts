// What clients said to a port, out of the segments of a recording: each direction of a connection in its order. Memory is
// bounded: of too many connections the one that was silent longest is forgotten.
import type { RecordedFrame } from '../recorded-frame.ts';
import { flowEnds, tcpSegment } from './segment.ts';
import { type StreamEars, TcpStream } from './stream.ts';

/** More clients than any device has; a scan of ports must not cost memory. */
const MOST_STREAMS = 4096;

export class TcpStreams {
  readonly #port: number;
  readonly #open: (source: string, target: string) => StreamEars;
  readonly #streams = new Map<string, TcpStream>();

  /**
   * @param port  that of the servers
   * @param open  called for each connection with the addresses of its client and its server
   */
  constructor(port: number, open: (source: string, target: string) => StreamEars) {
    this.#port = port;
    this.#open = open;
  }

  /** @param frame  of the class `ethernet`, with bytes that stay as they are */
  take(frame: RecordedFrame): void {
    const segment = tcpSegment(frame.bytes);
    if (segment?.targetPort !== this.#port) return;
    const { flow, sequence, opens, ends, payload } = segment;
    const first = opens ? (sequence + 1) >>> 0 : sequence;
    const known = this.#streams.get(flow);
    if (opens) known?.end();
    const stream = opens || known === undefined ? new TcpStream(this.#open(...flowEnds(flow)), first) : known;
    // Put in last again: the first of the map is the one that was silent longest.
    this.#streams.delete(flow);
    if (!ends) this.#streams.set(flow, stream);
    stream.take(first, payload, frame);
    if (ends) stream.end();
    if (this.#streams.size > MOST_STREAMS) this.#forgetOldest();
  }

  /** The recording has ended. */
  end(): void {
    for (const stream of this.#streams.values()) stream.end();
    this.#streams.clear();
  }

  #forgetOldest(): void {
    const [oldest] = this.#streams;
    if (oldest === undefined) return;
    this.#streams.delete(oldest[0]);
    oldest[1].end();
  }
}
