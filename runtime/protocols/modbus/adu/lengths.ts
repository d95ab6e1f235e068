// How long a PDU is, told from its first bytes, separately for requests and for answers: the same function code has other
// lengths in the two directions. Functions that we do not answer are here too, so that they can be framed and refused.
import { u8, u16 } from '../pdu/bytes.ts';
import { EXCEPTION_BIT, MEI_IDENTIFICATION, MOST_PDU_BYTES } from '../pdu/functions.ts';
import { identificationLength } from '../pdu/identification.ts';

/** More bytes are needed to tell the length. */
export const MORE = 0;
/** No PDU starts like this. */
export const IMPOSSIBLE = -1;
/** The function is one whose length the specification does not give. */
export const UNKNOWN = -2;

/** Length of what follows when it does not depend on the bytes themselves, by function code. */
const FIXED_REQUEST: Readonly<Record<number, number>> = {
  1: 5,
  2: 5,
  3: 5,
  4: 5,
  5: 5,
  6: 5,
  7: 1,
  8: 5,
  11: 1,
  12: 1,
  17: 1,
  22: 7,
  24: 3,
};
const FIXED_ANSWER: Readonly<Record<number, number>> = { 5: 5, 6: 5, 7: 2, 8: 5, 11: 5, 15: 5, 16: 5, 22: 7 };

/** Where the byte count stands when there is one: after it that many bytes follow. */
const COUNTED_REQUEST: Readonly<Record<number, number>> = { 15: 5, 16: 5, 20: 1, 21: 1, 23: 9 };
const COUNTED_ANSWER: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 1, 4: 1, 12: 1, 17: 1, 20: 1, 21: 1, 23: 1 };

/** Answers whose values are registers, so that an odd byte count is none. */
const REGISTER_ANSWERS: readonly number[] = [3, 4, 23];

/**
 * Length of a request's PDU.
 * @param start  of its function code  @param end  of what is there
 * @returns bytes, or MORE, IMPOSSIBLE, UNKNOWN
 */
export function requestLength(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start) return MORE;
  const code = u8(bytes, start);
  if (code === 0 || code >= EXCEPTION_BIT) return IMPOSSIBLE;
  const fixed = FIXED_REQUEST[code];
  if (fixed !== undefined) return fixed;
  const place = COUNTED_REQUEST[code];
  if (place !== undefined) return counted(bytes, start + place, end, place);
  if (code !== 43) return UNKNOWN;
  if (end < start + 2) return MORE;
  return u8(bytes, start + 1) === MEI_IDENTIFICATION ? 4 : UNKNOWN;
}

/** Length of an answer's PDU; as `requestLength`. */
export function answerLength(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start) return MORE;
  const code = u8(bytes, start);
  if ((code & ~EXCEPTION_BIT) === 0) return IMPOSSIBLE;
  if (code >= EXCEPTION_BIT) return 2;
  const fixed = FIXED_ANSWER[code];
  if (fixed !== undefined) return fixed;
  const place = COUNTED_ANSWER[code];
  if (place !== undefined) return countedAnswer(bytes, start, end, place, code);
  if (code === 24) return queueLength(bytes, start, end);
  if (code !== 43) return UNKNOWN;
  if (end < start + 2) return MORE;
  return u8(bytes, start + 1) === MEI_IDENTIFICATION ? identificationLength(bytes, start, end) : UNKNOWN;
}

function counted(bytes: Uint8Array, at: number, end: number, place: number): number {
  if (at >= end) return MORE;
  const length = place + 1 + u8(bytes, at);
  return length > MOST_PDU_BYTES ? IMPOSSIBLE : length;
}

function countedAnswer(bytes: Uint8Array, start: number, end: number, place: number, code: number): number {
  const length = counted(bytes, start + place, end, place);
  if (length <= 0) return length;
  const count = u8(bytes, start + place);
  return count === 0 || (count % 2 === 1 && REGISTER_ANSWERS.includes(code)) ? IMPOSSIBLE : length;
}

/** [6.18]: the one byte count of two bytes; at most 31 registers and their number. */
function queueLength(bytes: Uint8Array, start: number, end: number): number {
  if (end < start + 3) return MORE;
  const count = u16(bytes, start + 1);
  return count >= 2 && count <= 64 ? 3 + count : IMPOSSIBLE;
}
