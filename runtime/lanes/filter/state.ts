// What a filter remembers between frames: per rule its counters and its token bucket, as numbers in one array. The array may
// lie in shared memory; one thread writes it, anyone may read it.
import type { RuleFigures } from '../../model/line-figures.ts';
import type { FilterProgram, Rate } from './ir.ts';

/**
 * Numbers of one rule; its first is at `place * STRIDE`. Behind the last rule stand those of the frames that no rule decided.
 * WHY eight: a rule is a cache line of its own, and room for two more numbers costs nothing.
 */
export const STRIDE = 8;
/** Where in the numbers of a rule what stands. */
export const FIELD = {
  /** Frames it decided. */
  hits: 0,
  /** When it decided the last one, in ms of the clock that is given with the frames; 0 = never. */
  lastHit: 1,
  /** Frames that fitted but were above its rate. */
  over: 2,
  /** In its bucket. */
  tokens: 3,
  /** When the bucket was filled, ms of that clock. */
  filledAt: 4,
} as const;

/** Bytes of the state of a program. */
export function stateBytes(program: FilterProgram): number {
  return (program.rules.length + 1) * STRIDE * Float64Array.BYTES_PER_ELEMENT;
}

/**
 * A state in which nothing was counted and every bucket is full.
 * @param memory  at least {@link stateBytes}; what lies there is overwritten
 */
export function freshState(
  program: FilterProgram,
  memory: ArrayBufferLike = new ArrayBuffer(stateBytes(program)),
): Float64Array {
  const state = new Float64Array(memory, 0, (program.rules.length + 1) * STRIDE).fill(0);
  for (const [place, { rate }] of program.rules.entries()) state[place * STRIDE + FIELD.tokens] = rate?.burst ?? 0;
  return state;
}

/**
 * Takes the counters over from the program before, rule by rule by their ids. A bucket goes with its rule when the rate is
 * the same, so that a new program does not open a limit once more.
 */
export function carryState(
  before: FilterProgram,
  old: Float64Array,
  after: FilterProgram,
  fresh: Float64Array = freshState(after),
): Float64Array {
  const places = new Map(before.rules.map((rule, place) => [rule.id, place]));
  const copy = (from: number, to: number, fields: number) =>
    fresh.set(old.subarray(from * STRIDE, from * STRIDE + fields), to * STRIDE);
  for (const [place, rule] of after.rules.entries()) {
    const from = places.get(rule.id);
    if (from === undefined) continue;
    const same = JSON.stringify(before.rules[from]?.rate) === JSON.stringify(rule.rate);
    copy(from, place, same ? STRIDE : FIELD.tokens);
  }
  copy(before.rules.length, after.rules.length, STRIDE);
  return fresh;
}

/** The figures of every rule, in order, and last those of the frames that no rule decided, under the id `otherwise`. */
export function figuresOf(program: FilterProgram, state: Float64Array): readonly RuleFigures[] {
  return [...program.rules.map(rule => rule.id), OTHERWISE].map((id, place) => {
    const at = (field: number) => state[place * STRIDE + field] ?? 0;
    const lastHit = at(FIELD.lastHit);
    return { id, hits: at(FIELD.hits), ...(lastHit > 0 ? { lastHit } : {}), over: at(FIELD.over) };
  });
}

/** Counts a frame that the rule at a place decided. */
export function countHit(state: Float64Array, place: number, now: number): void {
  const at = place * STRIDE;
  state[at + FIELD.hits] = (state[at + FIELD.hits] ?? 0) + 1;
  state[at + FIELD.lastHit] = now;
}

/** Takes one token of the rule at a place. @returns false when there is none, which is counted */
export function takeToken(state: Float64Array, place: number, rate: Rate, now: number): boolean {
  const at = place * STRIDE;
  const tokens = tokensAt(state, place, rate, now);
  state[at + FIELD.filledAt] = now;
  state[at + FIELD.tokens] = tokens < 1 ? tokens : tokens - 1;
  if (tokens >= 1) return true;
  state[at + FIELD.over] = (state[at + FIELD.over] ?? 0) + 1;
  return false;
}

/** Tokens in the bucket at a time. A clock that is set back adds none and takes none. */
export function tokensAt(state: Float64Array, place: number, rate: Rate, now: number): number {
  const at = place * STRIDE;
  const waited = Math.max(0, now - (state[at + FIELD.filledAt] ?? 0));
  return Math.min(rate.burst, (state[at + FIELD.tokens] ?? 0) + (waited * rate.frames) / rate.perMs);
}

/** Stands for no rule in figures; a rule may bear it as its name without harm, it is the last entry that counts. */
const OTHERWISE = 'otherwise';
