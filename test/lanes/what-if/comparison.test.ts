import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAccepted } from '../../../runtime/lanes/filter/decision.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import type { FilterProgram, FilterRule } from '../../../runtime/lanes/filter/ir.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import { byteAt, isOneOf } from '../../../runtime/lanes/filter/terms.ts';
import { RuleComparison, type WayRules } from '../../../runtime/lanes/what-if/comparison.ts';

/** A rule about the first byte. */
function rule(id: string, byte: number | 'any', more: Partial<FilterRule> = {}): FilterRule {
  const tests = byte === 'any' ? [] : [isOneOf(`the byte is ${byte}`, byteAt(0), byte)];
  return { id, alternatives: [{ says: id, tests }], verdict: { action: 'accept' }, log: false, ...more };
}

const program = (...rules: readonly FilterRule[]): FilterProgram => ({
  rules: [...rules],
  otherwise: { verdict: { action: 'drop' }, log: false },
});
const door = (...rules: readonly FilterRule[]) => ({ firewall: 'door', program: program(...rules) });
const gate = (...rules: readonly FilterRule[]) => ({ firewall: 'gate', program: program(...rules) });

/** Frames of one byte, a millisecond apart; the note of each is its place. */
function compare(before: WayRules, after: WayRules, bytes: readonly number[], { most = 10, everyMs = 1 } = {}) {
  const comparison = new RuleComparison<number>(before, after, most);
  for (const [place, byte] of bytes.entries()) comparison.take(Uint8Array.of(byte), place * everyMs, () => place);
  return comparison;
}

describe('rules before and after, over a recording', () => {
  it('tell of each frame that is newly blocked or allowed, who decided then and now, and why', () => {
    const before = [door(rule('one', 1), rule('two', 2))];
    const after = [door(rule('two', 2), rule('three', 3))];
    const { listed, tallies, judged } = compare(before, after, [1, 2, 3, 4, 1]);
    assert.equal(judged, 5);
    assert.deepEqual(listed.slice(0, 2), [
      {
        change: 'blocked',
        note: 0,
        before: { accepted: true, by: [{ firewall: 'door', rule: 'one' }], why: ['door: accepted by rule 1, one'] },
        after: {
          accepted: false,
          by: [{ firewall: 'door' }],
          why: [
            'door: denied: no rule fits',
            '  rule 1, two, did not decide: it is not true that the byte is 2: it is 1',
            '  rule 2, three, did not decide: it is not true that the byte is 3: it is 1',
          ],
        },
      },
      {
        change: 'allowed',
        note: 2,
        before: {
          accepted: false,
          by: [{ firewall: 'door' }],
          why: [
            'door: denied: no rule fits',
            '  rule 1, one, did not decide: it is not true that the byte is 1: it is 3',
            '  rule 2, two, did not decide: it is not true that the byte is 2: it is 3',
          ],
        },
        after: {
          accepted: true,
          by: [{ firewall: 'door', rule: 'three' }],
          why: [
            'door: accepted by rule 2, three',
            '  rule 1, two, did not decide: it is not true that the byte is 2: it is 3',
          ],
        },
      },
    ]);
    const [one, three] = [
      { firewall: 'door', rule: 'one' },
      { firewall: 'door', rule: 'three' },
    ];
    assert.deepEqual(tallies, [
      { change: 'blocked', before: [one], after: [{ firewall: 'door' }], frames: 2 },
      { change: 'allowed', before: [{ firewall: 'door' }], after: [three], frames: 1 },
    ]);
  });

  it('tell the firewall that denies when several are in a row, and all that accept', () => {
    const [a, b] = [door(rule('any', 'any')), gate(rule('one', 1))];
    const { listed } = compare([a, b], [b, a], [1, 2]);
    assert.deepEqual(listed, [], 'the order of two that must both accept makes no difference');
    const { tallies } = compare([a, b], [], [2]);
    assert.deepEqual(tallies, [{ change: 'allowed', before: [{ firewall: 'gate' }], after: [], frames: 1 }]);
    const both = [
      { firewall: 'door', rule: 'any' },
      { firewall: 'gate', rule: 'one' },
    ];
    assert.deepEqual(compare(undefined, [a, b], [1]).tallies, [
      { change: 'allowed', before: [], after: both, frames: 1 },
    ]);
    assert.deepEqual(compare([a], undefined, [1]).listed[0]?.after, {
      accepted: false,
      by: [],
      why: ['there is no wire'],
    });
    assert.deepEqual(compare(undefined, [], [1]).listed[0]?.after.why, ['accepted: no firewall is in between']);
    assert.deepEqual(compare(undefined, undefined, [1]).changed(), 0);
  });

  it('count rates in the time of the recording, and explain a frame by what was in the bucket before it', () => {
    const limited = [door(rule('slow', 'any', { rate: { frames: 1, perMs: 100, burst: 2 } }))];
    const bytes = Array.from({ length: 10 }, () => 7);
    // Two in one go, then one every 100 ms: frames 0, 1, 4 and 8 of those that come every 25 ms.
    const { listed, judged } = compare([], limited, bytes, { everyMs: 25 });
    assert.deepEqual([judged, listed.map(({ note }) => note)], [10, [2, 3, 5, 6, 7, 9]]);
    assert.deepEqual(listed[0]?.after.why, [
      'door: denied: no rule fits',
      '  rule 1, slow, did not decide: it fits, but the frame is above its rate',
    ]);
    assert.equal(compare([], limited, bytes, { everyMs: 100 }).changed(), 0);
    const then = compare(undefined, limited, bytes, { everyMs: 25 }).listed.map(({ note, after }) => [
      note,
      after.why[0],
    ]);
    assert.deepEqual(
      then,
      [0, 1, 4, 8].map(note => [note, 'door: accepted by rule 1, slow']),
    );
  });

  it('list as many as they are asked for, and count them all', () => {
    const comparison = compare([], undefined, Array(500).fill(1), { most: 3 });
    assert.deepEqual([comparison.listed.length, comparison.changed('blocked'), comparison.changed()], [3, 500, 500]);
  });

  it('differ exactly where two filters taken at their word do', () => {
    const anyRule = fc
      .tuple(fc.constantFrom<number | 'any'>(0, 1, 2, 3, 'any'), fc.boolean(), fc.option(fc.nat(3)))
      .map(([byte, accepts, burst]) => ({ byte, accepts, burst }));
    const anyRules = fc.array(anyRule, { maxLength: 4 }).map(rules =>
      program(
        ...rules.map(({ byte, accepts, burst }, place) =>
          rule(`r${place}`, byte, {
            verdict: { action: accepts ? 'accept' : 'drop' },
            ...(burst === null ? {} : { rate: { frames: 1, perMs: 5, burst: burst + 1 } }),
          }),
        ),
      ),
    );
    const anyChain = fc.array(anyRules, { maxLength: 3 });
    fc.assert(
      fc.property(anyChain, anyChain, fc.array(fc.nat(4), { maxLength: 40 }), (before, after, bytes) => {
        const named = (chain: readonly FilterProgram[]) =>
          chain.map((each, place) => ({ firewall: `f${place}`, program: each }));
        const words = (chain: readonly FilterProgram[]) => {
          const states = chain.map(each => freshState(each));
          return bytes.map((byte, now) =>
            chain.every((each, place) =>
              isAccepted(interpret(each, Uint8Array.of(byte), now, states[place] as Float64Array)),
            ),
          );
        };
        const [then, now] = [words(before), words(after)];
        const expected = bytes.flatMap((_, place) =>
          then[place] === now[place] ? [] : [[place, then[place] === true ? 'blocked' : 'allowed']],
        );
        const found = compare(named(before), named(after), bytes, { most: 1_000 });
        assert.deepEqual(
          found.listed.map(({ note, change }) => [note, change]),
          expected,
        );
        assert.equal(found.changed(), expected.length);
        for (const { before: fate, after: other } of found.listed) {
          assert.notEqual(fate.accepted, other.accepted);
          for (const { accepted, by, why } of [fate, other]) {
            // The words come from another engine than the decision; they must say the same.
            const heads = why.filter(line => !line.startsWith(' '));
            const verb = accepted ? 'accepted' : 'denied';
            assert.ok(
              heads.every(line => line.includes(`: ${verb}`) || line.startsWith(verb)),
              why.join('\n'),
            );
            for (const [place, { rule: id }] of by.entries())
              if (id !== undefined) assert.ok(heads[place]?.endsWith(`, ${id}`), why.join('\n'));
          }
        }
      }),
    );
  });
});
