// Is a request one that the protocol allows? Answers with the exception code that a server must give. Reads bytes in place
// and allocates nothing: the server asks for every request. What addresses a device has is for its model to know.
import { u8, u16 } from './bytes.ts';
import { EXCEPTION, FUNCTION, MEI_IDENTIFICATION, MOST } from './functions.ts';

const { illegalFunction, illegalDataAddress, illegalDataValue } = EXCEPTION;

/** Addresses are of 16 bits, so a range may end at 65,535 at most [4.4]. */
const ADDRESSES = 0x1_0000;

/**
 * Checks a request's PDU, from its function code to its last byte, in the order of the state diagrams [6.1 to 6.21]:
 * function, then quantity, byte count and length, then the range of addresses.
 * @param bytes  holds the PDU  @param start  of its function code  @param end  one after its last byte
 * @returns 0 when it is sound, else an exception code
 */
export function checkRequest(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 1) return illegalFunction;
  switch (u8(bytes, start)) {
    case FUNCTION.readCoils:
    case FUNCTION.readDiscreteInputs:
      return checkRange(bytes, start, length, MOST.readBits);
    case FUNCTION.readHoldingRegisters:
    case FUNCTION.readInputRegisters:
      return checkRange(bytes, start, length, MOST.readRegisters);
    case FUNCTION.writeSingleCoil:
      return length === 5 && (u16(bytes, start + 3) === 0xff00 || u16(bytes, start + 3) === 0) ? 0 : illegalDataValue;
    case FUNCTION.writeSingleRegister:
      return length === 5 ? 0 : illegalDataValue;
    case FUNCTION.writeMultipleCoils:
      return checkWrite(bytes, start, length, MOST.writeBits, 1);
    case FUNCTION.writeMultipleRegisters:
      return checkWrite(bytes, start, length, MOST.writeRegisters, 16);
    case FUNCTION.maskWriteRegister:
      return length === 7 ? 0 : illegalDataValue;
    case FUNCTION.readWriteRegisters:
      return checkExchange(bytes, start, length);
    case FUNCTION.encapsulated:
      return checkIdentification(bytes, start, length);
    default:
      return illegalFunction;
  }
}

function checkRange(bytes: Uint8Array, start: number, length: number, most: number): number {
  if (length !== 5) return illegalDataValue;
  const quantity = u16(bytes, start + 3);
  if (quantity < 1 || quantity > most) return illegalDataValue;
  return u16(bytes, start + 1) + quantity > ADDRESSES ? illegalDataAddress : 0;
}

function checkWrite(bytes: Uint8Array, start: number, length: number, most: number, bitsEach: number): number {
  if (length < 6) return illegalDataValue;
  const quantity = u16(bytes, start + 3);
  const count = (quantity * bitsEach + 7) >> 3;
  if (quantity < 1 || quantity > most || u8(bytes, start + 5) !== count || length !== 6 + count)
    return illegalDataValue;
  return u16(bytes, start + 1) + quantity > ADDRESSES ? illegalDataAddress : 0;
}

/** [6.17] */
function checkExchange(bytes: Uint8Array, start: number, length: number): number {
  if (length < 10) return illegalDataValue;
  const [read, written] = [u16(bytes, start + 3), u16(bytes, start + 7)];
  if (read < 1 || read > MOST.readRegisters || written < 1 || written > MOST.exchangeRegisters) return illegalDataValue;
  if (u8(bytes, start + 9) !== 2 * written || length !== 10 + 2 * written) return illegalDataValue;
  const outside = u16(bytes, start + 1) + read > ADDRESSES || u16(bytes, start + 5) + written > ADDRESSES;
  return outside ? illegalDataAddress : 0;
}

/** [6.21]: read device id codes are 1 basic, 2 regular, 3 extended, 4 one object. Other MEI types are not ours [6.19]. */
function checkIdentification(bytes: Uint8Array, start: number, length: number): number {
  if (length < 2 || u8(bytes, start + 1) !== MEI_IDENTIFICATION) return illegalFunction;
  if (length !== 4) return illegalDataValue;
  const code = u8(bytes, start + 2);
  return code >= 1 && code <= 4 ? 0 : illegalDataValue;
}
