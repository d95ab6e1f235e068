// Requests as values: built into a PDU and parsed out of one. Strict both ways: what is not a sound request never becomes
// bytes, and bytes that are not never become a request.
import { GatewrightError } from '../../../model/errors.ts';
import { packBits, packRegisters, putU16, u8, u16, unpackBits, unpackRegisters } from './bytes.ts';
import { checkRequest } from './check-request.ts';
import { exceptionWords, FUNCTION, MEI_IDENTIFICATION } from './functions.ts';

/** Reads of bits and of registers. */
export type ReadRequest =
  | { readonly function: 1 | 2; readonly address: number; readonly quantity: number }
  | { readonly function: 3 | 4; readonly address: number; readonly quantity: number };

/** One request of a master. Addresses count from 0, registers are whole numbers from 0 to 65,535. */
export type ModbusRequest =
  | ReadRequest
  | { readonly function: 5; readonly address: number; readonly value: boolean }
  | { readonly function: 6; readonly address: number; readonly value: number }
  | { readonly function: 15; readonly address: number; readonly values: readonly boolean[] }
  | { readonly function: 16; readonly address: number; readonly values: readonly number[] }
  /** New value = (old AND andMask) OR (orMask AND NOT andMask) [6.16]. */
  | { readonly function: 22; readonly address: number; readonly andMask: number; readonly orMask: number }
  /** The write is done before the read [6.17]. */
  | {
      readonly function: 23;
      readonly address: number;
      readonly quantity: number;
      readonly writeAddress: number;
      readonly values: readonly number[];
    }
  /** Read Device Identification: 1 basic, 2 regular, 3 extended, 4 the one object [6.21]. */
  | { readonly function: 43; readonly code: 1 | 2 | 3 | 4; readonly object: number };

/** Why a request is not one: the exception code that a server answers. */
export interface Refusal {
  readonly exception: number;
}

/** Whether a function only reads, so that it can be repeated and shared. */
export function isRead(functionCode: number): boolean {
  return functionCode >= FUNCTION.readCoils && functionCode <= FUNCTION.readInputRegisters;
}

/**
 * The request of a PDU (function code to last byte). Never throws.
 * @returns the request, or the exception it must be answered with
 */
export function parseRequest(pdu: Uint8Array): ModbusRequest | Refusal {
  const exception = checkRequest(pdu, 0, pdu.length);
  if (exception !== 0) return { exception };
  const code = u8(pdu, 0) as ModbusRequest['function'];
  switch (code) {
    case 5:
      return { function: code, address: u16(pdu, 1), value: u16(pdu, 3) !== 0 };
    case 6:
      return { function: code, address: u16(pdu, 1), value: u16(pdu, 3) };
    case 15:
      return { function: code, address: u16(pdu, 1), values: unpackBits(pdu, 6, u16(pdu, 3)) };
    case 16:
      return { function: code, address: u16(pdu, 1), values: unpackRegisters(pdu, 6, u16(pdu, 3)) };
    case 22:
      return { function: code, address: u16(pdu, 1), andMask: u16(pdu, 3), orMask: u16(pdu, 5) };
    case 23:
      return {
        function: code,
        address: u16(pdu, 1),
        quantity: u16(pdu, 3),
        writeAddress: u16(pdu, 5),
        values: unpackRegisters(pdu, 10, u16(pdu, 7)),
      };
    case 43:
      return { function: code, code: u8(pdu, 2) as 1 | 2 | 3 | 4, object: u8(pdu, 3) };
    default:
      return { function: code, address: u16(pdu, 1), quantity: u16(pdu, 3) };
  }
}

/**
 * The PDU of a request.
 * @throws GatewrightError GW_MODBUS_REQUEST when a number is out of its bounds or the function is none of ours
 */
export function buildRequest(request: ModbusRequest): Uint8Array {
  const pdu = encode(request);
  const exception = checkRequest(pdu, 0, pdu.length);
  if (exception !== 0) throw refused(`function ${request.function} would be refused: ${exceptionWords(exception)}`);
  return pdu;
}

function encode(request: ModbusRequest): Uint8Array {
  switch (request.function) {
    case 1:
    case 2:
    case 3:
    case 4:
      return words(request.function, word(request.address, 'address'), word(request.quantity, 'quantity'));
    case 5:
      return words(5, word(request.address, 'address'), truth(request.value) ? 0xff00 : 0);
    case 6:
      return words(6, word(request.address, 'address'), word(request.value, 'value'));
    case 15:
      return writeBits(request.address, request.values);
    case 16:
      return withRegisters(words(16, word(request.address, 'address'), request.values.length), request.values);
    case 22:
      return words(
        22,
        word(request.address, 'address'),
        word(request.andMask, 'AND mask'),
        word(request.orMask, 'OR mask'),
      );
    case 23: {
      const [address, quantity] = [word(request.address, 'address'), word(request.quantity, 'quantity')];
      const writeAddress = word(request.writeAddress, 'write address');
      return withRegisters(words(23, address, quantity, writeAddress, request.values.length), request.values);
    }
    case 43:
      return Uint8Array.of(43, MEI_IDENTIFICATION, octet(request.code, 'code'), octet(request.object, 'object'));
    default:
      throw refused(`there is no function ${String((request as { function: unknown }).function)}`);
  }
}

function words(code: number, ...values: readonly number[]): Uint8Array {
  const pdu = new Uint8Array(1 + 2 * values.length);
  pdu[0] = code;
  packRegisters(values, pdu, 1);
  return pdu;
}

function writeBits(address: number, values: readonly boolean[]): Uint8Array {
  bounded(values.length);
  const count = (values.length + 7) >> 3;
  const pdu = new Uint8Array(6 + count);
  pdu.set(words(15, word(address, 'address'), values.length));
  pdu[5] = count;
  packBits(values.map(truth), pdu, 6);
  return pdu;
}

function withRegisters(head: Uint8Array, values: readonly number[]): Uint8Array {
  bounded(values.length);
  const pdu = new Uint8Array(head.length + 1 + 2 * values.length);
  pdu.set(head);
  pdu[head.length] = 2 * values.length;
  values.forEach((value, index) => {
    putU16(pdu, head.length + 1 + 2 * index, word(value, 'value'));
  });
  return pdu;
}

/** WHY: a length beyond 16 bits would wrap in the quantity field and could pass for a small one. */
function bounded(length: number): void {
  if (length > 0xffff) throw refused(`${length} values are more than one request can write`);
}

function word(value: number, what: string): number {
  return whole(value, 0xffff, what);
}

function octet(value: number, what: string): number {
  return whole(value, 0xff, what);
}

function whole(value: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw refused(`the ${what} ${String(value)} is not a whole number from 0 to ${most}`);
}

function truth(value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw refused(`the value ${String(value)} of a coil is neither true nor false`);
}

function refused(message: string): GatewrightError {
  return new GatewrightError('GW_MODBUS_REQUEST', `${message}; correct the request, nothing was sent`);
}
