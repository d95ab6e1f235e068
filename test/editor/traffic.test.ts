// What the editor makes of the traffic it is told: rates, words, labels of wires, signals. Without a browser.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BusWire, busWires, keyOf, type Wire } from '../../editor/traffic/bus-wires.ts';
import { DbcShelf, type Keep, MOST_DBC_CHARACTERS } from '../../editor/traffic/dbc-shelf.ts';
import { drawnLines } from '../../editor/traffic/drawn-lines.ts';
import { agoOf, byteRateText, bytesText, countText, rateText } from '../../editor/traffic/figures.ts';
import { FrameLog } from '../../editor/traffic/frame-log.ts';
import { frameParts, valuesText } from '../../editor/traffic/frame-text.ts';
import { LineHistory } from '../../editor/traffic/line-history.ts';
import { SignalBoard, valueText } from '../../editor/traffic/signal-board.ts';
import { TrafficStore } from '../../editor/traffic/traffic-store.ts';
import type { Words } from '../../editor/words.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { Design } from '../../runtime/model/design.ts';
import type { SeenFrame } from '../../runtime/model/seen-traffic.ts';
import { endOf, NOTHING } from '../server/fake-lines.ts';

const READER: Address<'vm'> = 'vm.cell-7/reader';
/** Keys stand for their words. */
const words: Words = (key, values) => (values === undefined ? key : `${key} ${Object.values(values).join(' ')}`);
const seenFrame = (meaning: SeenFrame['words'], more: Partial<SeenFrame> = {}): SeenFrame => ({
  ...{ atMs: 1, end: 'device', direction: 'in', frame: 'ab12', words: meaning, ...more },
});

describe('figures of traffic', () => {
  for (const [value, text] of [
    [0, '0/s'],
    [0.01, '<0.1/s'],
    [0.44, '0.4/s'],
    [9.96, '10/s'],
    [12.3, '12/s'],
    [999.4, '999/s'],
    [999.6, '1 k/s'],
    [12_345, '12 k/s'],
    [999_600, '1 M/s'],
  ] as const)
    it(`write ${value} a second as ${text}`, () => assert.equal(rateText(value), text));

  it('write bytes with their unit', () => {
    assert.deepEqual([bytesText(0), bytesText(12), bytesText(1_234)], ['0 B', '12 B', '1.2 kB']);
    assert.equal(byteRateText(2_500_000), '2.5 MB/s');
  });

  it('never take more than seven characters, so that nothing beside them moves', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 999e6, noNaN: true }), value => rateText(value).length <= 7));
  });

  it('write counters in full', () => {
    assert.deepEqual([0, 999, 1_000, 1_234_567].map(countText), ['0', '999', '1 000', '1 234 567']);
  });

  it('say how long ago in one unit, and a clock that is behind is now', () => {
    const ages = [-5, 900, 59_900, 60_000, 3_600_000, 86_400_000];
    assert.deepEqual(
      ages.map(age => Object.values(agoOf(age)).join(' ')),
      ['now 0', 'now 0', 'seconds 59', 'minutes 1', 'hours 1', 'days 1'],
    );
  });
});

describe('the last minute of a line', () => {
  const counted = (frames: number, denied = 0) => [
    endOf(READER, { in: { ...NOTHING, frames, bytes: frames * 8, denied }, out: { ...NOTHING, frames: frames * 2 } }),
  ];

  it('is still before there is anything to compare', () => {
    const history = new LineHistory();
    assert.deepEqual(history.rates(READER), { in: NOTHING, out: NOTHING });
    history.take(0, counted(1_000));
    assert.deepEqual([history.rates(READER), history.points(READER)], [{ in: NOTHING, out: NOTHING }, []]);
  });

  it('gives rates of each way over the last two seconds', () => {
    const history = new LineHistory();
    for (let n = 0; n <= 10; n += 1) history.take(n * 500, counted(n * 6, n));
    assert.deepEqual(history.rates(READER), {
      in: { ...NOTHING, frames: 12, bytes: 96, denied: 2 },
      out: { ...NOTHING, frames: 24 },
    });
    assert.deepEqual(history.points(READER), Array(10).fill(36));
  });

  it('begins anew when counters or the clock do, instead of showing less than nothing', () => {
    for (const [atMs, frames] of [
      [1_500, 3],
      [900, 100],
    ] as const) {
      const history = new LineHistory();
      history.take(500, counted(50));
      history.take(1_000, counted(60));
      history.take(atMs, counted(frames));
      assert.deepEqual([history.rates(READER), history.points(READER)], [{ in: NOTHING, out: NOTHING }, []]);
    }
  });

  it('keeps a minute and no more, and forgets an end that is gone', () => {
    const history = new LineHistory();
    for (let n = 0; n < 500; n += 1) history.take(n * 500, counted(n));
    assert.equal(history.points(READER).length, 120);
    history.take(250_000, []);
    assert.deepEqual(history.points(READER), []);
  });

  it('never shows a rate below nothing, whatever is counted', () => {
    const counts = fc.array(fc.tuple(fc.nat(10_000), fc.nat(1_000)), { maxLength: 30 });
    fc.assert(
      fc.property(counts, samples => {
        const history = new LineHistory();
        for (const [atMs, frames] of samples) history.take(atMs, counted(frames));
        const { in: said, out: heard } = history.rates(READER);
        return [said.frames, heard.frames, ...history.points(READER)].every(rate => rate >= 0 && Number.isFinite(rate));
      }),
    );
  });
});

describe('what is known of lines', () => {
  it('keeps the last one of each end that passed, however much others say', () => {
    const log = new FrameLog();
    log.take([seenFrame({ id: 1 }, { end: READER }), seenFrame({ id: 2 }, { end: READER, refusedBy: 'guard' })], 0);
    log.take(
      Array.from({ length: 300 }, (_, id) => seenFrame({ id })),
      0,
    );
    assert.deepEqual([log.last(READER)?.words, log.last('device')?.words], [{ id: 1 }, { id: 299 }]);
    assert.equal(log.last('messages'), undefined);
  });

  it('keeps the newest 200 frames, of one end when asked', () => {
    const log = new FrameLog();
    for (let n = 0; n < 300; n += 1) log.take([seenFrame({}, { atMs: n, end: n % 2 === 0 ? READER : 'device' })], 1);
    assert.deepEqual([log.newest(1_000).length, log.newest(1)[0]?.atMs, log.total, log.lost], [200, 299, 300, 300]);
    assert.deepEqual(
      log.newest(2, READER).map(({ atMs }) => atMs),
      [298, 296],
    );
  });

  it('goes when the gateway is away or nobody looks, and is of no other gateway', () => {
    const store = new TrafficStore();
    const line = (gateway: string) =>
      ({ line: `line.${gateway}/a`, state: 'open', ends: [], frames: [], lost: 0 }) as const;
    store.take({ gateway: 'one', atMs: 1, lines: [line('one')] });
    store.take({ gateway: 'two', atMs: 1, lines: [line('two')] });
    store.takeAway({ gateway: 'one', why: 'it is off' });
    assert.deepEqual([[...store.lines.keys()], store.away.get('one')], [['line.two/a'], 'it is off']);
    store.take({ gateway: 'one', atMs: 2, lines: [line('one')] });
    assert.deepEqual([store.lines.size, store.away.size], [2, 0]);
    store.forget(['one', 'two']);
    assert.equal(store.lines.size, 0);
  });
});

describe('the words of a frame', () => {
  const text = (frame: SeenFrame, protocol?: string) => frameParts(frame, protocol, words).map(part => part.text);

  it('are short: what is as everybody expects is not said', () => {
    const read = { unit: 3, function: 3, address: 10, quantity: 2, answered: true, values: [230, 16] };
    assert.deepEqual(text(seenFrame(read), 'modbus'), [
      'unit 3',
      'traffic.function.3',
      'address 10',
      'quantity 2',
      '= 230 16',
    ]);
    const frame = { id: 0x1a, ext: false, rtr: false, data: 'a1b2' };
    assert.deepEqual(text(seenFrame(frame), 'can'), ['01A', 'a1b2']);
    assert.deepEqual(text(seenFrame({ ...frame, id: 0x18ff0000, ext: true }), 'can'), ['18FF0000', 'ext', 'a1b2']);
  });

  it('are only its values where there is little room', () => {
    const short = (frame: SeenFrame, protocol: string) => valuesText(frame, protocol, words);
    const read = { unit: 3, function: 3, address: 10, quantity: 2, answered: true, values: [230, 16] };
    assert.equal(short(seenFrame(read), 'modbus'), '10 = 230 16');
    assert.equal(short(seenFrame({ unit: 3, function: 6, address: 4, value: 7, answered: true }), 'modbus'), '4 = 7');
    assert.equal(short(seenFrame({ id: 0x1a, ext: false, rtr: false, data: 'a1b2' }), 'can'), '01A a1b2');
    const long = short(seenFrame({ topic: 'cell/a', payload: `1\n${'😀'.repeat(40)}`, qos: 1 }), 'mqtt');
    assert.equal(long, `cell/a 1 ${'😀'.repeat(18)}…`);
    assert.equal(short(seenFrame({}), 'can'), 'ab12');
  });

  it('mark what somebody should look at', () => {
    const parts = frameParts(
      seenFrame({ unit: 3, function: 99, answered: true, exception: 2 }, { refusedBy: 'guard' }),
      'modbus',
      words,
    );
    assert.deepEqual(
      parts.map(part => [part.text, part.isTrouble === true]),
      [
        ['unit 3', false],
        ['traffic.function.other 99', false],
        ['traffic.frame.exception 2', true],
        ['traffic.frame.refused guard', true],
      ],
    );
    assert.deepEqual(text(seenFrame({ unit: 3, answered: false }), 'modbus'), ['unit 3', 'traffic.frame.silent']);
  });

  it('are the bytes while nobody knows the protocol', () => {
    assert.deepEqual(text(seenFrame({})), ['ab12']);
  });

  it('are those of protocols that this editor does not know', () => {
    const said = { topic: 'plant/7', payload: '21.5', qos: 1, retain: true, deep: { a: 1 } };
    assert.deepEqual(text(seenFrame(said), 'new'), ['topic plant/7', '21.5', 'qos 1', 'retain', 'deep {"a":1}']);
  });
});

describe('the wires of a bus', () => {
  const LINE: Address<'line'> = 'line.cell-7/bus';
  const wire = (source: string, target: string, sourcePort = 0): Wire => ({
    source: { id: source },
    sourcePort,
    target: { id: target },
  });

  function wiresOf(wires: readonly Wire[], vms: Readonly<Record<string, Address<'vm'>>>, passing: readonly string[]) {
    const found = busWires({
      lines: new Map([['bus', LINE]]),
      vms: new Map(Object.entries(vms)),
      wiresOf: node => wires.filter(({ source }) => source.id === node),
      passes: node => passing.includes(node),
    });
    return new Map(
      [...found].map(([key, { vms: behind, last }]: [string, BusWire]) => [key, [[...behind].sort(), last]]),
    );
  }

  it('are those that lead to VMs, through firewalls and junctions, each with all VMs behind it', () => {
    const wires = [
      wire('bus', 'wall'),
      wire('wall', 'joint'),
      wire('joint', 'a'),
      wire('joint', 'b'),
      wire('bus', 'debug'),
    ];
    const found = wiresOf(wires, { a: 'vm.cell-7/a', b: 'vm.cell-7/b' }, ['wall', 'joint']);
    const both = ['vm.cell-7/a', 'vm.cell-7/b'];
    assert.deepEqual(
      found,
      new Map([
        ['joint:0:a', [['vm.cell-7/a'], true]],
        ['joint:0:b', [['vm.cell-7/b'], true]],
        ['wall:0:joint', [both, false]],
        ['bus:0:wall', [both, false]],
      ]),
    );
    assert.equal(keyOf(wire('bus', 'wall')), 'bus:0:wall');
  });

  it('are not those of answers, nor what lies behind a VM', () => {
    const wires = [wire('bus', 'a', 1), wire('bus', 'b'), wire('b', 'c')];
    const found = wiresOf(wires, { a: 'vm.cell-7/a', b: 'vm.cell-7/b', c: 'vm.cell-7/c' }, []);
    assert.deepEqual([...found.keys()], ['bus:0:b']);
  });

  it('are found once in circles and in a grid of firewalls, without going every way through it', () => {
    const rows = Array.from({ length: 40 }, (_, n) => [`l${n}`, `r${n}`]);
    const grid = rows.flatMap((row, n) => row.flatMap(from => (rows[n + 1] ?? ['vm']).map(to => wire(from, to))));
    const walls = rows.flat();
    const found = wiresOf([wire('bus', 'l0'), ...grid, wire('r39', 'l0')], { vm: READER }, walls);
    assert.deepEqual(found.get('bus:0:l0'), [[READER], false]);
    assert.deepEqual(found.get('l39:0:vm'), [[READER], true]);
  });

  it('are of what was deployed; a template with two instances shows none of them', () => {
    const resource = (address: Address, node: string) => ({
      address,
      kind: address.split('.')[0],
      source: { node },
      spec: address.startsWith('vm.') ? { nics: [{ port: `${address.replace('vm.', 'port.')}.eth0` }] } : {},
    });
    const resources = [
      resource('line.cell-7/bus', 'n1'),
      resource('vm.cell-7/a', 'n2'),
      resource('segment.cell-7/s', 'n3'),
      resource('line.cell-7/x', 'sub1/inner'),
      resource('line.cell-7/y', 'sub2/inner'),
      resource('vm.cell-7/alone', 'sub1/other'),
    ];
    const { lines, vms, cards } = drawnLines({
      resources: Object.fromEntries(resources.map(one => [one.address, one])) as unknown as Design['resources'],
    });
    assert.deepEqual([...lines], [['n1', 'line.cell-7/bus']]);
    assert.deepEqual(
      [...vms],
      [
        ['n2', 'vm.cell-7/a'],
        ['other', 'vm.cell-7/alone'],
      ],
    );
    assert.deepEqual(
      [...cards],
      [
        ['n2', ['port.cell-7/a.eth0']],
        ['other', ['port.cell-7/alone.eth0']],
      ],
    );
    assert.equal(drawnLines(null).lines.size, 0);
  });
});

describe('signals by a DBC file', () => {
  const DBC =
    'BO_ 291 Engine: 8 ECU\n SG_ Speed : 0|16@1+ (0.1,0) [0|0] "rpm" X\n SG_ Hot : 16|1@1+ (1,0) [0|1] "" X\nVAL_ 291 Hot 0 "no" 1 "yes" ;\n';
  const LINE = 'line.cell-7/vehicle';
  const frame = (speed: string) => seenFrame({}, { frame: `2301000008000000${speed}010000000000` });

  /** A browser with room for so many characters. */
  function keepOf(room = Number.POSITIVE_INFINITY): Keep & { readonly kept: Map<string, string> } {
    const kept = new Map<string, string>();
    return {
      kept,
      getItem: key => kept.get(key) ?? null,
      setItem(key, value) {
        if (value.length > room) throw new Error('QuotaExceededError');
        kept.set(key, value);
      },
      removeItem: key => void kept.delete(key),
    };
  }

  it('have names, values and units, and the newest value counts', () => {
    const shelf = new DbcShelf(keepOf());
    assert.equal(shelf.put(LINE, 'engine.dbc', DBC), true);
    const board = new SignalBoard();
    board.take(shelf.of(LINE), [frame('0100'), frame('0300'), seenFrame({}, { frame: 'ab' })]);
    assert.deepEqual(
      board.readings().map(({ name, text, unit }) => [name, text, unit]),
      [
        ['Engine.Hot', 'yes', ''],
        ['Engine.Speed', '0.3', 'rpm'],
      ],
    );
    board.take(undefined, [frame('0100')]);
    assert.deepEqual(board.readings(), []);
    assert.equal(valueText(0.1 + 0.2), '0.3');
  });

  it('are there for who opens the browser again, and gone for who forgets the file', () => {
    const keep = keepOf();
    new DbcShelf(keep).put(LINE, 'engine.dbc', DBC);
    const again = new DbcShelf(keep);
    assert.deepEqual([again.of(LINE)?.name, again.of(LINE)?.database.messages.length], ['engine.dbc', 1]);
    again.drop(LINE);
    assert.deepEqual([again.of(LINE), keep.kept.size, new DbcShelf(keep).of(LINE)], [undefined, 0, undefined]);
  });

  it('serve without being kept where a browser has no room', () => {
    const shelf = new DbcShelf(keepOf(10));
    assert.equal(shelf.put(LINE, 'engine.dbc', DBC), false);
    assert.equal(shelf.of(LINE)?.name, 'engine.dbc');
  });

  it('are not read from what is no DBC file, is too long, or was kept by somebody else', () => {
    const keep = keepOf();
    const shelf = new DbcShelf(keep);
    assert.throws(() => shelf.put(LINE, 'x', 'BO_ x'), /line 1/);
    assert.throws(() => shelf.put(LINE, 'x', ' '.repeat(MOST_DBC_CHARACTERS + 1)), RangeError);
    assert.equal(shelf.of(LINE), undefined);
    for (const kept of ['', 'null', '[]', '{"text":7}', '{"text":"BO_ x"}']) {
      keep.kept.set(`gatewright-dbc:${LINE}`, kept);
      assert.equal(new DbcShelf(keep).of(LINE), undefined, kept);
    }
  });
});
