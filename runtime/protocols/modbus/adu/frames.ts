// A PDU between the addresses and checks of its carrier: an ADU [4.1]. Inside the lanes an ADU is always the one of TCP.
import { putU16 } from '../pdu/bytes.ts';
import { crc16 } from './crc.ts';

/** Unit before and CRC after the PDU [SL 2.3]. */
export const RTU_OVERHEAD = 3;
/** A serial frame: 256 bytes at most, and an exception has 5, the shortest request 4 [SL 2.5.1]. */
export const RTU_MOST_BYTES = 256;
export const RTU_LEAST_BYTES = 4;

/** Transaction, protocol, length and unit before the PDU [TCP 3.1.3]. */
export const MBAP_BYTES = 7;
/** The length field counts what follows it: the unit and a PDU of 1 to 253 bytes. */
export const MBAP_LEAST = 2;
export const MBAP_MOST = 254;
export const TCP_MOST_BYTES = 260;

/** The serial frame of a PDU. @param unit 0 to 255 */
export function rtuFrame(unit: number, pdu: Uint8Array): Uint8Array {
  const frame = new Uint8Array(pdu.length + RTU_OVERHEAD);
  frame[0] = unit;
  frame.set(pdu, 1);
  sealRtu(frame, 0, pdu.length + 1);
  return frame;
}

/** Writes the CRC of the bytes from `start` to before `end` behind them, low byte first. */
export function sealRtu(bytes: Uint8Array, start: number, end: number): void {
  const crc = crc16(bytes, start, end);
  bytes[end] = crc;
  bytes[end + 1] = crc >> 8;
}

/** The TCP frame of a PDU. @param transaction 0 to 65,535 @param unit 0 to 255 */
export function tcpFrame(transaction: number, unit: number, pdu: Uint8Array): Uint8Array {
  const frame = new Uint8Array(pdu.length + MBAP_BYTES);
  putMbap(frame, 0, transaction, unit, pdu.length);
  frame.set(pdu, MBAP_BYTES);
  return frame;
}

/** Writes the seven bytes before a PDU of the given length. */
export function putMbap(bytes: Uint8Array, at: number, transaction: number, unit: number, pduLength: number): void {
  putU16(bytes, at, transaction);
  putU16(bytes, at + 2, 0);
  putU16(bytes, at + 4, pduLength + 1);
  bytes[at + 6] = unit;
}
