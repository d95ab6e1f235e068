import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAccepted } from '../../../runtime/lanes/filter/decision.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import { type CanFrame, checkFrame } from '../../../runtime/protocols/can/frame.ts';
import { canLearning } from '../../../runtime/protocols/can/learn.ts';
import { canWords } from '../../../runtime/protocols/can/words.ts';
import { anyFrame, inLane } from './frames.ts';

interface Said {
  readonly atMs: number;
  readonly frame: CanFrame;
}

function learned(said: readonly Said[]) {
  const learner = canLearning.learner();
  for (const { atMs, frame } of said) learner.take({ atMs, way: 'to-vm', request: inLane(frame) });
  return learner.propose();
}

function programOf(said: readonly Said[], way: 'fromVm' | 'toVm' = 'toVm') {
  const rules = learned(said).rules.map(({ rule }) => rule);
  return canWords.guard?.('wall', rules)[way] ?? assert.fail();
}

const frame = (id: number, data: string, ext = false) => checkFrame({ id, ext, data: Buffer.from(data, 'hex') });
/** At times that grow. */
const some: fc.Arbitrary<readonly Said[]> = fc
  .array(fc.tuple(fc.constantFrom(0, 1, 10, 400, 1_000), anyFrame), { minLength: 1, maxLength: 40 })
  .map(list => {
    let atMs = 1_000;
    return list.map(([later, one]) => {
      atMs += later;
      return { atMs, frame: one };
    });
  });

describe('rules learned from what is said on a CAN bus', () => {
  it('are one for each identifier, with its lengths and its rate with some room', () => {
    const said = [0, 100, 200, 1_500].map(atMs => ({ atMs, frame: frame(0x1a0, atMs === 200 ? '1122' : '11223344') }));
    const { rules, taken, unsound } = learned([...said, { atMs: 0, frame: frame(0x1a0, '', true) }]);
    assert.deepEqual([taken, unsound], [5, 0]);
    const common = { action: 'accept', direction: 'to-vm', remote: 'data', type: 'classic', log: false };
    assert.deepEqual(rules, [
      {
        rule: {
          ...{ ...common, id: 'id-1a0-in', format: 'standard', ids: [{ first: 0x1a0, last: 0x1a0 }] },
          ...{
            lengths: [
              { least: 2, most: 2 },
              { least: 4, most: 4 },
            ],
            rate: { frames: 5, per: 'second', burst: 5 },
          },
        },
        frames: 4,
      },
      {
        rule: {
          ...{ ...common, id: 'ext-1a0-in', format: 'extended', ids: [{ first: 0x1a0, last: 0x1a0 }] },
          ...{ lengths: [{ least: 0, most: 0 }], rate: { frames: 2, per: 'second', burst: 2 } },
        },
        frames: 1,
      },
    ]);
  });

  it('let pass everything that was said, as fast as it was said', () =>
    fc.assert(
      fc.property(some, said => {
        const program = programOf(said);
        const state = freshState(program);
        for (const { atMs, frame } of said)
          assert.ok(isAccepted(interpret(program, inLane(frame), atMs, state)), JSON.stringify(frame));
      }),
    ));

  it('let pass nothing with another identifier, and nothing the other way', () =>
    fc.assert(
      fc.property(some, anyFrame, (said, other) => {
        const state = freshState(programOf(said, 'fromVm'));
        for (const { frame } of said)
          assert.ok(!isAccepted(interpret(programOf(said, 'fromVm'), inLane(frame), 1_000, state)));
        fc.pre(!said.some(({ frame }) => frame.id === other.id && frame.ext === other.ext));
        const program = programOf(said);
        assert.ok(!isAccepted(interpret(program, inLane(other), 1_000, freshState(program))));
      }),
    ));

  it('count what tells of errors, which no rule lets pass', () => {
    const learner = canLearning.learner();
    learner.take({ atMs: 0, way: 'both', request: Uint8Array.of(0, 0, 0, 0x20, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) });
    learner.take({ atMs: 0, way: 'both', request: Uint8Array.of(1, 2, 3) });
    assert.deepEqual(learner.propose(), { rules: [], taken: 0, unsound: 2 });
  });

  it('are joined without rates where a bus has more identifiers than anybody reads', () => {
    const said = Array.from({ length: 600 }, (_, place) => ({ atMs: place, frame: frame(2 * place, '11') }));
    const { rules } = learned(said);
    assert.equal(rules.length, Math.ceil(600 / 64));
    assert.equal(
      rules.reduce((sum, { frames }) => sum + frames, 0),
      600,
    );
    const program = programOf(said);
    const accepts = (id: number) => isAccepted(interpret(program, inLane(frame(id, '11')), 0, freshState(program)));
    assert.deepEqual([0, 2, 1_198, 1, 1_199].map(accepts), [true, true, true, false, false]);
  });
});
