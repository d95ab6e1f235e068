// Answers as values: built by a slave and parsed by a master, who knows what it asked.
import { packBits, packRegisters, u8, u16, unpackBits, unpackRegisters } from './bytes.ts';
import { misfit } from './check-response.ts';
import { EXCEPTION_BIT } from './functions.ts';
import { buildIdentification, type Identification, parseIdentification } from './identification.ts';
import { buildRequest, type ModbusRequest } from './request.ts';

/** One answer. Writes answer with what was written, as the request named it. */
export type ModbusResponse =
  | { readonly function: 1 | 2; readonly bits: readonly boolean[] }
  | { readonly function: 3 | 4 | 23; readonly registers: readonly number[] }
  | { readonly function: 5 | 6 | 15 | 16 | 22 }
  | { readonly function: 43; readonly identification: Identification }
  | { readonly function: ModbusRequest['function']; readonly exception: number };

/** What is wrong with an answer, in words. */
export interface Misfit {
  readonly misfit: string;
}

/**
 * The answer in a PDU to a request. Never throws.
 * @param request  the sound PDU of the request  @param answer  function code to last byte
 */
export function parseResponse(request: Uint8Array, answer: Uint8Array): ModbusResponse | Misfit {
  const wrong = misfit(request, answer, 0, answer.length);
  if (wrong !== undefined) return { misfit: wrong };
  const code = u8(request, 0) as ModbusRequest['function'];
  if (u8(answer, 0) === (code | EXCEPTION_BIT)) return { function: code, exception: u8(answer, 1) };
  switch (code) {
    case 1:
    case 2:
      return { function: code, bits: unpackBits(answer, 2, u16(request, 3)) };
    case 3:
    case 4:
    case 23:
      return { function: code, registers: unpackRegisters(answer, 2, u16(request, 3)) };
    case 43:
      return { function: code, identification: parseIdentification(answer) };
    default:
      return { function: code };
  }
}

/**
 * The PDU of an answer to a request.
 * @throws GatewrightError GW_MODBUS_REQUEST when the request is not sound
 */
export function buildResponse(request: ModbusRequest, response: ModbusResponse): Uint8Array {
  if ('exception' in response) return exceptionPdu(request.function, response.exception);
  if ('bits' in response) {
    const count = (response.bits.length + 7) >> 3;
    const pdu = new Uint8Array(2 + count);
    pdu.set([response.function, count]);
    packBits(response.bits, pdu, 2);
    return pdu;
  }
  if ('registers' in response) {
    const pdu = new Uint8Array(2 + 2 * response.registers.length);
    pdu.set([response.function, 2 * response.registers.length]);
    packRegisters(response.registers, pdu, 2);
    return pdu;
  }
  if ('identification' in response) {
    const { code, conformity, objects } = response.identification;
    return buildIdentification(code, conformity, objects);
  }
  return buildRequest(request).slice(0, request.function === 22 ? 7 : 5);
}

/** The PDU of an exception [7]. */
export function exceptionPdu(functionCode: number, exception: number): Uint8Array {
  return Uint8Array.of(functionCode | EXCEPTION_BIT, exception);
}
