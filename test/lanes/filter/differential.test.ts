// Three engines of one filter, each held against the interpreter: the same verdicts and the same counters on every frame.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ruleOf } from '../../../runtime/lanes/filter/decision.ts';
import { generateFilter } from '../../../runtime/lanes/filter/generate.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import { FilterProgram } from '../../../runtime/lanes/filter/ir.ts';
import { figuresOf, freshState } from '../../../runtime/lanes/filter/state.ts';
import { tableOf } from '../../../runtime/lanes/filter/table.ts';
import { walkTable } from '../../../runtime/lanes/filter/table-walker.ts';
import { Dice } from './dice.ts';
import { programs, putFrame } from './programs.ts';

const PROGRAMS = 500;
const FRAMES = 2000;

/** Memory with frames in it. WHY small: a frame at its very end shows who reads beyond. */
const memory = new Uint8Array(2500);

describe('the engines of a filter', function () {
  this.timeout(60_000);

  it('decide and count alike on a million frames, of hostile lengths too', () => {
    const tally = { frames: 0, byRule: 0, over: 0 };
    fc.assert(
      fc.property(programs, fc.integer(), (program, seed) => {
        const dice = new Dice(seed);
        for (let index = 0; index < memory.length; index += 1) memory[index] = dice.below(256);
        const table = tableOf(program);
        const generated = generateFilter(program).decide;
        const states = [freshState(program), freshState(program), freshState(program)] as const;
        let now = 1.7e12;
        for (let index = 0; index < FRAMES; index += 1) {
          now += dice.chance(0.01) ? -5000 : dice.below(4);
          const { start, length } = putFrame(program, memory, dice);
          const decision = interpret(program, memory.subarray(start, start + length), now, states[0]);
          assert.equal(generated(memory, start, length, now, states[1]), decision, 'the generated code');
          assert.equal(walkTable(table, memory, start, length, now, states[2]), decision, 'the table');
          tally.frames += 1;
          if (ruleOf(decision) !== -1) tally.byRule += 1;
        }
        assert.deepEqual(states[1], states[0], 'counters of the generated code');
        assert.deepEqual(states[2], states[0], 'counters of the table');
        tally.over += figuresOf(program, states[0]).reduce((sum, { over }) => sum + over, 0);
      }),
      { numRuns: PROGRAMS },
    );
    assert.ok(tally.frames >= 1_000_000);
    assert.ok(tally.byRule > tally.frames / 4, `rules decided ${tally.byRule} of ${tally.frames}`);
    assert.ok(tally.byRule < (tally.frames * 19) / 20, `rules decided ${tally.byRule} of ${tally.frames}`);
    assert.ok(tally.over > 1000, `${tally.over} frames were above a rate`);
  });

  it('are given programs that the schema takes', () => {
    fc.assert(fc.property(programs, program => assert.ok(FilterProgram.safeParse(program).success)));
  });
});
