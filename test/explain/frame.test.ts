import assert from 'node:assert/strict';
import fc from 'fast-check';
import { explainFrame } from '../../runtime/explain/frame.ts';
import { givenFrame } from '../../runtime/explain/given-frame.ts';
import type { GuardedEnd } from '../../runtime/explain/guarded-lines.ts';
import { programsOf } from '../../runtime/explain/way-rules.ts';
import { isAccepted } from '../../runtime/lanes/filter/decision.ts';
import { interpret } from '../../runtime/lanes/filter/interpreter.ts';
import { freshState } from '../../runtime/lanes/filter/state.ts';
import type { LineRule } from '../../runtime/model/kinds/line.ts';
import { tcpFrame } from '../../runtime/protocols/modbus/adu/frames.ts';
import { buildRequest } from '../../runtime/protocols/modbus/pdu/request.ts';
import { ModbusRule } from '../../runtime/protocols/modbus/rules.ts';
import { soundRequest } from '../protocols/modbus/arbitraries.ts';

const ANY = { action: 'accept', units: [], functions: [], registers: [], values: [], log: false } as const;
const CAN = { ids: [], format: 'any', remote: 'any', type: 'any', lengths: [], action: 'accept', log: false } as const;
const HOLDING = { table: 'holding', first: 0, last: 99 } as const;

function wire(...guards: readonly (readonly LineRule[])[]): GuardedEnd {
  return {
    end: 'vm.cell/a',
    guards: guards.map((rules, place) => ({ firewall: `wall-${place + 1}`, rules: [...rules] })),
  };
}

const asked = (end: GuardedEnd, text: string) => explainFrame('modbus', end, 'from-vm', givenFrame('modbus', text));

describe('why a frame passes the rules of a line', () => {
  it('names the rule that lets it pass, and its place as it is drawn', () => {
    const end = wire([
      { ...ANY, id: 'others', direction: 'to-vm' },
      { ...ANY, id: 'reads', functions: [3] },
    ]);
    assert.deepEqual(asked(end, '03 03 00 0a 00 02'), {
      ...{ says: 'unit 3, read holding registers, address 10, quantity 2', accepted: true, gates: [] },
      guards: [{ firewall: 'wall-1', accepted: true, by: { rule: 'reads', number: 2 } }],
    });
  });

  it('names the rule that nearly did when none fits, and what of the frame is otherwise', () => {
    const end = wire([
      { ...ANY, id: 'far', units: [{ first: 9, last: 9 }], functions: [6] },
      { ...ANY, id: 'near', units: [{ first: 3, last: 3 }], functions: [3], registers: [HOLDING] },
    ]);
    assert.deepEqual(asked(end, '{"unit": 3, "function": 3, "address": 98, "quantity": 4}').guards, [
      {
        ...{ firewall: 'wall-1', accepted: false },
        nearest: {
          ...{ rule: 'near', number: 2 },
          differs: ['it is not true that what it reads lies wholly in holding 0 to 99: it is 98 to 101'],
        },
      },
    ]);
  });

  it('tells nothing of rules behind the one that denies, and nothing of firewalls behind that', () => {
    const denies = { ...ANY, id: 'no', action: 'drop', functions: [6] } as const;
    const end = wire(
      [{ ...ANY, id: 'all' }],
      [{ ...ANY, id: 'reads', functions: [3] }, denies, { ...ANY, id: 'late', functions: [6] }],
      [{ ...ANY, id: 'all' }],
    );
    const { accepted, guards } = asked(end, '010600010002');
    assert.equal(accepted, false);
    assert.deepEqual(
      guards.map(({ firewall, by, nearest }) => [firewall, by?.rule, nearest?.rule]),
      [
        ['wall-1', 'all', undefined],
        ['wall-2', 'no', 'reads'],
      ],
    );
  });

  it('says what becomes of what is above the rate of the rule', () => {
    const rate = { requests: 10, per: 'second', burst: 10 };
    const [guard] = asked(wire([{ ...ANY, id: 'slowly', rate }]), '010300000001').guards;
    assert.deepEqual([guard?.accepted, guard?.by?.rule, guard?.aboveRate], [true, 'slowly', { accepted: false }]);
    const [other] = asked(
      wire([
        { ...ANY, id: 'slowly', rate },
        { ...ANY, id: 'rest' },
      ]),
      '010300000001',
    ).guards;
    assert.deepEqual(other?.aboveRate, { accepted: true, by: { rule: 'rest', number: 2 } });
  });

  it('looks at what a VM hears on a CAN bus by the rules for that way', () => {
    const end = wire([
      { ...CAN, id: 'says', direction: 'from-vm' },
      { ...CAN, id: 'hears', direction: 'to-vm', format: 'standard', ids: [{ first: 0x100, last: 0x1ff }] },
    ]);
    const frame = givenFrame('can', '00000123#1122');
    assert.equal(explainFrame('can', end, 'from-vm', frame).accepted, true);
    assert.deepEqual(explainFrame('can', end, 'to-vm', frame).guards[0]?.nearest, {
      ...{ rule: 'hears', number: 2 },
      differs: ['it is not true that it is standard: it is 1'],
    });
  });

  it('names the gates that stand before the firewalls', () => {
    const end = { ...wire(), gates: ['gate.cell/door'] } as const;
    assert.deepEqual(asked(end, '010300000001').gates, ['gate.cell/door']);
  });

  for (const [protocol, text] of [
    ['modbus', ''],
    ['modbus', 'abc'],
    ['modbus', '{"unit": 3'],
    ['modbus', '01'.repeat(2_500)],
    ['can', '12#34'],
    ['can', '123#1'],
  ] as const)
    it(`refuses what is no frame of ${protocol}: ${text.slice(0, 12)}`, () =>
      assert.throws(() => givenFrame(protocol, text), { code: 'GW_FRAME_UNREADABLE' }));

  it('never says otherwise than the rules themselves do', () => {
    const range = fc.tuple(fc.nat(200), fc.nat(200)).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
    const rule = fc.record({
      action: fc.constantFrom('accept', 'drop'),
      units: fc.array(range, { maxLength: 1 }),
      functions: fc.subarray([1, 3, 5, 6, 16]),
      registers: fc.array(
        range.map(places => ({ table: 'holding', ...places })),
        { maxLength: 1 },
      ),
    });
    const rules = fc
      .array(rule, { maxLength: 5 })
      .map(list => list.map((one, place) => ({ ...ANY, ...one, id: `rule-${place}` })))
      .map(list => list.filter(one => ModbusRule.safeParse(one).success));
    fc.assert(
      fc.property(rules, fc.nat(255), soundRequest, (list, unit, request) => {
        const end = wire(list);
        const pdu = buildRequest(request);
        const { accepted, guards } = explainFrame('modbus', end, 'from-vm', Uint8Array.of(unit, ...pdu));
        const [{ program } = assert.fail()] = programsOf('modbus', end, 'from-vm');
        const decision = interpret(program, tcpFrame(0, unit, pdu), 0, freshState(program));
        assert.equal(accepted, isAccepted(decision));
        const near = guards[0]?.nearest;
        assert.ok(near === undefined || (!accepted && list[near.number - 1]?.action === 'accept'));
      }),
    );
  });
});
