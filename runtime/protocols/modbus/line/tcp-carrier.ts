// Modbus TCP: the transaction number pairs answers with requests [TCP 3.1.3].
import { MBAP_BYTES, tcpFrame } from '../adu/frames.ts';
import { TcpFramer } from '../adu/tcp-framer.ts';
import { u8, u16 } from '../pdu/bytes.ts';
import { misfit } from '../pdu/check-response.ts';
import type { Carrier, Expectation, Heard } from './carrier.ts';
import type { LineCounters } from './counters.ts';

interface Pending {
  readonly unit: number;
  readonly pdu: Uint8Array;
  readonly heard: (what: Heard) => void;
}

export class TcpCarrier implements Carrier {
  readonly paired = true;
  readonly #counters: LineCounters;
  readonly #pending = new Map<number, Pending>();
  readonly #framer: TcpFramer;
  #transaction = 0;
  #bytes = 0;

  constructor(counters: LineCounters) {
    this.#counters = counters;
    this.#framer = new TcpFramer((bytes, start, end) => this.#answer(bytes, start, end));
  }

  expect(unit: number, pdu: Uint8Array, heard: (what: Heard) => void): Expectation {
    this.#transaction = (this.#transaction + 1) & 0xffff;
    const [transaction, before] = [this.#transaction, this.#bytes];
    this.#pending.set(transaction, { unit, pdu, heard });
    return {
      frame: tcpFrame(transaction, unit, pdu),
      giveUp: () => {
        this.#pending.delete(transaction);
        return this.#bytes - before;
      },
    };
  }

  broadcast(pdu: Uint8Array): Uint8Array {
    return tcpFrame(0, 0, pdu);
  }

  receive(chunk: Uint8Array): string | undefined {
    this.#bytes += chunk.length;
    return this.#framer.push(chunk) ? undefined : 'it sent a length that no Modbus frame has';
  }

  reset(): void {
    this.#pending.clear();
    this.#framer.reset();
  }

  #answer(bytes: Uint8Array, start: number, end: number): void {
    const transaction = u16(bytes, start);
    const pending = this.#pending.get(transaction);
    if (pending === undefined) {
      this.#counters.late += 1;
      return;
    }
    this.#pending.delete(transaction);
    const pdu = start + MBAP_BYTES;
    const wrong =
      u8(bytes, start + 6) === pending.unit ? misfit(pending.pdu, bytes, pdu, end) : 'it is from another unit';
    pending.heard(wrong === undefined ? { pdu: bytes.slice(pdu, end) } : { misfit: wrong });
  }
}
