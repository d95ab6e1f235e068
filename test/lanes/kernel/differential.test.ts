import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAccepted, ruleOf } from '../../../runtime/lanes/filter/decision.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import { FilterProgram } from '../../../runtime/lanes/filter/ir.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import { ANSWER, kernelProblem } from '../../../runtime/lanes/kernel/kernel-code.ts';
import { KernelSegment } from '../../../runtime/lanes/kernel/kernel-segment.ts';
import { Dice } from '../filter/dice.ts';
import { programs, putFrame } from '../filter/programs.ts';
import { builtAddon } from '../native/built.ts';

/** The kernel tries code on nothing less than Ethernet and a byte, and of IP only on frames with a whole header. */
function isTried(frame: Uint8Array): boolean {
  const type = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
  return frame.length >= (type === 0x0800 ? 34 : type === 0x86dd ? 54 : 15);
}

/** The same program without what the kernel has no code for. */
function forKernel(program: FilterProgram): FilterProgram {
  const denial = { action: 'drop' } as const;
  return {
    rules: program.rules.map(({ rate, ...rule }) => ({
      ...rule,
      log: false,
      verdict: rule.verdict.action === 'accept' ? rule.verdict : denial,
      alternatives: rule.alternatives.map(({ says, tests }) => ({
        says,
        tests: tests.filter(({ kind }) => kind !== 'words' && kind !== 'bits'),
      })),
    })),
    otherwise: { verdict: denial, log: false },
  };
}

describe('code for the kernel', function () {
  this.timeout(120_000);

  it('decides and counts as the interpreter of the same program, whatever program and frame', () => {
    const addon = builtAddon();
    let [frames, accepted] = [0, 0];
    fc.assert(
      fc.property(programs, fc.integer(), (drawn, seed) => {
        const program = FilterProgram.parse(forKernel(drawn));
        assert.equal(kernelProblem(program), undefined);
        const segment = new KernelSegment({ addon, program, from: [], to: 'lo' });
        try {
          const dice = new Dice(seed);
          const [bytes, state] = [new Uint8Array(4096), freshState(program)];
          const expected = new Array<number>(program.rules.length + 1).fill(0);
          for (let time = 0; time < 60; time += 1) {
            const { start, length } = putFrame(program, bytes, dice);
            const frame = bytes.slice(start, start + length);
            if (!isTried(frame)) continue;
            const decision = interpret(program, frame, 0, state);
            const place = ruleOf(decision);
            const row = place < 0 ? program.rules.length : place;
            expected[row] = (expected[row] ?? 0) + 1;
            assert.equal(segment.try(frame), isAccepted(decision) ? ANSWER.redirect : ANSWER.drop);
            frames += 1;
            if (isAccepted(decision)) accepted += 1;
          }
          const figures = segment.figures();
          assert.deepEqual([...figures.rules, figures.otherwise], expected);
          assert.deepEqual([figures.tagged, figures.unreadable], [0, 0]);
        } finally {
          segment.close();
        }
      }),
      { numRuns: 300, endOnFailure: true },
    );
    assert.ok(frames > 5000 && accepted > 500, `${frames} frames, ${accepted} accepted`);
  });
});
