// A slave on a serial line, or the master's end of a virtual serial port. Silent about everything that is not for its units.
import type { Duplex } from 'node:stream';
import { RTU_MOST_BYTES, RTU_OVERHEAD, rtuFrame, sealRtu } from '../adu/frames.ts';
import { type Heard, RtuFramer } from '../adu/rtu-framer.ts';
import { u8 } from '../pdu/bytes.ts';
import { newServerCounters, type ServerCounters } from './counters.ts';
import type { Responder } from './responder.ts';

export interface RtuServerOptions {
  /** `both` where other slaves answer on the same pair of wires, `requests` where the master is alone. */
  readonly heard: Extract<Heard, 'requests' | 'both'>;
  /** Silence in ms after which an unfinished frame is given up. Default 100: longer than any adapter holds bytes back. */
  readonly idleMs?: number;
}

export interface RtuServer {
  readonly counters: Readonly<ServerCounters>;
  /** Whoever asked is gone: what was asked is not answered any more, nor is the rest of a frame waited for. */
  forget(): void;
  /** Stops answering. The stream belongs to the caller. */
  stop(): void;
}

/** Answers what comes on a stream until it is stopped. */
export function serveRtu(responder: Responder, stream: Duplex, options: RtuServerOptions): RtuServer {
  const server = new RtuSlave(responder, stream, options.idleMs ?? 100, options.heard);
  return { counters: server.counters, forget: () => server.forget(), stop: () => server.stop() };
}

class RtuSlave {
  readonly counters = newServerCounters();
  readonly #responder: Responder;
  readonly #stream: Duplex;
  readonly #idleMs: number;
  readonly #framer: RtuFramer;
  readonly #answer = new Uint8Array(RTU_MOST_BYTES);
  readonly #receive = (chunk: Uint8Array) => this.#take(chunk);
  #idle: NodeJS.Timeout | undefined;
  /** Grows with every request, so that a late answer to an older one is not sent. */
  #turn = 0;

  constructor(responder: Responder, stream: Duplex, idleMs: number, heard: Heard) {
    this.#responder = responder;
    this.#stream = stream;
    this.#idleMs = idleMs;
    this.#framer = new RtuFramer(heard, (bytes, start, end, kind) => {
      if (kind === 'request') this.#request(bytes, start, end);
    });
    stream.on('data', this.#receive);
  }

  forget(): void {
    this.#framer.idle();
    this.#turn += 1;
  }

  stop(): void {
    this.#turn += 1;
    clearTimeout(this.#idle);
    this.#stream.off('data', this.#receive);
  }

  #take(chunk: Uint8Array): void {
    clearTimeout(this.#idle);
    const before = this.#framer.counters.badChecks;
    this.#framer.push(chunk);
    this.counters.malformed += this.#framer.counters.badChecks - before;
    if (this.#framer.held > 0) this.#idle = setTimeout(() => this.#framer.idle(), this.#idleMs);
  }

  #request(bytes: Uint8Array, start: number, end: number): void {
    this.counters.requests += 1;
    this.#turn += 1;
    const [unit, pdu, after] = [u8(bytes, start), start + 1, end - 2];
    if (unit === 0) {
      this.counters.silent += 1;
      this.#responder.broadcast(bytes, pdu, after);
      return;
    }
    const answer = this.#responder.respond(unit, bytes, pdu, after, this.#answer, 1);
    if (typeof answer !== 'number') void this.#later(answer, unit, this.#turn);
    else if (answer > 0) this.#send(unit, answer);
    else this.counters.silent += 1;
  }

  #send(unit: number, length: number): void {
    this.#answer[0] = unit;
    sealRtu(this.#answer, 0, length + 1);
    // WHY a copy: the stream may keep the bytes until after the next answer has been written into this place.
    this.#write(this.#answer.slice(0, length + RTU_OVERHEAD));
  }

  /** A master that has asked again has given up on this answer, and would take it for the other one. */
  async #later(answer: Promise<Uint8Array | undefined>, unit: number, turn: number): Promise<void> {
    const pdu = await answer;
    if (pdu === undefined || turn !== this.#turn) this.counters.silent += 1;
    else this.#write(rtuFrame(unit, pdu));
  }

  #write(frame: Uint8Array): void {
    this.counters.answers += 1;
    if (u8(frame, 1) >= 0x80) this.counters.exceptions += 1;
    if (!this.#stream.destroyed && this.#stream.writable) this.#stream.write(frame);
  }
}
