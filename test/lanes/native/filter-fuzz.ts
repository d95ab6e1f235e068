// Random filters on bursts of random frames: what decides by the table is held against what decides by the rules.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ruleOf } from '../../../runtime/lanes/filter/decision.ts';
import { generateFilter } from '../../../runtime/lanes/filter/generate.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import type { FilterProgram } from '../../../runtime/lanes/filter/ir.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import { tableOf } from '../../../runtime/lanes/filter/table.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import type { BurstAddon } from '../../../runtime/lanes/native/addon.ts';
import { decideByTable } from '../../../runtime/lanes/native/table-burst.ts';
import { Dice } from '../filter/dice.ts';
import { programs, putFrame } from '../filter/programs.ts';

/** Room for one frame and what lies around it. */
const AREA = 2500;

export interface FuzzTally {
  frames: number;
  /** Frames that a rule decided. */
  byRule: number;
}

/**
 * Throws when any two engines differ in a verdict or a counter.
 * @param ways  engines of tables, by name
 * @param runs  programs, each on `bursts` bursts
 */
export function fuzzFilters(
  ways: Readonly<Record<string, BurstAddon | undefined>>,
  runs: number,
  bursts: number,
): FuzzTally {
  const tally = { frames: 0, byRule: 0 };
  const burst = new FuzzBurst();
  fc.assert(
    fc.property(programs, fc.integer(), (program, seed) => {
      const dice = new Dice(seed);
      const engines = Object.entries(ways).map(([name, addon]) => ({
        ...{ name, decide: decideByTable(tableOf(program), addon), state: freshState(program) },
      }));
      const generated = { name: 'generated code', decide: generateFilter(program).burst, state: freshState(program) };
      const state = freshState(program);
      let now = 1.7e12;
      for (let index = 0; index < bursts; index += 1) {
        now += dice.chance(0.05) ? -5000 : dice.below(64);
        burst.fill(program, dice);
        const expected = burst.interpreted(program, now, state);
        for (const engine of [...engines, generated]) {
          const decisions = new Int32Array(burst.count);
          const accepted = burst.decided(engine.decide, now, engine.state, decisions);
          assert.deepEqual(decisions, expected, engine.name);
          assert.equal(accepted, expected.filter(decision => ((decision >>> 8) & 1) === 1).length, engine.name);
        }
        tally.frames += burst.count;
        for (const decision of expected) if (ruleOf(decision) !== -1) tally.byRule += 1;
      }
      for (const engine of [...engines, generated]) assert.deepEqual(engine.state, state, `counters of ${engine.name}`);
    }),
    // WHY not shrunk: a run is thousands of frames, and the seed says all.
    { numRuns: runs, endOnFailure: true },
  );
  return tally;
}

type Decide = ReturnType<typeof decideByTable>;

class FuzzBurst {
  count = 0;
  readonly #bytes = new Uint8Array(BURST * AREA);
  readonly #starts = new Int32Array(BURST);
  readonly #lengths = new Int32Array(BURST);

  constructor() {
    const dice = new Dice(1);
    for (let at = 0; at < this.#bytes.length; at += 1) this.#bytes[at] = dice.below(256);
  }

  fill(program: FilterProgram, dice: Dice): void {
    this.count = 1 + dice.below(BURST);
    for (let index = 0; index < this.count; index += 1) {
      // The last frame may end where the memory ends: it shows who reads beyond.
      const area = BURST - this.count + index;
      const shot = putFrame(program, this.#bytes.subarray(area * AREA, (area + 1) * AREA), dice);
      this.#starts[index] = area * AREA + shot.start;
      this.#lengths[index] = shot.length;
    }
  }

  interpreted(program: FilterProgram, now: number, state: Float64Array): Int32Array {
    return Int32Array.from({ length: this.count }, (_, index) => {
      const start = this.#starts[index] ?? 0;
      return interpret(program, this.#bytes.subarray(start, start + (this.#lengths[index] ?? 0)), now, state);
    });
  }

  decided(decide: Decide, now: number, state: Float64Array, decisions: Int32Array): number {
    return decide(this.#bytes, this.#starts, this.#lengths, this.count, now, state, decisions);
  }
}
