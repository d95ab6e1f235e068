import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ruleOf } from '../../../runtime/lanes/filter/decision.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import { buildRequest, type ModbusRequest } from '../../../runtime/protocols/modbus/pdu/request.ts';
import { modbusRuleCovers } from '../../../runtime/protocols/modbus/rule-cover.ts';
import { lowerModbus, ModbusRule } from '../../../runtime/protocols/modbus/rules.ts';

const ANY = { units: [], functions: [], registers: [], values: [], action: 'accept', log: false } as const;

function rule(rest: Partial<ModbusRule> = {}): ModbusRule {
  return ModbusRule.parse({ id: 'rule', ...ANY, ...rest });
}

function fits(each: ModbusRule, frame: Uint8Array): boolean {
  const program = lowerModbus({ rules: [each], otherwise: { action: 'drop', log: false } });
  return ruleOf(interpret(program, frame, 1, freshState(program))) === 0;
}

const holding = (first: number, last: number) => ({ table: 'holding' as const, first, last });

// Few numbers, so that rules lie inside each other and requests meet them.
const spot = fc.nat(8);
const ends = fc.tuple(spot, spot).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const rules = fc
  .record({
    units: fc.constantFrom([], [{ first: 1, last: 1 }], [{ first: 1, last: 3 }]),
    functions: fc.constantFrom([], [3], [3, 6, 16], [6, 16, 22, 23], [17, 65]),
    registers: fc.array(
      fc
        .tuple(fc.constantFrom('holding', 'holding', 'coil'), ends)
        .map(([table, [first, last]]) => ({ table, first, last })),
      { maxLength: 2 },
    ),
    values: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      fc.array(
        ends.map(([least, most]) => ({ least, most })),
        { maxLength: 2 },
      ),
    ),
    action: fc.constantFrom('accept', 'drop'),
  })
  .map(each => ({ id: 'rule', log: false, ...each }))
  .filter(each => ModbusRule.safeParse(each).success)
  .map(each => ModbusRule.parse(each));
const count = fc.integer({ min: 1, max: 3 });
const words = fc.array(spot, { minLength: 1, maxLength: 3 });
const requests: fc.Arbitrary<ModbusRequest> = fc.oneof(
  fc.tuple(spot, count).map(([address, quantity]): ModbusRequest => ({ function: 3, address, quantity })),
  fc.tuple(spot, count).map(([address, quantity]): ModbusRequest => ({ function: 1, address, quantity })),
  fc.tuple(spot, spot).map(([address, value]): ModbusRequest => ({ function: 6, address, value })),
  fc.tuple(spot, words).map(([address, values]): ModbusRequest => ({ function: 16, address, values })),
  fc
    .tuple(spot, spot, spot)
    .map(([address, andMask, orMask]): ModbusRequest => ({ function: 22, address, andMask, orMask })),
  fc.tuple(spot, count, spot, words).map(([address, quantity, writeAddress, values]): ModbusRequest => {
    return { function: 23, address, quantity, writeAddress, values };
  }),
);
const frames = fc.tuple(fc.integer({ min: 1, max: 4 }), requests).map(([unit, request]) => {
  const pdu = buildRequest(request);
  return Uint8Array.of(0, 1, 0, 0, 0, pdu.length + 1, unit, ...pdu);
});

describe('a Modbus rule hides another', () => {
  it('only when every request that would fit the other fits it', () => {
    let [hidden, met] = [0, 0];
    fc.assert(
      fc.property(rules, rules, fc.array(frames, { minLength: 60, maxLength: 60 }), (earlier, later, shots) => {
        if (!modbusRuleCovers(earlier, later)) return;
        hidden += 1;
        for (const frame of shots) {
          if (!fits(later, frame)) continue;
          met += 1;
          assert.ok(fits(earlier, frame), Buffer.from(frame).toString('hex'));
        }
      }),
      { numRuns: 4000 },
    );
    assert.ok(hidden > 100 && met > 500, `${hidden} pairs, ${met} requests`);
  });

  it('by its registers, as far as one wants them all inside and the other takes any part', () => {
    const [wide, narrow] = [{ registers: [holding(0, 99)] }, { registers: [holding(10, 19)] }];
    assert.equal(modbusRuleCovers(rule(wide), rule(narrow)), true);
    assert.equal(modbusRuleCovers(rule(narrow), rule(wide)), false);
    assert.equal(modbusRuleCovers(rule({ ...wide, action: 'drop' }), rule(narrow)), true);
    assert.equal(modbusRuleCovers(rule(wide), rule({ ...narrow, action: 'drop' })), false, 'it reaches beyond');
    assert.equal(modbusRuleCovers(rule(wide), rule()), false, 'it takes requests without registers');
  });

  it('by who asks, as far as it decides also where that is not known', () => {
    const from = (rest: Partial<ModbusRule> = {}) => rule({ direction: 'from-vm', ...rest });
    const [to, drop] = [rule({ direction: 'to-vm' }), { action: 'drop' } as const];
    assert.equal(modbusRuleCovers(rule(), to), true);
    assert.equal(modbusRuleCovers(rule({ direction: 'both' }), from()), true);
    assert.equal(modbusRuleCovers(from(), from()), true);
    assert.equal(modbusRuleCovers(from(), to), false);
    assert.equal(modbusRuleCovers(from(), rule()), false);
    assert.equal(modbusRuleCovers(from(drop), from()), true);
    assert.equal(modbusRuleCovers(from(), from(drop)), false, 'what nobody knows is denied by the later one');
  });

  it('not when it has a rate: what is above goes on', () => {
    assert.equal(modbusRuleCovers(rule(), rule()), true);
    assert.equal(modbusRuleCovers(rule({ rate: { requests: 1, per: 'second', burst: 1 } }), rule()), false);
  });
});
