// Lets the client of npm modbus-serial run over our line: `new ModbusRTU(new NpmPort(line, 'tenant'))`. Its calls, many at
// once and to many units, then take their turn in the queue, and no answer is ever another's. It knows no other errors than
// exceptions and its own time-out, so a line without an answer is told as a gateway tells it [7].
import { EventEmitter } from 'node:events';
import { rtuFrame } from '../adu/frames.ts';
import type { ModbusLine } from '../line/line.ts';
import { exceptionFor } from '../line/line-responder.ts';
import { u8 } from '../pdu/bytes.ts';
import { exceptionPdu } from '../pdu/response.ts';

/** What modbus-serial calls when the port is open or closed. */
type Done = (error?: Error) => void;

export class NpmPort extends EventEmitter {
  readonly #line: ModbusLine;
  readonly #tenant: string;
  readonly #failed: (why: unknown) => void;
  #open = false;
  // modbus-serial keeps what it has asked under the first number, and looks an answer up under the second.
  _transactionIdWrite = 1;
  _transactionIdRead = 1;

  /** @param failed  told why the line has no answer, before the client is told an exception in its place */
  constructor(line: ModbusLine, tenant: string, failed: (why: unknown) => void = () => {}) {
    super();
    this.#line = line;
    this.#tenant = tenant;
    this.#failed = failed;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  open(done: Done): void {
    this.#open = true;
    queueMicrotask(done);
  }

  /** The line is not closed with it: others use it. */
  close(done: Done): void {
    this.#open = false;
    queueMicrotask(() => {
      this.emit('close');
      done();
    });
  }

  destroy(done: Done): void {
    this.close(done);
  }

  /** @param frame  a serial frame: unit, PDU, CRC */
  write(frame: Uint8Array): void {
    const transaction = this._transactionIdWrite;
    this._transactionIdWrite = (transaction + 1) & 0xffff;
    const [unit, pdu] = [u8(frame, 0), Uint8Array.from(frame.subarray(1, -2))];
    const give = (answer: Uint8Array) => {
      if (!this.#open) return;
      this._transactionIdRead = transaction;
      this.emit('data', Buffer.from(rtuFrame(unit, answer)));
    };
    this.#line
      .exchange(this.#tenant, unit, pdu)
      .then(answer => answer.length > 0 && give(answer))
      .catch((error: unknown) => {
        this.#failed(error);
        give(exceptionPdu(u8(pdu, 0), exceptionFor(error)));
      });
  }
}
