import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readCandump } from '../../../runtime/protocols/can/candump.ts';
import { type DbcDatabase, DbcError, type DbcSignal } from '../../../runtime/protocols/can/dbc/database.ts';
import { decodeFrame } from '../../../runtime/protocols/can/dbc/decode.ts';
import { parseDbc } from '../../../runtime/protocols/can/dbc/parse.ts';
import { checkFrame } from '../../../runtime/protocols/can/frame.ts';
import { itWithRecording } from '../../lab/recordings.ts';

const text = (path: string) => readFileSync(path, 'latin1');

/** Of our own, with what a file of a real controller has: big-endian signals, signed ones, scales, names, a comment. */
const PUMP = `VERSION "1"
BU_: Controller
BO_ 496 Pump: 8 Controller
 SG_ Enable : 7|1@0+ (1,0) [0|1] "" Vector__XXX
 SG_ Pressure : 6|6@0+ (0.1,0) [0|5] "bar" Vector__XXX
 SG_ Temperature : 0|12@0- (0.01,250) [229.53|270.47] "K" Vector__XXX
CM_ BO_ 496 "A pump with a motor.";
VAL_ 496 Enable 1 "on" 0 "off" ;
`;
const SWITCHED = `BO_ 200 Sonars: 8 Sensor
 SG_ Which M : 0|4@1+ (1,0) [0|0] "" Driver
 SG_ Errors : 4|12@1+ (1,0) [0|0] "" Driver
 SG_ Left m0 : 16|12@1+ (0.1,0) [0|0] "" Driver
 SG_ RawLeft m1 : 16|12@1+ (0.1,0) [0|0] "" Driver
`;
const ENGINE = `BO_ 2364540158 EEC1: 8 X
 SG_ EngineSpeed : 24|16@1+ (0.125,0) [0|8031.875] "rpm" X
BA_ "VFrameFormat" BO_ 2364540158 3;`;

/** Values by name, or what the file calls them. */
function decode(database: DbcDatabase, id: number, ext: boolean, hex: string): Record<string, number | string> {
  const data = Buffer.from(hex, 'hex');
  const message = decodeFrame(database, checkFrame({ id, ext, fd: data.length > 8, data }));
  const signals = message?.signals ?? [];
  return Object.fromEntries(
    signals.map(({ signal, value, label }) => [signal.name, label ?? Number(value.toFixed(6))]),
  );
}

describe('a DBC file', () => {
  it('tells big-endian signals, signed ones, their scale, and names of values', () => {
    const database = parseDbc(PUMP);
    assert.deepEqual(database.problems, []);
    // 1 100000 0 | 0000 0011 | 111 …: on, 32 tenths, and 12 bits from the last one of the first byte on.
    const first = { Enable: 'on', Pressure: 3.2, Temperature: 250.31 };
    assert.deepEqual(decode(database, 0x1f0, false, 'c003e00000000000'), first);
    const second = { Enable: 'off', Pressure: 6.3, Temperature: 249.99 };
    assert.deepEqual(decode(database, 0x1f0, false, '7fffe00000000000'), second);
    assert.equal(database.messages[0]?.comment, 'A pump with a motor.');
    assert.deepEqual(decode(database, 0x1f0, true, 'c003e00000000000'), {}, 'an extended id is another one');
  });

  it('tells which signals are there while another has a value', () => {
    const database = parseDbc(SWITCHED);
    assert.deepEqual(decode(database, 200, false, '10320a0000000000'), { Which: 0, Errors: 801, Left: 1 });
    assert.deepEqual(decode(database, 200, false, '11320a0000000000'), { Which: 1, Errors: 801, RawLeft: 1 });
    assert.deepEqual(decode(database, 200, false, '12320a0000000000'), { Which: 2, Errors: 801 });
  });

  it('finds a J1939 message whoever sends it, with whatever priority', () => {
    const database = parseDbc(ENGINE);
    const [message] = database.messages;
    assert.ok(message?.j1939);
    const { id } = message;
    const data = [0, 0, 0, 0x48, 0x14, 0, 0, 0];
    for (const other of [id, (id & ~0xff) | 0x33, (id & 0x3ff_ffff) | (3 << 26)])
      assert.equal(
        decodeFrame(database, checkFrame({ id: other, ext: true, data }))?.signals[0]?.value,
        0x1448 * 0.125,
      );
    assert.equal(database.find(id ^ 0x1_0000, true), undefined);
    assert.equal(database.find(id & 0x7ff, false), undefined);
  });

  it('leaves out signals behind the end of a short frame, and has none in a remote frame', () => {
    const database = parseDbc(PUMP);
    assert.deepEqual(decode(database, 0x1f0, false, 'c0'), { Enable: 'on', Pressure: 3.2 });
    assert.equal(decodeFrame(database, checkFrame({ id: 0x1f0, rtr: true })), undefined);
  });

  // The values are those that cantools decodes.
  itWithRecording('can/motohawk.dbc', 'of a controller is read as cantools reads it', path => {
    const database = parseDbc(text(path));
    assert.deepEqual(database.problems, []);
    const first = { Enable: 'Enabled', AverageRadius: 3.2, Temperature: 250.55 };
    assert.deepEqual(decode(database, 0x1f0, false, 'c006e00000000000'), first);
    const second = { Enable: 'Enabled', AverageRadius: 6.3, Temperature: 249.84 };
    assert.deepEqual(decode(database, 0x1f0, false, 'fffe000000000000'), second);
  });

  itWithRecording('can/socialledge.dbc', 'with switched signals is read as cantools reads it', path => {
    const database = parseDbc(text(path));
    const common = { SENSOR_SONARS_err_count: 801 };
    const [left, middle, right, rear] = [1, 32, 358.4, 0.1];
    assert.deepEqual(decode(database, 200, false, '10320a0014001e00'), {
      ...{ SENSOR_SONARS_mux: 0, ...common, SENSOR_SONARS_left: left, SENSOR_SONARS_middle: middle },
      ...{ SENSOR_SONARS_right: right, SENSOR_SONARS_rear: rear },
    });
    assert.deepEqual(decode(database, 200, false, '12320a0014001e00'), { SENSOR_SONARS_mux: 2, ...common });
  });

  itWithRecording('can/toyota_2017_ref_pt.dbc', 'of a whole car is read, and what cannot be in it is named', path => {
    const { messages, problems } = parseDbc(text(path));
    assert.equal(messages.length, 111);
    assert.equal(
      messages.reduce((sum, { signals }) => sum + signals.length, 0),
      1_040,
    );
    assert.equal(problems.length, 32);
    assert.ok(problems.every(problem => /is left out: no frame has the id 10\d+$/.test(problem)));
  });

  itWithRecording('can/j1939-truck-short.candump.log', 'finds the engine of a truck at another address', path => {
    const engine = parseDbc(ENGINE);
    const truck = [...readCandump(text(path).split('\n'))];
    const speeds = truck.flatMap(({ frame }) => decodeFrame(engine, frame)?.signals.map(({ value }) => value) ?? []);
    assert.deepEqual(speeds, [0x1448 * 0.125]);
  });

  it('has floats, doubles, whole numbers of 64 bits, nested switches and ranges of their values', () => {
    const database = parseDbc(`
VERSION "a"
NS_ :
	NS_DESC_
	VAL_TABLE_
BS_:
BU_: A B
 C
VAL_TABLE_ onOff 1 "on" 0 "off \\"quoted\\"" ;
BO_ 100 Floats: 12 A
 SG_ single : 0|32@1- (2,1) [0|0] "" B,C
 SG_ double : 39|64@0- (1,0) [0|0] "" Vector__XXX
BO_ 101 Wide: 8 A
 SG_ wide : 0|64@1+ (1,0) [0|0] "" B
BO_ 102 Switched: 8 A
 SG_ inner m2M : 8|8@1+ (1,0) [0|0] "" B
 SG_ outer M : 0|8@1+ (1,0) [0|0] "" B
 SG_ deep m0 : 16|8@1+ (1,0) [0|0] "a;b" B
BO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 Vector__XXX
 SG_ nowhere : 0|1@1+ (1,0) [0|0] "" A
CM_ "about; all";
CM_ SG_ 102 deep "two
lines";
BA_DEF_ BO_ "x" INT 0 1;
SIG_VALTYPE_ 100 single : 1;
SIG_VALTYPE_ 100 double 2;
VAL_ 102 deep onOff ;
VAL_ environment 0 "a" ;
SG_MUL_VAL_ 102 inner outer 2-2, 5-9;
SG_MUL_VAL_ 102 deep inner 0-3;
`);
    assert.deepEqual(database.problems, []);
    assert.deepEqual(
      database.messages.map(({ name }) => name),
      ['Floats', 'Wide', 'Switched'],
    );
    const floats = Buffer.alloc(12);
    floats.writeFloatLE(-1.5, 0);
    floats.writeDoubleBE(1234.5, 4);
    assert.deepEqual(decode(database, 100, false, floats.toString('hex')), { single: -2, double: 1234.5 });
    const wide = decodeFrame(database, checkFrame({ id: 101, data: new Uint8Array(8).fill(0xff) }));
    assert.equal(wide?.signals[0]?.raw, 0xffff_ffff_ffff_ffffn);
    assert.deepEqual(decode(database, 102, false, '0203010000000000'), { outer: 2, inner: 3, deep: 'on' });
    assert.deepEqual(decode(database, 102, false, '0704010000000000'), { outer: 7, inner: 4 });
    assert.deepEqual(decode(database, 102, false, '0303000000000000'), { outer: 3 });
    assert.equal(database.messages[2]?.signals.find(({ name }) => name === 'deep')?.comment, 'two\nlines');
  });

  it('calls messages and signals by their long names, where they have some', () => {
    const database = parseDbc(`BO_ 1 short: 2 A
 SG_ mux M : 0|8@1+ (1,0) [0|0] "" A
 SG_ part m1 : 8|8@1+ (1,0) [0|0] "" A
BA_ "SystemMessageLongSymbol" BO_ 1 "AMessageWhoseNameIsLongerThanItMayBe";
BA_ "SystemSignalLongSymbol" SG_ 1 mux "ASwitchWhoseNameIsLongerThanItMayBe";
VAL_ 1 part 7 "seven" ;
`);
    assert.equal(database.messages[0]?.name, 'AMessageWhoseNameIsLongerThanItMayBe');
    assert.deepEqual(decode(database, 1, false, '0107'), { ASwitchWhoseNameIsLongerThanItMayBe: 1, part: 'seven' });
    assert.deepEqual(decode(database, 1, false, '0207'), { ASwitchWhoseNameIsLongerThanItMayBe: 2 });
  });

  it('names what contradicts itself, and leaves only that out', () => {
    const { messages, problems } = parseDbc(`BO_ 1 M: 2 A
 SG_ tooLong : 8|9@1+ (1,0) [0|0] "" A
 SG_ half : 0|16@1- (1,0) [0|0] "" A
 SG_ lonely m3 : 0|1@1+ (1,0) [0|0] "" A
 SG_ round m1M : 0|1@1+ (1,0) [0|0] "" A
 SG_ good : 7|16@0+ (1,0) [0|0] "" A
SIG_VALTYPE_ 1 half : 1;
SG_MUL_VAL_ 1 round round 1-1;
VAL_ 2 x 1 "y" ;
CM_ SG_ 1 absent "nothing";
`);
    assert.deepEqual(
      messages[0]?.signals.map(({ name }) => name),
      ['good'],
    );
    assert.deepEqual(problems, [
      ...['there is no message 2 for names of values', 'M has no signal absent for a comment'],
      ...['M.tooLong is left out: it does not fit into 2 bytes', 'M.half is left out: a float has 32 bits'],
      ...['lonely', 'round'].map(name => `M.${name} is left out: no signal of the message multiplexes it`),
    ]);
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['BO_ 1 M: 8 A\nBO_ 1 N: 8 A', /^line 2: there are two messages of the id 1$/],
    [
      'BO_ 1 M: 8 A\n SG_ a : 0|8@1+ (1,0) [0|0] "" A\n SG_ a : 0|8@1+ (1,0) [0|0] "" A',
      /^line 3: M has two signals a$/,
    ],
    ['BO_ 1 M: 65 A', /^line 1: 65 is no length of a message/],
    ['BO_ 4294967296 M: 8 A', /is no id of a message/],
    ['BO_ 1 M: 8 A\n SG_ a : 0|65@1+ (1,0) [0|0] "" A', /^line 2: 65 is no length of a signal/],
    ['BO_ 1 M: 8 A\n SG_ a : 0|8@2+ (1,0) [0|0] "" A', /byte order/],
    ['BO_ 1 M: 8 A\n SG_ a : 0|8@1 (1,0) [0|0] "" A', /"-" is missing before "\("/],
    ['BO_ 1 M: 8 A\n SG_ a x : 0|8@1+ (1,0) [0|0] "" A', /multiplexed by M, m and a number/],
    ['BO_ 1 M: 8 A\n SG_ a : 0|8@1+ (1e999,0) [0|0] "" A', /1e999 is too large/],
    ['BO_ 1 M: 8 A\nVAL_ 1 a 0 "x"', /^line 2: ";" is missing before the end of the file$/],
    ['CM_ "no end', /^line 1: a quoted text has no end$/],
    ['<html>', /^line 1: "<" means nothing here$/],
    ['MESSAGE 1', /^line 1: MESSAGE is no statement/],
    ['"text"', /a statement is missing before "text"/],
  ];
  for (const [source, message] of wrong)
    it(`is refused with the line: ${message.source.slice(0, 60)}`, () => {
      assert.throws(() => parseDbc(source), { name: 'DbcError', message });
    });

  it('is read or refused whatever it says, in time that grows with its length', () => {
    const whole = `${PUMP}${SWITCHED}${ENGINE}`;
    const cut = fc.tuple(fc.nat(whole.length), fc.nat(200), fc.string({ maxLength: 5 }));
    const spoiled = cut.map(([at, less, more]) => whole.slice(0, at) + more + whole.slice(at + less));
    const words = fc.constantFrom(
      'BO_',
      'SG_',
      'VAL_',
      'NS_',
      ':',
      '"x"',
      '1',
      '-3',
      '|',
      '@',
      '(',
      ')',
      '[',
      ',',
      ';',
      'm1M',
      '\n',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          spoiled,
          fc.array(words, { maxLength: 30 }).map(parts => parts.join(' ')),
          fc.string(),
        ),
        source => {
          try {
            const database = parseDbc(source);
            for (const { id, ext, length } of database.messages)
              decodeFrame(database, {
                id,
                ext,
                rtr: false,
                fd: false,
                brs: false,
                esi: false,
                data: new Uint8Array(length),
                length,
              });
          } catch (error) {
            assert.ok(error instanceof DbcError, String(error));
          }
        },
      ),
      { numRuns: 2_000 },
    );
    for (const hostile of [
      '"'.padEnd(1_000_000, 'x'),
      'BU_: '.padEnd(1_000_000, 'a '),
      'NS_ :'.padEnd(1_000_000, '\nA'),
      ' '.repeat(1_000_000),
      '1'.repeat(1_000_000),
    ])
      try {
        parseDbc(hostile);
      } catch (error) {
        assert.ok(error instanceof DbcError, String(error));
      }
    assert.throws(() => parseDbc(' '.repeat(17 * 1024 * 1024)), /more than 16777216 characters/);
  });

  it('tells exactly the bits of a signal, wherever they are', () => {
    const anySignal = fc
      .record({
        length: fc.integer({ min: 1, max: 64 }),
        start: fc.nat(511),
        order: fc.constantFrom('intel' as const, 'motorola' as const),
        signed: fc.boolean(),
        bits: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        noise: fc.uint8Array({ minLength: 64, maxLength: 64 }),
      })
      .filter(signal => places(signal).every(place => place < 512));
    fc.assert(
      fc.property(anySignal, ({ length, start, order, signed, bits, noise }) => {
        const raw = BigInt.asUintN(length, bits);
        const data = noise.slice();
        for (const [index, place] of places({ length, start, order }).entries()) {
          const mask = 1 << (place & 7);
          const byte = data[place >> 3] as number;
          data[place >> 3] = ((raw >> BigInt(index)) & 1n) === 1n ? byte | mask : byte & ~mask;
        }
        const database = parseDbc(
          `BO_ 1 M: 64 A\n SG_ s : ${start}|${length}@${order === 'intel' ? 1 : 0}${signed ? '-' : '+'} (1,0) [0|0] "" A`,
        );
        const found = decodeFrame(database, checkFrame({ id: 1, fd: true, data }))?.signals[0];
        assert.equal(BigInt(found?.raw ?? 'absent'), signed ? BigInt.asIntN(length, raw) : raw);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Bit by bit, the least significant first: where each is, as byte * 8 + bit. */
function places({ start, length, order }: Pick<DbcSignal, 'start' | 'length' | 'order'>): number[] {
  const bits: number[] = [];
  for (let at = start; bits.length < length; ) {
    bits.push(at);
    if (order === 'intel') at += 1;
    else at = at % 8 === 0 ? at + 15 : at - 1;
  }
  return order === 'intel' ? bits : bits.reverse();
}
