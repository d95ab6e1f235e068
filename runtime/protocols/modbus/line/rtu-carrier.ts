// A serial line: one request at a time, and the answer is searched in what comes by unit, function, length and checksum.
// Whatever else is there, noise, the echo of the request, other frames, is passed over byte by byte.
import { CRC_START, crc16, crcStep } from '../adu/crc.ts';
import { RTU_LEAST_BYTES, RTU_MOST_BYTES, RTU_OVERHEAD, rtuFrame } from '../adu/frames.ts';
import { answerLength, IMPOSSIBLE, MORE, UNKNOWN } from '../adu/lengths.ts';
import { u8, u16 } from '../pdu/bytes.ts';
import { misfit } from '../pdu/check-response.ts';
import { EXCEPTION_BIT, FUNCTION } from '../pdu/functions.ts';
import type { Carrier, Expectation, Heard } from './carrier.ts';
import type { LineCounters } from './counters.ts';

interface Pending {
  readonly unit: number;
  readonly pdu: Uint8Array;
  readonly heard: (what: Heard) => void;
  /** Byte count that a sound answer has; -1 when the request does not say. */
  readonly count: number;
}

const WAIT = 0;
const NONE = -1;

export class RtuCarrier implements Carrier {
  readonly paired = false;
  readonly #counters: LineCounters;
  readonly #echoes: boolean;
  readonly #held = new Uint8Array(2 * RTU_MOST_BYTES);
  #end = 0;
  #heardBytes = 0;
  #pending: Pending | undefined;
  /** What is left of our own frame, on a line that gives it back. */
  #echo: Uint8Array = new Uint8Array(0);

  /** @param echoes  whether the adapter hears what it sends, as two-wire ones without a switched receiver do */
  constructor(counters: LineCounters, echoes: boolean) {
    this.#counters = counters;
    this.#echoes = echoes;
  }

  expect(unit: number, pdu: Uint8Array, heard: (what: Heard) => void): Expectation {
    const frame = rtuFrame(unit, pdu);
    this.#begin(frame);
    this.#pending = { unit, pdu, heard, count: countOf(pdu) };
    return { frame, giveUp: () => this.#giveUp() };
  }

  broadcast(pdu: Uint8Array): Uint8Array {
    const frame = rtuFrame(0, pdu);
    this.#begin(frame);
    return frame;
  }

  receive(chunk: Uint8Array): undefined {
    let at = 0;
    while (at < chunk.length && this.#echo.length > 0 && chunk[at] === this.#echo[0]) {
      this.#echo = this.#echo.subarray(1);
      at += 1;
    }
    if (at < chunk.length) this.#echo = new Uint8Array(0);
    if (this.#pending === undefined) this.#counters.late += chunk.length - at;
    for (; at < chunk.length && this.#pending !== undefined; at += 1) {
      if (this.#end === this.#held.length) this.#drop(1);
      this.#held[this.#end] = chunk[at] as number;
      this.#end += 1;
      this.#heardBytes += 1;
      this.#look(false);
    }
    // What follows a whole answer at once belongs to nobody.
    this.#counters.late += Math.max(0, chunk.length - at);
  }

  reset(): void {
    this.#pending = undefined;
    this.#end = 0;
    this.#echo = new Uint8Array(0);
  }

  #begin(frame: Uint8Array): void {
    this.reset();
    this.#heardBytes = 0;
    if (this.#echoes) this.#echo = frame;
  }

  #giveUp(): number {
    // What could have become a longer frame has not; an exception may stand behind it.
    this.#look(true);
    this.reset();
    return this.#heardBytes;
  }

  /** @param last  whether nothing more will come, so that what is not complete is passed over too */
  #look(last: boolean): void {
    while (this.#pending !== undefined && this.#end >= RTU_LEAST_BYTES) {
      const length = this.#measure(this.#pending);
      if (length > 0) {
        const { heard } = this.#pending;
        const pdu = this.#held.slice(1, length - 2);
        this.#pending = undefined;
        this.#counters.late += this.#end - length;
        this.#end = 0;
        heard({ pdu });
        return;
      }
      if (length === WAIT && !last) return;
      this.#drop(1);
    }
  }

  /** Length of the answer that stands first, WAIT when it is not complete, NONE when what stands there is none. */
  #measure(pending: Pending): number {
    const [code, asked] = [u8(this.#held, 1), u8(pending.pdu, 0)];
    if (u8(this.#held, 0) !== pending.unit || (code & ~EXCEPTION_BIT) !== asked) return NONE;
    if (code === asked && pending.count >= 0 && u8(this.#held, 2) !== pending.count) return NONE;
    const length = answerLength(this.#held, 1, this.#end);
    if (length === UNKNOWN) return this.#measureUnknown();
    if (length === IMPOSSIBLE) return NONE;
    if (length === MORE || length + RTU_OVERHEAD > this.#end) return this.#end < RTU_MOST_BYTES ? WAIT : NONE;
    const whole = length + RTU_OVERHEAD;
    if (crc16(this.#held, 0, whole) === 0 && misfit(pending.pdu, this.#held, 1, whole - 2) === undefined) return whole;
    this.#counters.badChecks += 1;
    return NONE;
  }

  /** A function of unknown length ends where the CRC over all of it becomes 0. */
  #measureUnknown(): number {
    let crc = CRC_START;
    for (let at = 0; at < Math.min(this.#end, RTU_MOST_BYTES); at += 1) {
      crc = crcStep(crc, u8(this.#held, at));
      if (crc === 0 && at + 1 >= RTU_LEAST_BYTES) return at + 1;
    }
    return this.#end < RTU_MOST_BYTES ? WAIT : NONE;
  }

  #drop(count: number): void {
    this.#held.copyWithin(0, count, this.#end);
    this.#end -= count;
  }
}

function countOf(pdu: Uint8Array): number {
  switch (u8(pdu, 0)) {
    case FUNCTION.readCoils:
    case FUNCTION.readDiscreteInputs:
      return (u16(pdu, 3) + 7) >> 3;
    case FUNCTION.readHoldingRegisters:
    case FUNCTION.readInputRegisters:
    case FUNCTION.readWriteRegisters:
      return 2 * u16(pdu, 3);
    default:
      return -1;
  }
}
