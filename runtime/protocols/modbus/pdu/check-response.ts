// Does an answer belong to a request? A master must not believe a frame only because its checksum is right. Reads bytes in
// place and allocates nothing.
import { u8, u16 } from './bytes.ts';
import { EXCEPTION_BIT, FUNCTION, MEI_IDENTIFICATION } from './functions.ts';
import { identificationLength } from './identification.ts';

/**
 * Holds an answer's PDU against the request's: same function or its exception, the byte count that the quantity asks for,
 * the address and the value that were written [6.1 to 6.21].
 * @param request  a sound PDU, function code first; functions that we do not know are held against the function code only
 * @param bytes    holds the answer  @param start  of its function code  @param end  one after its last byte
 * @returns undefined when it fits, else what is wrong with it in a few words
 */
export function misfit(request: Uint8Array, bytes: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start;
  if (length < 2) return 'it is too short';
  const asked = u8(request, 0);
  if (u8(bytes, start) === (asked | EXCEPTION_BIT)) {
    if (length !== 2) return 'an exception has two bytes';
    return u8(bytes, start + 1) === 0 ? 'there is no exception 0' : undefined;
  }
  if (u8(bytes, start) !== asked) return 'it is of another function';
  switch (asked) {
    case FUNCTION.readCoils:
    case FUNCTION.readDiscreteInputs:
      return counted(bytes, start, length, (u16(request, 3) + 7) >> 3);
    case FUNCTION.readHoldingRegisters:
    case FUNCTION.readInputRegisters:
    case FUNCTION.readWriteRegisters:
      return counted(bytes, start, length, 2 * u16(request, 3));
    case FUNCTION.writeSingleCoil:
    case FUNCTION.writeSingleRegister:
    case FUNCTION.writeMultipleCoils:
    case FUNCTION.writeMultipleRegisters:
      return echoed(request, bytes, start, length, 5);
    case FUNCTION.diagnostics:
      return u16(request, 1) === 0 ? echoed(request, bytes, start, length, request.length) : undefined;
    case FUNCTION.maskWriteRegister:
      return echoed(request, bytes, start, length, 7);
    case FUNCTION.encapsulated:
      return identifies(request, bytes, start, end);
    default:
      return undefined;
  }
}

function counted(bytes: Uint8Array, start: number, length: number, count: number): string | undefined {
  return u8(bytes, start + 1) === count && length === 2 + count ? undefined : 'it has another number of values';
}

/** What a write answers: the head of the request. */
function echoed(request: Uint8Array, bytes: Uint8Array, start: number, length: number, count: number) {
  if (length !== count) return 'it has another length';
  for (let at = 1; at < count; at += 1)
    if (bytes[start + at] !== request[at]) return 'it is about another address or value';
  return undefined;
}

function identifies(request: Uint8Array, bytes: Uint8Array, start: number, end: number): string | undefined {
  if (u8(request, 1) !== MEI_IDENTIFICATION) return undefined;
  if (end - start < 7 || u8(bytes, start + 1) !== MEI_IDENTIFICATION) return 'it is not an identification';
  if (u8(bytes, start + 2) !== u8(request, 2)) return 'it has another identification code';
  return identificationLength(bytes, start, end) === end - start ? undefined : 'its objects do not fill it';
}
