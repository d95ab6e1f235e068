import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ruleOf } from '../../../runtime/lanes/filter/decision.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import { FD_LENGTHS } from '../../../runtime/protocols/can/frame.ts';
import { canRuleCovers } from '../../../runtime/protocols/can/rule-cover.ts';
import { CanRule, lowerCan } from '../../../runtime/protocols/can/rules.ts';
import { inLane } from './frames.ts';

const ANY = { ids: [], format: 'any', remote: 'any', type: 'any', lengths: [], action: 'accept', log: false } as const;

function rule(rest: Partial<CanRule> = {}): CanRule {
  return CanRule.parse({ id: 'rule', ...ANY, ...rest });
}

function fits(each: CanRule, frame: Uint8Array): boolean {
  const program = lowerCan({ rules: [each], logDenied: false });
  return ruleOf(interpret(program, frame, 1, freshState(program))) === 0;
}

// Few numbers, so that rules lie inside each other and frames meet them.
const id = fc.constantFrom(0x10, 0x11, 0x12, 0x13, 0x18, 0x1f, 0x20, 0x7ff, 0x800, 0x1fff_ffff);
const entry = fc.oneof(
  fc.tuple(id, id).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) })),
  fc.tuple(id, fc.constantFrom(1, 0x7f0, 0x7f8, 0x7ff, 0x1fff_fff0)).map(([one, mask]) => ({ id: one, mask })),
);
const byte = fc.constantFrom('00', '0f', 'ff', '25');
const data = fc
  .array(fc.tuple(byte, byte), { minLength: 1, maxLength: 2 })
  .map(pairs => ({ mask: pairs.map(([mask]) => mask).join(''), value: pairs.map(([, value]) => value).join('') }));
const rules = fc
  .record({
    ids: fc.array(entry, { maxLength: 3 }),
    format: fc.constantFrom('standard', 'extended', 'any'),
    remote: fc.constantFrom('data', 'remote', 'any', 'any'),
    type: fc.constantFrom('classic', 'fd', 'any', 'any'),
    lengths: fc.constantFrom([], [{ least: 0, most: 8 }], [{ least: 2, most: 4 }]),
    data: fc.option(data, { nil: undefined, freq: 3 }),
  })
  .map(({ data: some, ...rest }) => ({ id: 'rule', ...ANY, ...rest, ...(some === undefined ? {} : { data: some }) }))
  .filter(each => CanRule.safeParse(each).success)
  .map(each => CanRule.parse(each));
const frames = fc
  .tuple(id, fc.boolean(), fc.constantFrom('data', 'remote', 'fd'), fc.nat(10), fc.constantFrom(0, 0x0f, 0x25, 0xff))
  .map(([number, ext, kind, size, fill]) => {
    const length = kind === 'fd' ? (FD_LENGTHS[size] as number) : Math.min(size, 8);
    const named = { id: ext ? number : number & 0x7ff, ext, rtr: kind === 'remote', fd: kind === 'fd' };
    const bytes = new Uint8Array(kind === 'remote' ? 0 : length).fill(fill);
    return inLane({ ...named, brs: false, esi: false, data: bytes, length });
  });

describe('a CAN rule hides another', () => {
  it('only when every frame that would fit the other fits it', () => {
    let [hidden, met] = [0, 0];
    fc.assert(
      fc.property(rules, rules, fc.array(frames, { minLength: 80, maxLength: 80 }), (earlier, later, shots) => {
        if (!canRuleCovers(earlier, later)) return;
        hidden += 1;
        for (const frame of shots) {
          if (!fits(later, frame)) continue;
          met += 1;
          assert.ok(fits(earlier, frame), Buffer.from(frame).toString('hex'));
        }
      }),
      { numRuns: 4000 },
    );
    assert.ok(hidden > 40 && met > 200, `${hidden} pairs, ${met} frames`);
  });

  it('by its identifiers, whether both are ranges, both masks, or one of each', () => {
    const ids = (...list: CanRule['ids']) => rule({ ids: list, format: 'standard' });
    const wide = ids({ first: 0x100, last: 0x1ff });
    assert.equal(canRuleCovers(wide, ids({ first: 0x110, last: 0x120 }, { id: 0x180, mask: 0x7f0 })), true);
    assert.equal(canRuleCovers(wide, ids({ first: 0x1f0, last: 0x200 })), false);
    assert.equal(canRuleCovers(wide, ids({ id: 0x100, mask: 0x700 })), true);
    assert.equal(canRuleCovers(ids({ id: 0x100, mask: 0x700 }), wide), true);
    assert.equal(canRuleCovers(ids({ id: 0x100, mask: 0x7f0 }), wide), false);
    assert.equal(canRuleCovers(ids({ id: 0x100, mask: 0x700 }), ids({ id: 0x123, mask: 0x7ff })), true);
    assert.equal(canRuleCovers(rule({ ids: [{ first: 0, last: 0x7ff }] }), rule()), false);
  });

  it('not when it has a rate: what is above goes on', () => {
    assert.equal(canRuleCovers(rule(), rule()), true);
    assert.equal(canRuleCovers(rule({ rate: { frames: 1, per: 'second', burst: 1 } }), rule()), false);
  });
});
