import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAccepted, ruleOf } from '../../../runtime/lanes/filter/decision.ts';
import { explain, explanationLines } from '../../../runtime/lanes/filter/explain.ts';
import { generateFilter } from '../../../runtime/lanes/filter/generate.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import { FilterProgram } from '../../../runtime/lanes/filter/ir.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import {
  type CanFrame,
  checkFrame,
  FD_LENGTHS,
  frameProblem,
  readFrame,
  writeFrame,
} from '../../../runtime/protocols/can/frame.ts';
import { CanFirewall, CanRule, lowerCan } from '../../../runtime/protocols/can/rules.ts';

function rule(rest: Partial<CanRule> = {}): CanRule {
  const any = { ids: [], format: 'any', remote: 'any', type: 'any', lengths: [] } as const;
  return CanRule.parse({ id: 'rule', ...any, action: 'accept', log: false, ...rest });
}

function firewall(...rules: readonly CanRule[]): CanFirewall {
  return CanFirewall.parse({ rules: rules.map((each, place) => ({ ...each, id: `rule-${place}` })), logDenied: true });
}

/** The bytes of a frame in a lane. What lies behind them is anything. */
function bytes(message: object): Uint8Array {
  const into = new Uint8Array(80).fill(0xa5);
  return into.subarray(0, writeFrame(checkFrame(message), into));
}

function fits(rest: Partial<CanRule>, frame: Uint8Array): boolean {
  const program = lowerCan(firewall(rule(rest)));
  return isAccepted(interpret(program, frame, 1, freshState(program)));
}

describe('a CAN rule', () => {
  it('matches identifiers by ranges, whose ends are inside', () => {
    const ids = [
      { first: 0x100, last: 0x10f },
      { first: 0x7ff, last: 0x7ff },
    ];
    assert.deepEqual(
      [0xff, 0x100, 0x10f, 0x110, 0x7ff].map(id => fits({ ids }, bytes({ id }))),
      [false, true, true, false, true],
    );
  });

  it('matches identifiers by masks', () => {
    const ids = [
      { id: 0x123, mask: 0x7f0 },
      { id: 0x18fef100, mask: 0x1fffff00 },
    ];
    assert.deepEqual(
      [0x120, 0x12f, 0x130].map(id => fits({ ids }, bytes({ id }))),
      [true, true, false],
    );
    assert.equal(fits({ ids }, bytes({ id: 0x18fef142, ext: true })), true);
    assert.equal(fits({ ids }, bytes({ id: 0x18fef242, ext: true })), false);
  });

  it('tells the formats apart, also where the numbers are the same', () => {
    const ids = [{ first: 0x123, last: 0x123 }];
    const [short, long] = [bytes({ id: 0x123 }), bytes({ id: 0x123, ext: true })];
    assert.deepEqual(
      [short, long].map(frame => fits({ ids, format: 'standard' }, frame)),
      [true, false],
    );
    assert.deepEqual(
      [short, long].map(frame => fits({ ids, format: 'extended' }, frame)),
      [false, true],
    );
    assert.deepEqual(
      [short, long].map(frame => fits({ ids }, frame)),
      [true, true],
    );
  });

  it('tells remote frames from those with data, and FD ones from classic ones', () => {
    const frames = [
      bytes({ id: 1, data: [1] }),
      bytes({ id: 1, rtr: true, length: 1 }),
      bytes({ id: 1, fd: true, data: [1] }),
    ];
    assert.deepEqual(
      frames.map(frame => fits({ remote: 'data' }, frame)),
      [true, false, true],
    );
    assert.deepEqual(
      frames.map(frame => fits({ remote: 'remote' }, frame)),
      [false, true, false],
    );
    assert.deepEqual(
      frames.map(frame => fits({ type: 'classic' }, frame)),
      [true, true, false],
    );
    assert.deepEqual(
      frames.map(frame => fits({ type: 'fd' }, frame)),
      [false, false, true],
    );
  });

  it('counts lengths in bytes, also where the length code is another', () => {
    const lengths = [{ least: 2, most: 12 }];
    const frame = (length: number) => bytes({ id: 1, fd: true, data: Array(length).fill(0) });
    assert.deepEqual(
      [1, 2, 8, 12, 16].map(length => fits({ lengths }, frame(length))),
      [false, true, true, true, false],
    );
  });

  it('looks at data under its mask, and not at what lies behind them', () => {
    const data = { mask: '00f0', value: 'ff25' };
    assert.equal(fits({ data }, bytes({ id: 1, data: [9, 0x2a] })), true);
    assert.equal(fits({ data }, bytes({ id: 1, data: [9, 0x3a] })), false);
    const short = bytes({ id: 1, data: [9] }).with(9, 0x2a);
    assert.equal(fits({ data }, short), false, 'the byte is in the slot, not in the frame');
    const remote = bytes({ id: 1, rtr: true, length: 8 }).with(9, 0x2a);
    assert.equal(fits({ data }, remote), false);
    assert.equal(
      fits({ data: { mask: 'ff00', value: '0700' } }, bytes({ id: 1, data: [7] })),
      true,
      'a zero mask needs no byte',
    );
  });

  it('never matches what cannot be on a bus', () => {
    const bad = {
      'an error frame': bytes({ id: 1 }).with(3, 0x20),
      'a standard identifier of 12 bits': bytes({ id: 1 }).with(1, 0x08),
      'nine bytes in a classic frame': bytes({ id: 1 }).with(4, 9),
      'nine bytes in an FD frame': bytes({ id: 1, fd: true }).with(4, 9),
      'a remote FD frame': bytes({ id: 1, fd: true }).with(3, 0x40),
      'a frame of 71 bytes': bytes({ id: 1, fd: true }).subarray(0, 71),
      'no byte': new Uint8Array(0),
    };
    for (const [what, frame] of Object.entries(bad)) assert.equal(fits({}, frame), false, what);
  });

  it('hands what is above its rate on to the next', () => {
    const rate = { frames: 100, per: 'second' as const, burst: 2 };
    const program = lowerCan(firewall(rule({ rate }), rule({ action: 'drop' })));
    const state = freshState(program);
    const places = [0, 0, 0, 9, 10].map(after => ruleOf(interpret(program, bytes({ id: 1 }), 1.7e12 + after, state)));
    assert.deepEqual(places, [0, 0, 1, 1, 0]);
  });

  const refused: Record<string, object> = {
    'a range that runs backwards': { ids: [{ first: 2, last: 1 }] },
    'an identifier of 30 bits': { ids: [{ first: 0, last: 0x2000_0000 }] },
    'a range and a mask in one': { ids: [{ first: 0, last: 1, mask: 1 }] },
    'a standard identifier of 12 bits': { format: 'standard', ids: [{ first: 0x800, last: 0x800 }] },
    'data of a remote frame': { remote: 'remote', data: { mask: 'ff', value: '00' } },
    'a remote FD frame': { remote: 'remote', type: 'fd' },
    'half a byte': { data: { mask: 'fff', value: '000' } },
    'a value longer than its mask': { data: { mask: 'ff', value: '0000' } },
    'a mask that asks for nothing': { data: { mask: '00', value: '00' } },
    'a length of 65': { lengths: [{ least: 0, most: 65 }] },
    'an action that CAN has not': { action: 'reject' },
    'more masks than it may have': { ids: Array(16).fill({ id: 1, mask: 1 }) },
    'a field it does not know': { comment: 'x' },
  };
  for (const [what, rest] of Object.entries(refused))
    it(`is refused with ${what}`, () => assert.equal(CanRule.safeParse({ ...rule(), ...rest }).success, false));
});

/** Place of the first rule that says so of a frame, in words; -1 = none. */
function meant({ rules }: CanFirewall, raw: Uint8Array): number {
  if (frameProblem(raw) !== undefined) return -1;
  const frame = readFrame(raw);
  return rules.findIndex(each => matches(each, frame));
}

function matches(each: CanRule, { id, ext, rtr, fd, data, length }: CanFrame): boolean {
  if (each.format !== 'any' && ext !== (each.format === 'extended')) return false;
  if (each.remote !== 'any' && rtr !== (each.remote === 'remote')) return false;
  if (each.type !== 'any' && fd !== (each.type === 'fd')) return false;
  const named = (entry: CanRule['ids'][number]) =>
    'mask' in entry ? (id & entry.mask) === (entry.id & entry.mask) : entry.first <= id && id <= entry.last;
  if (each.ids.length > 0 && !each.ids.some(named)) return false;
  if (each.lengths.length > 0 && !each.lengths.some(({ least, most }) => least <= length && length <= most))
    return false;
  if (each.data === undefined) return true;
  const [mask, value] = [Buffer.from(each.data.mask, 'hex'), Buffer.from(each.data.value, 'hex')];
  const isThere = (bits: number, at: number) =>
    bits === 0 || (data[at] !== undefined && (data[at] & bits) === ((value[at] ?? 0) & bits));
  return !rtr && mask.every(isThere);
}

describe('a CAN firewall', () => {
  it('explains in its own words why it denies a frame', () => {
    const program = lowerCan(
      firewall(
        rule({ ids: [{ first: 0x100, last: 0x10f }], data: { mask: '0f', value: '05' } }),
        rule({ ids: [{ id: 0x7df, mask: 0x7ff }], remote: 'remote' }),
      ),
    );
    assert.deepEqual(explanationLines(explain(program, bytes({ id: 0x105, data: [0x36] }))), [
      'denied: no rule fits',
      'rule 1, rule-0, did not decide: it is not true that the data are 05 where 0f has ones: byte 0 of them is 36',
      'rule 2, rule-1, did not decide: it is not true that the identifier is 0x7DF where 0x7FF has ones: it is 0x105',
    ]);
  });

  it('means what its rules say in words, for any rules and any frames', () => {
    const tally = { accepted: 0, dropped: 0, denied: 0, unsound: 0, masked: 0 };
    fc.assert(
      fc.property(firewalls, fc.array(frames, { minLength: 60, maxLength: 60 }), (walls, shots) => {
        const program = FilterProgram.parse(lowerCan(walls));
        const { decide } = generateFilter(program);
        const state = freshState(program);
        for (const frame of shots) {
          const place = meant(walls, frame);
          assert.equal(ruleOf(interpret(program, frame, 1, state)), place);
          assert.equal(ruleOf(decide(frame, 0, frame.length, 1, state)), place);
          const decided = walls.rules[place];
          if (frameProblem(frame) !== undefined) tally.unsound += 1;
          else tally[decided === undefined ? 'denied' : decided.action === 'accept' ? 'accepted' : 'dropped'] += 1;
          if (decided?.data !== undefined) tally.masked += 1;
        }
      }),
      { numRuns: 1000 },
    );
    for (const [what, seen] of Object.entries(tally)) assert.ok(seen > 500, `${what}: ${seen}`);
  });
});

// Random firewalls and frames: few numbers, so that they meet.

const id = fc.oneof(
  fc.constantFrom(0, 1, 0x123, 0x124, 0x7fe, 0x7ff),
  fc.constantFrom(0x800, 0x18fef100, 0x1fff_ffff),
  fc.nat({ max: 0x7ff }),
);
const entry = fc.oneof(
  fc.tuple(id, id).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) })),
  fc.record({ id, mask: fc.constantFrom(1, 0x7f0, 0x7ff, 0x1fff_ff00, 0x1fff_ffff) }, { noNullPrototype: true }),
);
const hexByte = fc.constantFrom('00', '0f', 'ff', '25');
const data = fc
  .array(fc.tuple(hexByte, hexByte), { minLength: 1, maxLength: 4 })
  .map(pairs => ({ mask: pairs.map(([mask]) => mask).join(''), value: pairs.map(([, value]) => value).join('') }));
const rules = fc
  .record(
    {
      ids: fc.array(entry, { maxLength: 4 }),
      format: fc.constantFrom('standard', 'extended', 'any', 'any'),
      remote: fc.constantFrom('data', 'remote', 'any', 'any'),
      type: fc.constantFrom('classic', 'fd', 'any', 'any'),
      lengths: fc.oneof(
        fc.constant([]),
        fc.constant([
          { least: 0, most: 4 },
          { least: 12, most: 20 },
        ]),
      ),
      data: fc.option(data, { nil: undefined, freq: 2 }),
      action: fc.constantFrom('accept', 'accept', 'drop'),
      log: fc.boolean(),
    },
    { noNullPrototype: true },
  )
  .map(({ data, ...rest }) => CanRule.safeParse({ id: 'rule', ...rest, ...(data === undefined ? {} : { data }) }))
  .filter(parsed => parsed.success)
  .map(parsed => parsed.data as CanRule);
const firewalls = fc.array(rules, { minLength: 1, maxLength: 6 }).map(list => firewall(...list));

const someByte = fc.constantFrom(0, 0x0f, 0xff, 0x25, 0x2a);
const sound = fc
  .record({
    id,
    ext: fc.boolean(),
    kind: fc.constantFrom('data', 'data', 'remote', 'fd'),
    length: fc.nat({ max: 15 }),
    fill: fc.array(someByte, { minLength: 64, maxLength: 64 }),
  })
  .map(({ id, ext, kind, length, fill }) => {
    const long = { id, ext: ext || id > 0x7ff };
    if (kind === 'remote') return bytes({ ...long, rtr: true, length: length % 9 });
    if (kind === 'fd') return bytes({ ...long, fd: true, data: fill.slice(0, FD_LENGTHS[length]) });
    return bytes({ ...long, data: fill.slice(0, length % 9) });
  });
const frames = fc
  .tuple(
    sound,
    fc.option(fc.tuple(fc.nat({ max: 15 }), fc.nat({ max: 255 })), { freq: 3 }),
    fc.constantFrom(0, 0, 0, 0, 0, 1),
  )
  .map(([frame, change, cut]) => {
    const changed = change === null ? frame : frame.with(change[0], change[1]);
    return changed.subarray(0, changed.length - cut);
  });
