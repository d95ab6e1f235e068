import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAccepted } from '../../../runtime/lanes/filter/decision.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import { tcpFrame } from '../../../runtime/protocols/modbus/adu/frames.ts';
import { modbusLearning } from '../../../runtime/protocols/modbus/learn.ts';
import { buildRequest, type ModbusRequest } from '../../../runtime/protocols/modbus/pdu/request.ts';
import { ModbusRule } from '../../../runtime/protocols/modbus/rules.ts';
import { modbusWords } from '../../../runtime/protocols/modbus/words.ts';
import { soundRequest } from './arbitraries.ts';

type Said = readonly [unit: number, request: ModbusRequest];

function learned(said: readonly Said[]) {
  const learner = modbusLearning.learner();
  for (const [unit, request] of said) learner.take(frameOf(unit, buildRequest(request)));
  return learner.propose();
}

function frameOf(unit: number, pdu: Uint8Array) {
  return { atMs: 0, way: 'from-vm', request: Uint8Array.of(unit, ...pdu) } as const;
}

/** What a firewall with the proposed rules says. */
function judgeOf(said: readonly Said[]) {
  const program =
    modbusWords.guard?.(
      'wall',
      learned(said).rules.map(({ rule }) => rule),
    ).fromVm ?? assert.fail();
  return (unit: number, pdu: Uint8Array) =>
    isAccepted(interpret(program, tcpFrame(0, unit, pdu), 0, freshState(program)));
}

const read = (unit: number, address: number, quantity = 2): Said => [unit, { function: 3, address, quantity }];
const write = (unit: number, address: number, value: number): Said => [unit, { function: 6, address, value }];
const some: fc.Arbitrary<readonly Said[]> = fc.array(fc.tuple(fc.nat(255), soundRequest), {
  minLength: 1,
  maxLength: 30,
});

describe('rules learned from what is asked on a Modbus line', () => {
  it('are one for each unit and function, with registers that touch in one range', () => {
    const { rules, taken, unsound } = learned([read(3, 10), read(3, 12), read(3, 40), write(3, 7, 5), write(3, 7, 24)]);
    assert.deepEqual([taken, unsound], [5, 0]);
    const common = { action: 'accept', direction: 'from-vm', units: [{ first: 3, last: 3 }], log: false };
    assert.deepEqual(rules, [
      {
        rule: {
          ...{ ...common, id: 'f3-u3', functions: [3], values: [] },
          registers: [
            { table: 'holding', first: 10, last: 13 },
            { table: 'holding', first: 40, last: 41 },
          ],
        },
        frames: 3,
      },
      {
        rule: {
          ...{ ...common, id: 'f6-u3', functions: [6], values: [{ least: 5, most: 24 }] },
          registers: [{ table: 'holding', first: 7, last: 7 }],
        },
        frames: 2,
      },
    ]);
  });

  it('are one for units that are asked alike', () =>
    assert.deepEqual(
      learned([read(3, 10), read(5, 10), read(4, 10), read(9, 11)]).rules.map(({ rule, frames }) => [
        rule.units,
        frames,
      ]),
      [
        [[{ first: 3, last: 5 }], 3],
        [[{ first: 9, last: 9 }], 1],
      ],
    ));

  it('name functions whose meaning is not known, and count what is no request', () => {
    const learner = modbusLearning.learner();
    for (const pdu of [[8, 0, 0, 1, 2], [3, 0, 0, 0, 0], [0x83, 1], []]) learner.take(frameOf(7, Uint8Array.from(pdu)));
    const { rules, taken, unsound } = learner.propose();
    assert.deepEqual([taken, unsound], [1, 3]);
    assert.deepEqual(
      rules.map(({ rule }) => [rule.functions, rule.registers]),
      [[[8], []]],
    );
  });

  it('let pass everything that was said', () =>
    fc.assert(
      fc.property(some, said => {
        const accepts = judgeOf(said);
        for (const [unit, request] of said)
          assert.ok(accepts(unit, buildRequest(request)), JSON.stringify([unit, request]));
      }),
    ));

  it('let pass nothing of a unit that was not asked by that function', () =>
    fc.assert(
      fc.property(some, fc.nat(255), soundRequest, (said, unit, request) => {
        fc.pre(!said.some(([other, one]) => other === unit && one.function === request.function));
        assert.equal(judgeOf(said)(unit, buildRequest(request)), false);
      }),
    ));

  it('let pass no value beyond those that were written, and no register beyond the ranges', () => {
    const accepts = judgeOf([write(3, 7, 5), write(3, 7, 9), read(3, 10)]);
    const pdu = (said: Said) => buildRequest(said[1]);
    assert.deepEqual(
      [write(3, 7, 7), write(3, 7, 10), write(3, 8, 5), read(3, 10), read(3, 9), read(3, 11)].map(said =>
        accepts(said[0], pdu(said)),
      ),
      [true, false, false, true, false, false],
    );
  });

  it('stay few and whole when somebody asks everybody everything', () => {
    const said = Array.from({ length: 255 }, (_, unit) => [
      read(unit, (unit * 1_000) % 65_000),
      write(unit, (unit * 777) % 65_000, unit),
    ]).flat();
    const { rules } = learned(said);
    assert.deepEqual(rules.length, 2);
    assert.ok(rules.every(({ rule }) => (rule.registers as readonly unknown[]).length <= 64));
    const accepts = judgeOf(said);
    assert.ok(said.every(([unit, request]) => accepts(unit, buildRequest(request))));
    assert.equal(accepts(255, buildRequest(read(0, 0)[1])), false);
  });

  it('stay few and whole when every unit is asked for registers that lie far apart', () => {
    const said = Array.from({ length: 247 * 64 }, (_, at) => {
      const [unit, request] = read(1 + (at % 247), (at * 4) % 65_000);
      return [
        [unit, request],
        [unit, { ...request, function: 4 }],
      ] as Said[];
    }).flat();
    const { rules } = learned(said);
    assert.deepEqual(
      rules.map(({ rule }) => ModbusRule.safeParse(rule).success),
      [true, true],
    );
    const accepts = judgeOf(said);
    assert.ok(said.every(([unit, request]) => accepts(unit, buildRequest(request))));
  });

  it('are as many as hold the units, and none of those in between', () => {
    const said = Array.from({ length: 100 }, (_, at) => read(1 + 2 * at, 10));
    const { rules } = learned(said);
    assert.deepEqual(
      rules.map(({ rule, frames }) => [rule.id, ModbusRule.safeParse(rule).success, frames]),
      [
        ['f3-u1', true, 64],
        ['f3-u129', true, 36],
      ],
    );
    const accepts = judgeOf(said);
    const pdu = buildRequest(read(1, 10)[1]);
    assert.deepEqual(
      [1, 2, 127, 128, 129, 199, 200].map(unit => accepts(unit, pdu)),
      [true, false, true, false, true, true, false],
    );
  });
});
