// One request to one device: checked, done, and the answer's PDU written in place. Every request gets data or the right
// exception; nothing is allocated but for name plates.
import { putU16, u8, u16 } from '../pdu/bytes.ts';
import { checkRequest } from '../pdu/check-request.ts';
import { EXCEPTION, EXCEPTION_BIT, FUNCTION } from '../pdu/functions.ts';
import { buildIdentification } from '../pdu/identification.ts';
import type { Device } from './device.ts';

/** For the two registers that a mask write and a single coil need. One thread, one request at a time. */
const scratch = new Uint8Array(2);

/**
 * @param bytes  holds the request's PDU from `start` to before `end`
 * @param into   gets the answer's PDU from `at`: at most 253 bytes; another buffer than `bytes`
 * @returns length of the answer's PDU
 */
export function answerFrom(
  device: Device,
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): number {
  const refused = checkRequest(bytes, start, end);
  const code = u8(bytes, start);
  if (refused !== 0) return putException(code, refused, into, at);
  into[at] = code;
  const length = perform(device, code, bytes, start, into, at);
  return length < 0 ? putException(code, -length, into, at) : length;
}

/** Writes an exception. @returns its length, 2 */
export function putException(code: number, exception: number, into: Uint8Array, at: number): number {
  into[at] = code | EXCEPTION_BIT;
  into[at + 1] = exception;
  return 2;
}

/** @returns length of the answer, or an exception code with a minus */
function perform(device: Device, code: number, bytes: Uint8Array, start: number, into: Uint8Array, at: number): number {
  const address = u16(bytes, start + 1);
  switch (code) {
    case FUNCTION.readCoils:
    case FUNCTION.readDiscreteInputs: {
      const quantity = u16(bytes, start + 3);
      const table = code === FUNCTION.readCoils ? 'coils' : 'discrete-inputs';
      return counted((quantity + 7) >> 3, device.readBits(table, address, quantity, into, at + 2), into, at);
    }
    case FUNCTION.readHoldingRegisters:
    case FUNCTION.readInputRegisters: {
      const quantity = u16(bytes, start + 3);
      const table = code === FUNCTION.readHoldingRegisters ? 'holding-registers' : 'input-registers';
      return counted(2 * quantity, device.readRegisters(table, address, quantity, into, at + 2), into, at);
    }
    case FUNCTION.writeSingleCoil:
      scratch[0] = u8(bytes, start + 3) & 1;
      return echo(5, device.writeBits(address, 1, scratch, 0), bytes, start, into, at);
    case FUNCTION.writeSingleRegister:
      return echo(5, device.writeRegisters(address, 1, bytes, start + 3), bytes, start, into, at);
    case FUNCTION.writeMultipleCoils:
      return echo(5, device.writeBits(address, u16(bytes, start + 3), bytes, start + 6), bytes, start, into, at);
    case FUNCTION.writeMultipleRegisters:
      return echo(5, device.writeRegisters(address, u16(bytes, start + 3), bytes, start + 6), bytes, start, into, at);
    case FUNCTION.maskWriteRegister:
      return echo(7, maskWrite(device, address, bytes, start), bytes, start, into, at);
    case FUNCTION.readWriteRegisters:
      return exchange(device, bytes, start, into, at);
    default:
      return identify(device, bytes, start, into, at);
  }
}

function counted(count: number, exception: number, into: Uint8Array, at: number): number {
  if (exception !== 0) return -exception;
  into[at + 1] = count;
  return 2 + count;
}

function echo(count: number, exception: number, bytes: Uint8Array, start: number, into: Uint8Array, at: number) {
  if (exception !== 0) return -exception;
  for (let index = 1; index < count; index += 1) into[at + index] = bytes[start + index] as number;
  return count;
}

/** [6.16] */
function maskWrite(device: Device, address: number, bytes: Uint8Array, start: number): number {
  const exception = device.readRegisters('holding-registers', address, 1, scratch, 0);
  if (exception !== 0) return exception;
  const [and, or] = [u16(bytes, start + 3), u16(bytes, start + 5)];
  putU16(scratch, 0, (u16(scratch, 0) & and) | (or & ~and));
  return device.writeRegisters(address, 1, scratch, 0);
}

/** [6.17]: written first, then read; so that a read that cannot be is refused before anything is written. */
function exchange(device: Device, bytes: Uint8Array, start: number, into: Uint8Array, at: number): number {
  const [address, quantity] = [u16(bytes, start + 1), u16(bytes, start + 3)];
  const unreadable = device.readRegisters('holding-registers', address, quantity, into, at + 2);
  if (unreadable !== 0) return -unreadable;
  const unwritable = device.writeRegisters(u16(bytes, start + 5), u16(bytes, start + 7), bytes, start + 10);
  if (unwritable !== 0) return -unwritable;
  const exception = device.readRegisters('holding-registers', address, quantity, into, at + 2);
  return counted(2 * quantity, exception, into, at);
}

/** Last object of each category [6.21]. */
const LAST_OBJECT: Readonly<Record<number, number>> = { 1: 2, 2: 0x7f, 3: 0xff };

function identify(device: Device, bytes: Uint8Array, start: number, into: Uint8Array, at: number): number {
  const objects = device.identification;
  if (objects === undefined || objects.length === 0) return -EXCEPTION.illegalFunction;
  const [code, from] = [u8(bytes, start + 2) as 1 | 2 | 3 | 4, u8(bytes, start + 3)];
  const known = objects.some(object => object.id === from);
  // An unknown object starts from the first one, except where exactly that one is asked for [6.21].
  if (code === 4 && !known) return -EXCEPTION.illegalDataAddress;
  const last = code === 4 ? from : (LAST_OBJECT[code] as number);
  const wanted = objects.filter(object => object.id >= (known ? from : 0) && object.id <= last);
  const highest = objects.at(-1)?.id ?? 0;
  const conformity = 0x80 | (highest > 0x7f ? 3 : highest > 2 ? 2 : 1);
  const answer = buildIdentification(code, conformity, wanted);
  into.set(answer, at);
  return answer.length;
}
