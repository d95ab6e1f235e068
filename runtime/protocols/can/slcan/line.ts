// One frame as a line of the serial line protocol of CAN adapters [LAWICEL CANUSB manual 1.3; the letters d, D, b and B for CAN
// FD are those of CANable's firmware]. Pure bytes, nothing allocated.
import {
  CLASSIC_BYTES,
  DATA_AT,
  FD_BYTES,
  FD_FLAG,
  FD_LENGTHS,
  ID_FLAG,
  MOST_EXTENDED_ID,
  MOST_STANDARD_ID,
  putWord,
  wordOf,
} from '../frame.ts';

/** Longest line: B, eight digits of id, one of length, 128 of data, four of time. Its end is not counted. */
export const MOST_LINE_BYTES = 142;
/** A time in a line is milliseconds within a minute. */
const MOST_TIME = 59_999;
const NO_TIME = -1;

const LETTER = { t: 0x74, T: 0x54, r: 0x72, R: 0x52, d: 0x64, D: 0x44, b: 0x62, B: 0x42 } as const;
const DIGITS = Uint8Array.from('0123456789ABCDEF', digit => digit.charCodeAt(0));
/** Value of a hexadecimal digit by its character; -1 for others. */
const VALUES = Int8Array.from({ length: 256 }, (_, code) =>
  /[0-9a-fA-F]/.test(String.fromCharCode(code)) ? Number.parseInt(String.fromCharCode(code), 16) : -1,
);
const LENGTH_CODES = Int8Array.from({ length: 65 }, (_, length) => FD_LENGTHS.indexOf(length));

/** Whether a line that begins with this character is a frame. */
export function isFrameLetter(letter: number): boolean {
  return kindOf(letter) !== 0;
}

/** Bits of what a letter says. */
const IS = { frame: 1, extended: 2, remote: 4, fd: 8, rateSwitch: 16 } as const;

function kindOf(letter: number): number {
  switch (letter) {
    case LETTER.t:
      return IS.frame;
    case LETTER.T:
      return IS.frame | IS.extended;
    case LETTER.r:
      return IS.frame | IS.remote;
    case LETTER.R:
      return IS.frame | IS.remote | IS.extended;
    case LETTER.d:
      return IS.frame | IS.fd;
    case LETTER.D:
      return IS.frame | IS.fd | IS.extended;
    case LETTER.b:
      return IS.frame | IS.fd | IS.rateSwitch;
    case LETTER.B:
      return IS.frame | IS.fd | IS.rateSwitch | IS.extended;
    default:
      return 0;
  }
}

/**
 * Reads a line that is a frame.
 * @param line    holds the line without its end
 * @param length  bytes of it
 * @param into    72 bytes, overwritten
 * @returns bytes of the frame, 16 or 72; 0 when the line is none: another letter, a digit that is none, an id or length out of
 *   range, or a character too few or too many
 */
export function readFrameLine(line: Uint8Array, length: number, into: Uint8Array): number {
  const kind = length === 0 ? 0 : kindOf(line[0] as number);
  if (kind === 0) return 0;
  const extended = (kind & IS.extended) !== 0;
  const idDigits = extended ? 8 : 3;
  const id = readHex(line, 1, idDigits, length);
  const code = readHex(line, 1 + idDigits, 1, length);
  if (id < 0 || code < 0 || id > (extended ? MOST_EXTENDED_ID : MOST_STANDARD_ID)) return 0;
  const fd = (kind & IS.fd) !== 0;
  if (!fd && code > 8) return 0;
  const bytes = FD_LENGTHS[code] as number;
  const remote = (kind & IS.remote) !== 0;
  const dataAt = idDigits + 2;
  const end = dataAt + (remote ? 0 : 2 * bytes);
  if (length !== end && timeOf(line, end, length) === NO_TIME) return 0;
  into.fill(0, 0, fd ? FD_BYTES : CLASSIC_BYTES);
  putWord(into, 0, id + (extended ? ID_FLAG.extended : 0) + (remote ? ID_FLAG.remote : 0));
  into[4] = bytes;
  if (fd) into[5] = FD_FLAG.fd + ((kind & IS.rateSwitch) === 0 ? 0 : FD_FLAG.rateSwitch);
  for (let at = dataAt, to = DATA_AT; at < end; at += 2, to += 1) {
    const byte = readHex(line, at, 2, length);
    if (byte < 0) return 0;
    into[to] = byte;
  }
  return fd ? FD_BYTES : CLASSIC_BYTES;
}

/**
 * The time in a line that `readFrameLine` took: ms within a minute; -1 when it has none.
 * @param frame  what was read from it
 */
export function lineTime(line: Uint8Array, length: number, frame: Uint8Array): number {
  const word = wordOf(frame);
  const data = (word & ID_FLAG.remote) === 0 ? 2 * (frame[4] as number) : 0;
  return timeOf(line, (word >= ID_FLAG.extended ? 10 : 5) + data, length);
}

function timeOf(line: Uint8Array, at: number, length: number): number {
  if (length !== at + 4) return NO_TIME;
  const time = readHex(line, at, 4, length);
  return time > MOST_TIME ? NO_TIME : time;
}

/**
 * Writes a frame as a line with its end. The state of the sender's errors (esi) has no place in it and is lost.
 * @param frame    16 or 72 bytes, a sound frame
 * @param into     room for 143 bytes from `at`
 * @param time     ms within a minute; -1 for a line without
 * @returns bytes written
 */
export function writeFrameLine(frame: Uint8Array, into: Uint8Array, at: number, time = NO_TIME): number {
  const word = wordOf(frame);
  const extended = word >= ID_FLAG.extended;
  const remote = (word & ID_FLAG.remote) !== 0;
  const bytes = frame[4] as number;
  into[at] = letterOf(frame, extended, remote);
  let to = putHex(into, at + 1, extended ? 8 : 3, word & MOST_EXTENDED_ID);
  to = putHex(into, to, 1, LENGTH_CODES[bytes] as number);
  if (!remote) for (let from = 0; from < bytes; from += 1) to = putHex(into, to, 2, frame[DATA_AT + from] as number);
  if (time !== NO_TIME) to = putHex(into, to, 4, time);
  into[to] = 0x0d;
  return to + 1 - at;
}

function letterOf(frame: Uint8Array, extended: boolean, remote: boolean): number {
  if (remote) return extended ? LETTER.R : LETTER.r;
  if (frame.length !== FD_BYTES) return extended ? LETTER.T : LETTER.t;
  if (((frame[5] as number) & FD_FLAG.rateSwitch) !== 0) return extended ? LETTER.B : LETTER.b;
  return extended ? LETTER.D : LETTER.d;
}

/** @returns -1 when a digit is none or the line ends before */
function readHex(line: Uint8Array, at: number, digits: number, length: number): number {
  if (at + digits > length) return -1;
  let value = 0;
  for (let each = 0; each < digits; each += 1) {
    const digit = VALUES[line[at + each] as number] as number;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function putHex(into: Uint8Array, at: number, digits: number, value: number): number {
  for (let each = 0, shift = 4 * (digits - 1); each < digits; each += 1, shift -= 4)
    into[at + each] = DIGITS[(value >>> shift) & 15] as number;
  return at + digits;
}
