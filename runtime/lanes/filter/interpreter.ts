// A filter taken at its word: rule by rule, test by test. Clear rather than fast: generated code and the table are held
// against this, and `explain` asks it.
import { type Decision, decisionAt } from './decision.ts';
import type { Alternative, Expression, FilterProgram, Load, Range, Test } from './ir.ts';
import { countHit, takeToken } from './state.ts';

/**
 * Decides one frame and counts it.
 * @param frame  exactly the bytes of the frame
 * @param now    ms; any clock that runs forward, always the same one
 * @param state  of this program
 */
export function interpret(program: FilterProgram, frame: Uint8Array, now: number, state: Float64Array): Decision {
  const found = program.rules.findIndex(
    (rule, place) =>
      rule.alternatives.some(alternative => fits(alternative, frame)) &&
      (rule.rate === undefined || takeToken(state, place, rule.rate, now)),
  );
  const place = found === -1 ? program.rules.length : found;
  countHit(state, place, now);
  return decisionAt(program, place);
}

/** Whether every test of an alternative holds. */
export function fits(alternative: Alternative, frame: Uint8Array): boolean {
  return alternative.tests.every(test => holds(test, frame));
}

/** Whether a test holds for a frame. */
export function holds(test: Test, frame: Uint8Array): boolean {
  switch (test.kind) {
    case 'inside':
    case 'meets': {
      const first = worthOf(test.first, frame);
      const last = worthOf(test.last, frame);
      if (first === undefined || last === undefined) return false;
      if (test.kind === 'inside') return test.ranges.some(range => within(range, first) && within(range, last));
      return test.ranges.some(([least, most]) => Math.max(first, least) <= Math.min(last, most));
    }
    case 'words':
      return which(test.which, wordsOf(test, frame), word => test.ranges.some(range => within(range, word)));
    case 'bits':
      return which(test.which, bitsOf(test, frame), bit => bit === test.value);
    case 'bytes':
      return test.mask.every((mask, index) => {
        const byte = frame[test.offset + index];
        return byte !== undefined && (byte & mask) === test.value[index];
      });
  }
}

/** Value of an expression; `undefined` when the frame ends before something it needs. */
export function worthOf({ terms, constant }: Expression, frame: Uint8Array): number | undefined {
  let sum = constant;
  for (const { of, times } of terms) {
    const value = of === 'length' ? frame.length : loaded(of, frame);
    if (value === undefined) return undefined;
    sum += times * value;
  }
  return sum;
}

/** What is loaded; `undefined` when the frame ends before. */
function loaded({ offset, width, endian, mask, shift }: Load, frame: Uint8Array): number | undefined {
  if (offset + width > frame.length) return undefined;
  let raw = 0;
  for (let index = 0; index < width; index += 1)
    raw = raw * 256 + (frame[offset + (endian === 'little' ? width - 1 - index : index)] ?? 0);
  return (raw & mask) >>> shift;
}

/** The numbers that a test of words is about; `undefined` when the frame ends before the last. */
export function wordsOf(test: Extract<Test, { kind: 'words' }>, frame: Uint8Array): readonly number[] | undefined {
  const count = loaded(test.count, frame);
  if (count === undefined || test.offset + 2 * count > frame.length) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  return Array.from({ length: count }, (_, index) => view.getUint16(test.offset + 2 * index, test.endian === 'little'));
}

/** The bits that a test of bits is about; `undefined` when the frame ends before the last. */
export function bitsOf(test: Extract<Test, { kind: 'bits' }>, frame: Uint8Array): readonly number[] | undefined {
  const count = loaded(test.count, frame);
  if (count === undefined || test.offset + Math.ceil(count / 8) > frame.length) return undefined;
  return Array.from({ length: count }, (_, index) => ((frame[test.offset + (index >> 3)] ?? 0) >> (index & 7)) & 1);
}

function which(word: 'all' | 'any', values: readonly number[] | undefined, is: (value: number) => boolean): boolean {
  if (values === undefined) return false;
  return word === 'all' ? values.every(is) : values.some(is);
}

function within([least, most]: Range, value: number): boolean {
  return least <= value && value <= most;
}
