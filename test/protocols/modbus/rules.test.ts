import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ruleOf, verdictOf } from '../../../runtime/lanes/filter/decision.ts';
import { explain, explanationLines } from '../../../runtime/lanes/filter/explain.ts';
import { generateFilter } from '../../../runtime/lanes/filter/generate.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import { FilterProgram } from '../../../runtime/lanes/filter/ir.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import { type Asked, lowerModbus, ModbusFirewall, ModbusRule } from '../../../runtime/protocols/modbus/rules.ts';
import { decode, meant } from './rule-meaning.ts';

const FUNCTIONS = [1, 2, 3, 4, 5, 6, 15, 16, 22, 23, 43] as const;

/** A Modbus TCP frame around a PDU. */
function adu(unit: number, ...pdu: readonly number[]): Uint8Array {
  return Uint8Array.of(0, 1, 0, 0, (pdu.length + 1) >> 8, (pdu.length + 1) & 255, unit, ...pdu);
}

function be(...words: readonly number[]): number[] {
  return words.flatMap(word => [word >> 8, word & 255]);
}

const read = (code: number, first: number, count: number) => adu(1, code, ...be(first, count));
const write = (address: number, value: number) => adu(1, 6, ...be(address, value));
const writeMany = (first: number, ...values: readonly number[]) =>
  adu(1, 16, ...be(first, values.length), 2 * values.length, ...be(...values));
const readWrite = (from: number, count: number, to: number, ...values: readonly number[]) =>
  adu(1, 23, ...be(from, count, to, values.length), 2 * values.length, ...be(...values));
const switchCoils = (first: number, ...values: readonly number[]) => {
  const bytes = Array.from({ length: Math.ceil(values.length / 8) }, (_, at) =>
    values.slice(8 * at, 8 * at + 8).reduce((byte, value, bit) => byte | (value << bit), 0),
  );
  return adu(1, 15, ...be(first, values.length), bytes.length, ...bytes);
};
const mask = (address: number, and: number, or: number) => adu(1, 22, ...be(address, and, or));

function rule(rest: Partial<ModbusRule> = {}): ModbusRule {
  const all = {
    id: 'rule',
    units: [],
    functions: [],
    registers: [],
    values: [],
    action: 'accept' as const,
    log: false,
  };
  return ModbusRule.parse({ ...all, ...rest });
}

function firewall(...rules: readonly ModbusRule[]): ModbusFirewall {
  const named = rules.map((each, place) => ({ ...each, id: `rule-${place}` }));
  return ModbusFirewall.parse({ rules: named, otherwise: { action: 'drop', log: false } });
}

/** Whether a rule alone matches a frame. */
function fits(rest: Partial<ModbusRule>, frame: Uint8Array): boolean {
  const program = lowerModbus(firewall(rule(rest)));
  return ruleOf(interpret(program, frame, 1, freshState(program))) === 0;
}

const holding = (first: number, last: number) => ({ registers: [{ table: 'holding' as const, first, last }] });

describe('a Modbus rule that accepts', () => {
  it('wants the whole of a read inside its registers', () => {
    const rest = holding(100, 109);
    for (const [first, count] of [
      [100, 10],
      [100, 1],
      [109, 1],
      [105, 5],
    ] as const)
      assert.equal(fits(rest, read(3, first, count)), true, `${first} and ${count}`);
    for (const [first, count] of [
      [99, 1],
      [99, 2],
      [100, 11],
      [109, 2],
      [110, 1],
      [95, 20],
      [0, 125],
    ] as const)
      assert.equal(fits(rest, read(3, first, count)), false, `${first} and ${count}`);
  });

  it('takes ranges that touch for one', () => {
    const registers = [...holding(110, 119).registers, ...holding(100, 109).registers];
    assert.equal(fits({ registers }, read(3, 105, 10)), true);
    assert.equal(
      fits({ registers: [...holding(100, 109).registers, ...holding(111, 119).registers] }, read(3, 105, 10)),
      false,
    );
  });

  it('does not take one table for another', () => {
    const rest = holding(0, 65_535);
    assert.deepEqual(
      [1, 2, 3, 4].map(code => fits(rest, read(code, 0, 1))),
      [false, false, true, false],
    );
    assert.equal(fits(rest, adu(1, 5, ...be(0, 0xff00))), false);
  });

  it('wants both rows of a read/write inside', () => {
    const rest = holding(100, 109);
    assert.equal(fits(rest, readWrite(100, 10, 108, 1, 2)), true);
    assert.equal(fits(rest, readWrite(99, 2, 108, 1, 2)), false);
    assert.equal(fits(rest, readWrite(100, 10, 109, 1, 2)), false);
  });

  it('wants every written value inside, and reads have none', () => {
    const rest = {
      ...holding(0, 99),
      values: [
        { least: 10, most: 20 },
        { least: 30, most: 30 },
      ],
    };
    assert.equal(fits(rest, read(3, 0, 5)), true);
    assert.deepEqual(
      [9, 10, 20, 21, 30].map(value => fits(rest, write(5, value))),
      [false, true, true, false, true],
    );
    assert.equal(fits(rest, writeMany(5, 10, 20, 30)), true);
    assert.equal(fits(rest, writeMany(5, 10, 25, 30)), false);
    assert.equal(fits(rest, readWrite(0, 1, 5, 10, 31)), false);
  });

  it('takes the values of coils for 0 and 1', () => {
    const off = { values: [{ least: 0, most: 0 }], registers: [{ table: 'coil' as const, first: 0, last: 99 }] };
    assert.equal(fits(off, adu(1, 5, ...be(7, 0))), true);
    assert.equal(fits(off, adu(1, 5, ...be(7, 0xff00))), false);
    assert.equal(fits(off, switchCoils(7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), true);
    assert.equal(fits(off, switchCoils(7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)), false);
  });

  it('takes a mask write with values only when the request tells what is written', () => {
    const rest = { ...holding(0, 99), values: [{ least: 10, most: 20 }] };
    assert.equal(fits(rest, mask(5, 0, 15)), true);
    assert.equal(fits(rest, mask(5, 0, 21)), false);
    assert.equal(fits(rest, mask(5, 0xff00, 15)), false);
    assert.equal(fits({ ...rest, values: [] }, mask(5, 0xff00, 15)), true);
  });

  it('takes an unknown function only where neither registers nor values are named', () => {
    const strange = adu(1, 65, 1, 2, 3);
    assert.equal(fits({}, strange), true);
    assert.equal(fits({ functions: [65] }, strange), true);
    assert.equal(fits({ functions: [66] }, strange), false);
    assert.equal(fits(holding(0, 65_535), strange), false);
    assert.equal(fits({ values: [{ least: 0, most: 65_535 }] }, strange), false);
  });

  it('looks at the unit', () => {
    const units = [
      { first: 1, last: 1 },
      { first: 7, last: 9 },
    ];
    assert.deepEqual(
      [0, 1, 2, 7, 9, 10].map(unit => fits({ units }, adu(unit, 3, ...be(0, 1)))),
      [false, true, false, true, true, false],
    );
  });

  it('never takes a malformed request', () => {
    const bad = {
      'no protocol of Modbus': read(3, 0, 1).with(3, 1),
      'a wrong length': read(3, 0, 1).with(5, 7),
      'a byte too many': adu(1, 3, ...be(0, 1), 0),
      'a byte too few': adu(1, 3, 0, 0, 0),
      'a quantity of 0': read(3, 5, 0),
      'a quantity of 126': read(3, 0, 126),
      'an end over the last address': read(3, 65_535, 2),
      'a coil that is neither on nor off': adu(1, 5, ...be(0, 1)),
      'a byte count that does not fit the registers': adu(1, 16, ...be(0, 2), 2, ...be(1)),
      'a byte count that does not fit the coils': adu(1, 15, ...be(0, 9), 1, 0),
      'data shorter than its byte count': adu(1, 16, ...be(0, 2), 4, ...be(1)),
      'data longer than its byte count': adu(1, 16, ...be(0, 1), 2, ...be(1, 2)),
      'a function of 0': adu(1, 0, 1, 2),
      'the function of an exception': adu(1, 0x83, 2),
      'nothing behind the header': adu(1),
      'more than Modbus carries': adu(1, 65, ...Array(253).fill(0)),
    };
    for (const [what, frame] of Object.entries(bad)) assert.equal(fits({}, frame), false, what);
    assert.equal(fits({}, new Uint8Array(0)), false, 'no byte');
  });
});

describe('a Modbus rule that drops or rejects', () => {
  const action = 'drop' as const;

  it('takes a request that touches its registers, so that none slips through half inside', () => {
    const rest = { ...holding(100, 109), action };
    assert.equal(fits(rest, read(3, 95, 5)), false);
    assert.equal(fits(rest, read(3, 95, 6)), true);
    assert.equal(fits(rest, read(3, 95, 100)), true);
    assert.equal(fits(rest, read(3, 110, 5)), false);
    assert.equal(fits(rest, readWrite(0, 1, 99, 1, 2)), true);
    assert.equal(fits(rest, readWrite(0, 1, 98, 1, 2)), false);
  });

  it('takes a request that writes one of its values', () => {
    const rest = { ...holding(0, 99), values: [{ least: 1000, most: 65_535 }], action };
    assert.equal(fits(rest, writeMany(5, 1, 2, 1000)), true);
    assert.equal(fits(rest, writeMany(5, 1, 2, 999)), false);
    assert.equal(fits(rest, read(3, 0, 10)), false);
    assert.equal(fits(rest, readWrite(50, 1, 200, 2000)), false, 'what it writes lies elsewhere');
    assert.equal(fits(rest, mask(5, 0xffff, 0)), true, 'the register may hold anything');
  });
});

describe('a Modbus firewall', () => {
  it('answers what it rejects with the exception of the rule', () => {
    const rejecting = rule({ functions: [5, 6, 15, 16], action: 'reject', exception: 'illegal-data-address' });
    const program = lowerModbus({
      rules: [rejecting, rule({ id: 'reads', functions: [3] })],
      otherwise: { action: 'reject', exception: 'illegal-function', log: true },
    });
    const state = freshState(program);
    const verdicts = [write(1, 1), read(3, 1, 1), read(4, 1, 1)].map(frame =>
      verdictOf(interpret(program, frame, 1, state)),
    );
    assert.deepEqual(verdicts, [
      { action: 'reject', answer: 2 },
      { action: 'accept' },
      { action: 'reject', answer: 1 },
    ]);
  });

  it('explains in its own words why it denies a request', () => {
    const reads = rule({ functions: [3], units: [{ first: 1, last: 1 }], ...holding(100, 109) });
    const writes = rule({ functions: [6], ...holding(0, 49), values: [{ least: 0, most: 500 }] });
    const program = lowerModbus(firewall(reads, writes));
    const lines = (frame: Uint8Array) => explanationLines(explain(program, frame));
    assert.deepEqual(lines(read(3, 95, 10)), [
      'denied: no rule fits',
      'rule 1, rule-0, did not decide: it is not true that what it reads lies wholly in holding 100 to 109: it is 95 to 104',
      'rule 2, rule-1, did not decide: it is not true that the function is 6 (write single register): it is 3',
    ]);
    assert.deepEqual(lines(write(60, 501)).slice(2), [
      'rule 2, rule-1, did not decide: it is not true that what it writes lies wholly in holding 0 to 49: it is 60 and it is not true that the written value is 0 to 500: it is 501',
    ]);
    assert.deepEqual(explanationLines(explain(lowerModbus(firewall(rule(holding(0, 9)))), adu(1, 65))).slice(1), [
      'rule 1, rule-0, did not decide: it is not true that the function is 3 (read holding registers): it is 65; or it is not true that the function is 6 (write single register): it is 65; or 3 more of the kind',
    ]);
    assert.deepEqual(lines(write(60, 5).with(5, 7)).slice(2), [
      'rule 2, rule-1, did not decide: it is not true that the frame is as long as its header says and it is not true that what it writes lies wholly in holding 0 to 49: it is 60',
    ]);
  });

  it('has a program for each side that asks, with its rules at the same places in all', () => {
    const walls = firewall(
      rule({ functions: [3], direction: 'from-vm' }),
      rule({ functions: [3], direction: 'to-vm', action: 'reject', exception: 'device-busy' }),
      rule({ functions: [4], direction: 'both' }),
      rule({ functions: [4] }),
    );
    const decides = (asked: Asked, frame: Uint8Array) => {
      const program = lowerModbus(walls, asked);
      assert.deepEqual(
        FilterProgram.parse(program).rules.map(({ id }) => id),
        ['rule-0', 'rule-1', 'rule-2', 'rule-3'],
      );
      return ruleOf(interpret(program, frame, 1, freshState(program)));
    };
    assert.deepEqual(
      (['from-vm', 'to-vm', 'unknown'] as const).map(asked => [3, 4].map(code => decides(asked, read(code, 0, 1)))),
      [
        [0, 2],
        [1, 2],
        [1, 2], // who is not known is let pass by no rule for one side, and denied by each
      ],
    );
  });

  it('explains that a request came from the other side', () => {
    const program = lowerModbus(firewall(rule({ direction: 'to-vm' })), 'from-vm');
    const [, why] = explanationLines(explain(program, read(3, 0, 1)));
    assert.match(
      why ?? '',
      /rule-0, did not decide: it is not true that it is asked from the side that the rule names/,
    );
  });

  it('hands what is above the rate of a rule on to the next', () => {
    const rate = { requests: 2, per: 'minute' as const, burst: 1 };
    const program = lowerModbus(
      firewall(rule({ functions: [6], rate }), rule({ action: 'reject', exception: 'device-busy' })),
    );
    const state = freshState(program);
    const places = [0, 1, 29_999, 30_000].map(after => ruleOf(interpret(program, write(1, 1), 1.7e12 + after, state)));
    assert.deepEqual(places, [0, 1, 1, 0]);
  });

  const refused: Record<string, unknown> = {
    'a rule that nothing can match': { ...rule(), functions: [4], ...holding(0, 9) },
    'a coil that is neither on nor off': { ...rule(), functions: [5], values: [{ least: 2, most: 9 }] },
    'a reject without its exception': { ...rule(), action: 'reject' },
    'an exception for what is accepted': { ...rule(), exception: 'device-busy' },
    'an exception that is none': { ...rule(), action: 'reject', exception: 'go-away' },
    'a range that runs backwards': { ...rule(), ...holding(9, 8) },
    'an address that there is not': { ...rule(), ...holding(0, 65_536) },
    'a function that is none': { ...rule(), functions: [128] },
    'a table that there is not': { ...rule(), registers: [{ table: 'relay', first: 0, last: 1 }] },
    'a field it does not know': { ...rule(), comment: 'x' },
  };
  for (const [what, value] of Object.entries(refused))
    it(`refuses ${what}`, () => assert.equal(ModbusRule.safeParse(value).success, false));

  it('refuses two rules of one name, and rules too large for one filter', () => {
    const otherwise = { action: 'drop', log: false };
    assert.equal(ModbusFirewall.safeParse({ rules: [rule(), rule()], otherwise }).success, false);
    const large = Array.from({ length: 64 }, (_, index) => ({
      table: 'holding' as const,
      first: 9 * index,
      last: 9 * index,
    }));
    const rules = Array.from({ length: 1024 }, (_, place) => ({ ...rule({ registers: large }), id: `rule-${place}` }));
    assert.equal(ModbusFirewall.safeParse({ rules, otherwise }).success, false);
  });

  it('means what its rules say in words, for any rules and any requests', () => {
    const tally = new Map<string, number>();
    fc.assert(
      fc.property(firewalls, fc.array(frames, { minLength: 60, maxLength: 60 }), (walls, shots) => {
        const program = FilterProgram.parse(lowerModbus(walls));
        const { decide } = generateFilter(program);
        const state = freshState(program);
        for (const frame of shots) {
          const place = meant(walls, frame);
          assert.equal(ruleOf(interpret(program, frame, 1, state)), place);
          assert.equal(ruleOf(decide(frame, 0, frame.length, 1, state)), place);
          const asked = decode(frame);
          const what =
            asked === undefined ? 'malformed' : `${asked.code} ${place === -1 ? 'denied' : walls.rules[place]?.action}`;
          tally.set(what, (tally.get(what) ?? 0) + 1);
        }
      }),
      { numRuns: 1000 },
    );
    for (const code of FUNCTIONS)
      for (const fate of ['denied', 'accept', 'drop']) {
        const seen = tally.get(`${code} ${fate}`) ?? 0;
        assert.ok(seen > 50, `function ${code} was ${fate} ${seen} times`);
      }
    assert.ok((tally.get('malformed') ?? 0) > 1000);
  });
});

// Random firewalls and requests: a small field, so that they meet.

const spot = fc.oneof({ weight: 10, arbitrary: fc.nat({ max: 24 }) }, fc.integer({ min: 65_520, max: 65_535 }));
const ends = fc.tuple(spot, spot).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
const anyFunction = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<number[]>(...FUNCTIONS) },
  fc.integer({ min: 1, max: 127 }),
);
const rules = fc
  .record(
    {
      units: fc.oneof(fc.constant([]), fc.constant([{ first: 1, last: 2 }])),
      functions: fc.oneof(fc.constant([]), fc.array(anyFunction, { maxLength: 4 })),
      registers: fc.oneof(
        fc.constant([]),
        fc
          .array(
            fc.tuple(fc.constantFrom('coil', 'discrete', 'holding', 'input'), fc.oneof(ends, fc.constant([0, 65_535]))),
            { maxLength: 4 },
          )
          .map(list => list.map(([table, [first, last]]) => ({ table, first, last }))),
      ),
      values: fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        fc
          .array(fc.oneof(ends, fc.constant([0, 65_535])), { maxLength: 3 })
          .map(list => list.map(([least, most]) => ({ least, most }))),
      ),
      action: fc.constantFrom('accept', 'accept', 'drop'),
      log: fc.boolean(),
    },
    { noNullPrototype: true },
  )
  .map(rest => ModbusRule.safeParse({ id: 'rule', ...rest }))
  .filter(parsed => parsed.success)
  .map(parsed => parsed.data as ModbusRule);
const firewalls = fc.array(rules, { minLength: 1, maxLength: 6 }).map(list => firewall(...list));

const count = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: 1, max: 12 }) },
  fc.constantFrom(0, 121, 123, 124, 125, 126, 1968, 2000, 2001),
);
const values = fc.array(spot, { minLength: 1, maxLength: 12 });
const bits = fc.oneof(
  fc.array(fc.nat({ max: 1 }), { minLength: 1, maxLength: 20 }),
  fc.integer({ min: 1, max: 20 }).map(n => Array<number>(n).fill(0)),
);
const sound: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.tuple(fc.constantFrom(1, 2, 3, 4), spot, count).map(([code, first, most]) => read(code, first, most)),
  fc.tuple(spot, fc.constantFrom(0, 0xff00)).map(([address, value]) => adu(1, 5, ...be(address, value))),
  fc.tuple(spot, spot).map(([address, value]) => write(address, value)),
  fc.tuple(spot, bits).map(([first, list]) => switchCoils(first, ...list)),
  fc.tuple(spot, values).map(([first, list]) => writeMany(first, ...list)),
  fc.tuple(spot, fc.constantFrom(0, 0, 0xff00), spot).map(([address, and, or]) => mask(address, and, or)),
  fc.tuple(spot, count, spot, values).map(([from, most, to, list]) => readWrite(from, most, to, ...list)),
  fc.tuple(fc.constantFrom(1, 2, 3, 4, 5), fc.nat({ max: 6 })).map(([kind, object]) => adu(1, 43, 14, kind, object)),
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 20 }))
    .map(([code, rest]) => adu(1, code, ...rest)),
);
const frames = fc
  .tuple(
    sound,
    fc.constantFrom(0, 1, 2, 3),
    fc.option(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 255 })), { freq: 4 }),
    fc.constantFrom(0, 0, 0, 0, 0, 0, 0, -1, 1),
  )
  .map(([frame, unit, change, cut]) => {
    const whole = Uint8Array.from([...frame, 0].slice(0, frame.length + cut)).with(6, unit);
    return change === null || change[0] >= whole.length ? whole : whole.with(change[0], change[1]);
  });
