// Reads a filter's table and nothing else, in the steps native code takes: what that does is held against this.
import type { Decision } from './decision.ts';
import type { Rate } from './ir.ts';
import { countHit, takeToken } from './state.ts';
import { HEAD, KIND, LOAD_SIZE, RULE, TERM_SIZE } from './table.ts';

/** A frame in memory that it shares with others. */
interface Place {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly length: number;
}

/**
 * Decides one frame by a table, and counts it. Does what native code does, in the same steps.
 * @param bytes   memory with the frame in it, `length` bytes from `start` on
 * @param now     ms; any clock that runs forward, always the same one
 * @param state   of the program that the table was made of
 */
export function walkTable(
  table: Int32Array,
  bytes: Uint8Array,
  start: number,
  length: number,
  now: number,
  state: Float64Array,
): Decision {
  const place = { bytes, start, length };
  const rules = testsHold(table, HEAD.size, cell(table, HEAD.shared), place) ? cell(table, HEAD.rules) : 0;
  let at = HEAD.size + cell(table, HEAD.sharedSize);
  for (let rule = 0; rule < rules; rule += 1) {
    if (ruleFits(table, at, place) && withinRate(table, at, rule, now, state)) {
      countHit(state, rule, now);
      return cell(table, at + RULE.decision);
    }
    at += cell(table, at);
  }
  countHit(state, cell(table, HEAD.rules), now);
  return cell(table, HEAD.otherwise);
}

/** Less than any sum: those have at most 51 bits. */
const ABSENT = -(2 ** 52);

function cell(table: Int32Array, at: number): number {
  return table[at] as number;
}

function unsigned(table: Int32Array, at: number): number {
  return cell(table, at) >>> 0;
}

function withinRate(table: Int32Array, at: number, rule: number, now: number, state: Float64Array): boolean {
  const frames = cell(table, at + RULE.rate);
  if (frames === 0) return true;
  const rate: Rate = { frames, perMs: cell(table, at + RULE.rate + 1), burst: cell(table, at + RULE.rate + 2) };
  return takeToken(state, rule, rate, now);
}

function ruleFits(table: Int32Array, rule: number, place: Place): boolean {
  const alternatives = cell(table, rule + RULE.alternatives);
  let at = rule + RULE.size;
  for (let index = 0; index < alternatives; index += 1) {
    if (testsHold(table, at + 2, cell(table, at + 1), place)) return true;
    at += cell(table, at);
  }
  return false;
}

/** Whether all of so many tests hold, the first of which is at a place in the table. */
function testsHold(table: Int32Array, first: number, tests: number, place: Place): boolean {
  let at = first;
  for (let index = 0; index < tests; index += 1) {
    if (!testHolds(table, at, place)) return false;
    at += cell(table, at);
  }
  return true;
}

function testHolds(table: Int32Array, test: number, place: Place): boolean {
  const kind = cell(table, test + 1);
  const at = test + 2;
  if (kind === KIND.inside || kind === KIND.meets) return endsHold(table, at, kind === KIND.meets, place);
  if (kind === KIND.words) return wordsHold(table, at, place);
  return kind === KIND.bits ? bitsHold(table, at, place) : bytesHold(table, at, place);
}

function endsHold(table: Int32Array, firstAt: number, meets: boolean, place: Place): boolean {
  const lastAt = firstAt + 2 + cell(table, firstAt) * TERM_SIZE;
  const ranges = lastAt + 2 + cell(table, lastAt) * TERM_SIZE;
  const first = expression(table, firstAt, place);
  const last = expression(table, lastAt, place);
  if (first === ABSENT || last === ABSENT) return false;
  return meets ? meetsRanges(table, ranges, first, last) : inRanges(table, ranges, first, last);
}

function meetsRanges(table: Int32Array, at: number, first: number, last: number): boolean {
  if (first > last) return false;
  const end = at + 1 + 2 * cell(table, at);
  for (let range = at + 1; range < end; range += 2)
    if (first <= unsigned(table, range + 1) && last >= unsigned(table, range)) return true;
  return false;
}

function inRanges(table: Int32Array, at: number, first: number, last: number): boolean {
  const end = at + 1 + 2 * cell(table, at);
  for (let range = at + 1; range < end; range += 2) {
    const least = unsigned(table, range);
    const most = unsigned(table, range + 1);
    if (least <= first && first <= most && least <= last && last <= most) return true;
  }
  return false;
}

/** Value of an expression; {@link ABSENT} when the frame ends before something it needs. */
function expression(table: Int32Array, at: number, place: Place): number {
  const end = at + 2 + cell(table, at) * TERM_SIZE;
  let sum = cell(table, at + 1);
  for (let term = at + 2; term < end; term += TERM_SIZE) {
    const value = cell(table, term + 1) === 0 ? place.length : load(table, term + 1, place);
    if (value < 0) return ABSENT;
    sum += cell(table, term) * value;
  }
  return sum;
}

/** What is loaded, -1 when the frame ends before. */
function load(table: Int32Array, at: number, { bytes, start, length }: Place): number {
  const width = cell(table, at);
  const offset = cell(table, at + 1);
  if (offset + width > length) return -1;
  const little = cell(table, at + 2) === 1;
  let raw = 0;
  for (let index = 0; index < width; index += 1)
    raw = (raw << 8) | (bytes[start + offset + (little ? width - 1 - index : index)] as number);
  return (raw & cell(table, at + 3)) >>> cell(table, at + 4);
}

function wordsHold(table: Int32Array, at: number, place: Place): boolean {
  const count = load(table, at + 3, place);
  const offset = cell(table, at);
  if (count < 0 || offset + 2 * count > place.length) return false;
  const high = cell(table, at + 1) === 1 ? 1 : 0;
  const any = cell(table, at + 2) === 1;
  const first = place.start + offset;
  for (let word = first; word < first + 2 * count; word += 2) {
    const value = ((place.bytes[word + high] as number) << 8) | (place.bytes[word + 1 - high] as number);
    if (inRanges(table, at + 3 + LOAD_SIZE, value, value) === any) return any;
  }
  return !any;
}

function bitsHold(table: Int32Array, at: number, place: Place): boolean {
  const count = load(table, at + 3, place);
  const offset = cell(table, at);
  if (count < 0 || offset + Math.ceil(count / 8) > place.length) return false;
  const value = cell(table, at + 1);
  const any = cell(table, at + 2) === 1;
  for (let index = 0; index < count; index += 1) {
    const byte = place.bytes[place.start + offset + (index >> 3)] as number;
    if ((((byte >> (index & 7)) & 1) === value) === any) return any;
  }
  return !any;
}

function bytesHold(table: Int32Array, at: number, { bytes, start, length }: Place): boolean {
  const offset = cell(table, at);
  const count = cell(table, at + 1);
  if (offset + count > length) return false;
  for (let index = 0; index < count; index += 1) {
    const mask = cell(table, at + 2 + 2 * index);
    if (((bytes[start + offset + index] as number) & mask) !== cell(table, at + 3 + 2 * index)) return false;
  }
  return true;
}
