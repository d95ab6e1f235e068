// One client's connection to one device, with the judge in between. What passes is passed as it came, in the order and as far
// ahead as the client sent it; what is refused is answered by us. Holds one unfinished frame for each direction, and what the
// two sockets hold.
import type { Socket } from 'node:net';
import { MBAP_BYTES, tcpFrame } from '../adu/frames.ts';
import { TcpFramer } from '../adu/tcp-framer.ts';
import { u8, u16 } from '../pdu/bytes.ts';
import { EXCEPTION_BIT } from '../pdu/functions.ts';
import { AnswerOrder } from './answer-order.ts';
import type { Ends, Judge } from './judge.ts';

export interface RequestCounters {
  passed: number;
  /** Answered by us. */
  refused: number;
  /** Neither passed nor answered. */
  silenced: number;
  /** Connections that were ended because a stream was no Modbus any more. */
  malformed: number;
}

export class ProxyConnection {
  readonly #client: Socket;
  readonly #device: Socket;
  readonly #ends: Ends;
  readonly #judge: Judge;
  readonly #counters: RequestCounters;
  readonly #order: AnswerOrder;
  readonly #requests = new TcpFramer((bytes, start, end) => this.#request(bytes, start, end));
  readonly #answers = new TcpFramer((bytes, start, end) => this.#answer(bytes, start, end));

  /**
   * @param client  paused, and open at our end when the client has ended its own
   * @param device  likewise; connected, or soon
   */
  constructor(client: Socket, device: Socket, ends: Ends, judge: Judge, counters: RequestCounters) {
    this.#client = client;
    this.#device = device;
    this.#ends = ends;
    this.#judge = judge;
    this.#counters = counters;
    this.#order = new AnswerOrder(answer => client.write(answer));
    this.#relay(client, device, this.#requests);
    device.once('end', () => this.#order.flush()); // before its end is passed on
    this.#relay(device, client, this.#answers);
    client.resume();
  }

  /** Ends both at once, so that neither end takes it for an orderly end. */
  break(): void {
    this.#order.close();
    for (const socket of [this.#client, this.#device])
      if (socket.connecting) socket.destroy();
      else if (!socket.destroyed) socket.resetAndDestroy();
  }

  #relay(from: Socket, to: Socket, framer: TcpFramer): void {
    from.on('data', (chunk: Buffer) => {
      to.cork();
      const sound = framer.push(chunk);
      to.uncork();
      if (sound) this.#settle();
      else this.#malformed();
    });
    to.on('drain', () => this.#settle());
    from.once('end', () => to.end());
    from.on('error', () => this.break());
    // An orderly end was passed on; what the other end is still to get, it gets.
    from.once('close', () => {
      if (!from.readableEnded) this.break();
    });
  }

  /** Whoever fills what is not read does not say more: a client is also answered by us, so it has to read as well. */
  #settle(): void {
    const answers = this.#client.writableNeedDrain;
    flow(this.#device, !answers);
    flow(this.#client, !answers && !this.#device.writableNeedDrain);
  }

  #malformed(): void {
    this.#counters.malformed += 1;
    this.break();
  }

  #request(bytes: Uint8Array, start: number, end: number): void {
    const refusal = this.#judge.refusal(bytes.subarray(start, end), this.#ends);
    const transaction = u16(bytes, start);
    if (refusal === undefined) {
      this.#counters.passed += 1;
      this.#order.asked(transaction);
      this.#device.write(copied(bytes, start, end));
    } else if (refusal === 'silence') this.#counters.silenced += 1;
    else {
      this.#counters.refused += 1;
      const code = u8(bytes, start + MBAP_BYTES) | EXCEPTION_BIT;
      const unit = u8(bytes, start + MBAP_BYTES - 1);
      this.#order.refused(tcpFrame(transaction, unit, Uint8Array.of(code, refusal)));
    }
  }

  #answer(bytes: Uint8Array, start: number, end: number): void {
    this.#client.write(copied(bytes, start, end));
    this.#order.answered(u16(bytes, start));
  }
}

function flow(socket: Socket, on: boolean): void {
  if (on) socket.resume();
  else socket.pause();
}

/** The framer takes its bytes back. */
function copied(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, end);
}
