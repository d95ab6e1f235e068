// What clients said to a port, out of the segments of a recording: each direction of a connection in its order, what was sent
// again left out. Memory is bounded: of too many connections the one that was silent longest is forgotten.
import type { RecordedFrame } from '../recorded-frame.ts';
import { flowEnds, tcpSegment } from './segment.ts';

/** More clients than any device has; a scan of ports must not cost memory. */
const MOST_STREAMS = 4096;

/** One direction of one connection. */
export interface StreamEars {
  /**
   * @param chunk  what comes next; good until this returns
   * @param frame  the one in which it stood
   */
  readonly chunk: (chunk: Uint8Array, frame: RecordedFrame) => void;
  /** What comes next does not follow what came before: something between them was not recorded, or comes too late. */
  readonly gap: () => void;
}

interface Stream {
  readonly ears: StreamEars;
  /** Number of the byte that comes next. */
  next: number;
}

export class TcpStreams {
  readonly #port: number;
  readonly #open: (source: string, target: string) => StreamEars;
  readonly #streams = new Map<string, Stream>();
  #gaps = 0;

  /**
   * @param port  that of the servers
   * @param open  called for each connection with the addresses of its client and its server
   */
  constructor(port: number, open: (source: string, target: string) => StreamEars) {
    this.#port = port;
    this.#open = open;
  }

  /** Places where something is missing. A segment that overtook another one is such a place too. */
  get gaps(): number {
    return this.#gaps;
  }

  /** @param frame  of the class `ethernet` */
  take(frame: RecordedFrame): void {
    const segment = tcpSegment(frame.bytes);
    if (segment?.targetPort !== this.#port) return;
    const { flow, sequence, opens, ends, payload } = segment;
    const first = opens ? (sequence + 1) >>> 0 : sequence;
    const known = opens ? undefined : this.#streams.get(flow);
    const stream = known ?? { ears: this.#open(...flowEnds(flow)), next: first };
    // Put in last again: the first of the map is the one that was silent longest.
    this.#streams.delete(flow);
    if (!ends) this.#streams.set(flow, stream);
    this.#deliver(stream, first, payload, frame);
    if (this.#streams.size > MOST_STREAMS) this.#streams.delete(this.#streams.keys().next().value as string);
  }

  #deliver(stream: Stream, first: number, payload: Uint8Array, frame: RecordedFrame): void {
    // Numbers go round at 2^32: the difference as a signed one.
    const ahead = (first - stream.next) | 0;
    if (payload.length === 0 || -ahead >= payload.length) return;
    if (ahead > 0) {
      this.#gaps += 1;
      stream.ears.gap();
    }
    const fresh = payload.subarray(Math.max(0, -ahead));
    stream.next = (first + payload.length) >>> 0;
    stream.ears.chunk(fresh, frame);
  }
}
