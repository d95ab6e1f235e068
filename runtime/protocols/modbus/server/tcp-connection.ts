// One master on a Modbus TCP server: frames in, answers out, gathered into one write for each segment that came.
import type { Socket } from 'node:net';
import { MBAP_BYTES, putMbap, TCP_MOST_BYTES } from '../adu/frames.ts';
import { TcpFramer } from '../adu/tcp-framer.ts';
import { u8, u16 } from '../pdu/bytes.ts';
import { EXCEPTION } from '../pdu/functions.ts';
import { putException } from './answer.ts';
import type { ServerCounters } from './counters.ts';
import type { Responder } from './responder.ts';

/** Answers gathered before they are written; a segment of small requests asks for more than that seldom. */
const GATHER_BYTES = 16 * 1024;

export class TcpConnection {
  readonly #socket: Socket;
  readonly #responder: Responder;
  readonly #counters: ServerCounters;
  readonly #mostPending: number;
  readonly #framer: TcpFramer;
  #out = Buffer.allocUnsafeSlow(GATHER_BYTES);
  #filled = 0;
  #pending = 0;

  constructor(socket: Socket, responder: Responder, counters: ServerCounters, mostPending: number) {
    this.#socket = socket;
    this.#responder = responder;
    this.#counters = counters;
    this.#mostPending = mostPending;
    this.#framer = new TcpFramer((bytes, start, end) => this.#request(bytes, start, end));
    socket.on('data', chunk => this.#receive(chunk));
    socket.on('drain', () => socket.resume());
  }

  #receive(chunk: Uint8Array): void {
    const foreign = this.#framer.foreign;
    const inStep = this.#framer.push(chunk);
    this.#counters.malformed += this.#framer.foreign - foreign + (inStep ? 0 : 1);
    this.#flush();
    if (!inStep) this.#socket.destroy();
  }

  #request(bytes: Uint8Array, start: number, end: number): void {
    this.#counters.requests += 1;
    if (this.#filled + TCP_MOST_BYTES > this.#out.length) this.#flush();
    const [transaction, unit, pdu] = [u16(bytes, start), u8(bytes, start + 6), start + MBAP_BYTES];
    const at = this.#filled + MBAP_BYTES;
    if (this.#pending >= this.#mostPending) {
      this.#put(transaction, unit, putException(u8(bytes, pdu), EXCEPTION.deviceBusy, this.#out, at));
      return;
    }
    const answer = this.#responder.respond(unit, bytes, pdu, end, this.#out, at);
    if (typeof answer !== 'number') void this.#later(answer, transaction, unit, u8(bytes, pdu));
    else if (answer > 0) this.#put(transaction, unit, answer);
    else this.#nobody(transaction, unit, u8(bytes, pdu));
  }

  /** On a network silence tells nothing, so a gateway says that nobody is there [7, exception 11]. */
  #nobody(transaction: number, unit: number, code: number): void {
    const at = this.#filled + MBAP_BYTES;
    this.#put(transaction, unit, putException(code, EXCEPTION.gatewayTargetSilent, this.#out, at));
  }

  /** Completes the answer whose PDU stands at its place. */
  #put(transaction: number, unit: number, length: number): void {
    putMbap(this.#out, this.#filled, transaction, unit, length);
    this.#counters.answers += 1;
    if (u8(this.#out, this.#filled + MBAP_BYTES) >= 0x80) this.#counters.exceptions += 1;
    this.#filled += MBAP_BYTES + length;
  }

  async #later(answer: Promise<Uint8Array | undefined>, transaction: number, unit: number, code: number) {
    this.#pending += 1;
    const pdu = await answer;
    this.#pending -= 1;
    if (this.#socket.destroyed) return;
    if (pdu === undefined) this.#nobody(transaction, unit, code);
    else {
      this.#out.set(pdu, this.#filled + MBAP_BYTES);
      this.#put(transaction, unit, pdu.length);
    }
    this.#flush();
  }

  /** Writes what is gathered. A master that does not read is not read from either. */
  #flush(): void {
    if (this.#filled === 0) return;
    const room = this.#socket.write(this.#out.subarray(0, this.#filled));
    this.#filled = 0;
    if (!room) this.#socket.pause();
    // WHY: the kernel has taken everything at once nearly always, and then the buffer is free again.
    if (this.#socket.writableLength > 0) this.#out = Buffer.allocUnsafeSlow(GATHER_BYTES);
  }
}
