// What-if: the rules of a drawing against recorded traffic, by commands as they are typed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { itWithRecording } from '../lab/recordings.ts';
import { type Ended, type Home, openHome } from './command.ts';
import { documentOf, failureIn } from './document.ts';
import { NOON, read, recording, write } from './recorded-cell.ts';

const FLOW = readFileSync(new URL('../../flows/smart-meter/flow.json', import.meta.url), 'utf8');
const METERS = 'line.substation-1/meters';
const READER = 'vm.substation-1/reader';
const TAP_CHANGER = 'vm.substation-1/tap-changer';

/** The drawing of one line and two tenants, with another text in one of its rules. */
function drawnWith(field: string, from: string, to: string): string {
  const [old, fresh] = [
    `${JSON.stringify(field)}: ${JSON.stringify(from)}`,
    `${JSON.stringify(field)}: ${JSON.stringify(to)}`,
  ];
  assert.ok(FLOW.includes(old), `the drawing has ${old}`);
  return FLOW.replace(old, fresh);
}

/** Five requests, each of which another rule is about. */
const CELL = recording([read(5), read(15), read(5, 200), write(30, 40, 3), write(30, 40, 99)]);

describe('rules against a recording', () => {
  let home: Home;
  let drawing = '';
  let narrow = '';
  let cell = '';
  before(async () => {
    home = await openHome();
    drawing = await home.file('flow.json', FLOW);
    narrow = await home.file('narrow.json', drawnWith('units', '1-20', '1-10'));
    cell = await home.file('a-recording-with-any-name.txt', CELL);
  });
  after(() => home.remove());

  const replay = (...args: readonly string[]) => home.run(['replay', ...args]);
  async function judged(flow: string, file: string, ...args: readonly string[]) {
    const ended = await replay(flow, '--recording', file, '--json', ...args);
    return { code: ended.code, ...documentOf(ended, 'replay') };
  }

  it('without a difference are told so, with exit code 0, and touch no gateway', async () => {
    const { code, stdout, stderr } = await replay(drawing, '--against', drawing, '--recording', cell);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(
      stdout,
      `${cell} (pcap): 5 frames from 2026-01-01T12:00:00.000Z to 2026-01-01T12:00:04.000Z, against ${drawing}\n` +
        `${METERS}, said by ${READER}: 5 frames, no difference\n` +
        `${METERS}, said by ${TAP_CHANGER}: 5 frames, no difference\n`,
    );
    assert.ok(!existsSync(join(home.folder, 'gatewright')));
  });

  it('tell what is newly blocked, what decides then and now, and why', async () => {
    const { code, stdout } = await replay(narrow, '--against', drawing, '--recording', cell, '--vm', 'reader');
    assert.equal(code, 1);
    const [, ...lines] = stdout.split('\n');
    assert.deepEqual(lines, [
      `${METERS}, said by ${READER}: 5 frames, 1 newly blocked, 0 newly allowed`,
      '  newly blocked 1: before accepted by meters of billing-guard, now denied by no rule of billing-guard',
      '  2026-01-01T12:00:01.000Z  newly blocked: unit 15, read holding registers, address 0, quantity 2  (10.0.0.5 to 10.0.0.9)',
      '    before: billing-guard: accepted by rule 1, meters',
      '    now: billing-guard: denied and answered with 1: no rule fits',
      '        rule 1, meters, did not decide: it is not true that the unit is 1 to 10: it is 15',
      '',
    ]);
  });

  it('tell what is newly allowed, as a document too', async () => {
    const { code, ok, against, recording: file, wires } = await judged(drawing, cell, '--against', narrow);
    assert.deepEqual([code, ok, against], [1, false, 'drawing']);
    assert.deepEqual(file, {
      ...{ format: 'pcap', bytes: CELL.length, foreign: 0, cutOffBytes: 0, remarks: [] },
      ...{ spoken: 5, links: [{ link: 'link', frames: 5 }], fromMs: NOON / 1_000, toMs: NOON / 1_000 + 4_000 },
    });
    const guard = { firewall: 'billing-guard' };
    assert.deepEqual(
      wires.map(({ end, way, judged, blocked, allowed }) => [end, way, judged, blocked, allowed]),
      [
        [READER, 'from-vm', 5, 0, 1],
        [TAP_CHANGER, 'from-vm', 5, 0, 0],
      ],
    );
    const [frame] = wires[0]?.frames ?? [];
    assert.deepEqual([frame?.atMs, frame?.frame, frame?.change], [NOON / 1_000 + 1_000, '0f0300000002', 'allowed']);
    assert.deepEqual([frame?.before.by, frame?.after.by], [[guard], [{ ...guard, rule: 'meters' }]]);
    assert.deepEqual(wires[0]?.tallies, [
      { change: 'allowed', before: [guard], after: [{ ...guard, rule: 'meters' }], frames: 1 },
    ]);
  });

  it('count rates in the time of the recording', async () => {
    const unlimited = await home.file('unlimited.json', drawnWith('rate', '20/second', ''));
    const burst = await home.file('burst.pcap', recording(Array(60).fill(read(5)), 10_000));
    const slow = await home.file('slow.pcap', recording(Array(60).fill(read(5)), 50_000));
    const { wires } = await judged(drawing, burst, '--against', unlimited, '--vm', 'reader');
    // Of 60 in 0.6 s 20 pass in one go, and those of 0.59 s at 20 a second after them.
    assert.deepEqual([wires[0]?.judged, wires[0]?.blocked], [60, 60 - 20 - Math.floor(0.59 * 20)]);
    assert.match(wires[0]?.frames[0]?.after.why.join('\n') ?? '', /it fits, but the frame is above its rate/);
    assert.equal((await judged(drawing, slow, '--against', unlimited, '--vm', 'reader')).code, 0);
  });

  it('are held against what runs: all is new at first, nothing once it is applied', async () => {
    const first = await judged(drawing, cell, '--vm', TAP_CHANGER, '--show', '1');
    assert.deepEqual([first.code, first.against, first.wires.length], [1, 'running', 1]);
    assert.deepEqual([first.wires[0]?.allowed, first.wires[0]?.frames.length], [4, 1]);
    assert.deepEqual(first.wires[0]?.frames[0]?.before, { accepted: false, by: [], why: ['there is no wire'] });
    assert.equal((await home.run(['apply', drawing, '--yes'])).code, 0);
    assert.equal((await judged(drawing, cell)).code, 0);
    const { code, wires } = await judged(narrow, cell, '--gateway', 'substation-1', '--line', 'meters');
    assert.deepEqual(
      [code, wires.map(({ blocked, allowed }) => [blocked, allowed])],
      [
        1,
        [
          [1, 0],
          [0, 0],
        ],
      ],
    );
  });

  it('are told what of a recording could not be used', async () => {
    const cut = await home.file('cut.pcap', CELL.subarray(0, -5));
    const { stdout } = await replay(drawing, '--against', drawing, '--recording', cut);
    assert.match(stdout, /: 4 frames from [^\n]*\n {2}its last 77 bytes are cut off\n/);
  });

  it('of a drawing with errors are not judged', async () => {
    const broken = await home.file('broken.json', drawnWith('units', '1-20', '1-2000'));
    for (const args of [[broken], [drawing, '--against', broken]]) {
      const { code, stdout } = await replay(...args, '--recording', cell);
      assert.equal(code, 1);
      assert.match(stdout, /^error: .*\n(.*\n)*A drawing has errors, so nothing is judged\.\n$/);
    }
    const { code, ok, wires, diagnostics } = await judged(broken, cell);
    assert.deepEqual([code, ok, wires, diagnostics[0]?.severity], [1, false, [], 'error']);
  });

  it('are told of choices that name nothing, and of files that are no recording of the line', async () => {
    const candump = await home.file('bus.log', '(1.0) can0 123#00\n');
    const text = await home.file('notes.txt', 'no recording\n');
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--line', 'pumps', '--recording', cell], /no line pumps; it has line\.substation-1\/meters/],
      [['--vm', 'a7', '--recording', cell], /no wire goes to a7; there are wires to vm\.substation-1\/reader, vm\./],
      [['--show', 'all', '--recording', cell], /--show takes a whole number from 0 to 100000, not all/],
      [['--port', '0', '--recording', cell], /--port takes a whole number from 1 to 65535, not 0/],
      [['--recording', 'no-such.pcap'], /there is no file no-such\.pcap; name a recording/],
      [['--recording', 'flows'], /flows is a folder; name the recording in it/],
      [['--recording', text], /it is no pcap, and no pcapng, and no candump log; name a pcap or pcapng file/],
      [['--recording', candump], /a candump log, holds nothing that goes over these lines; name another recording/],
      [['--recording', cell, '--port', '1502'], /a pcap, holds nothing that goes over these lines; name another/],
      [['--recording', cell, '--link', 'can0'], /nothing that goes over these lines on the link can0; name another/],
      [['--recording', '-', '--against', '-'], /only one file can be read from standard input; name the others/],
    ];
    const told = await Promise.all(cases.map(([args]) => replay(drawing, '--against', drawing, ...args, '--json')));
    for (const [place, [, words]] of cases.entries()) {
      const [code, name, message] = failureIn(told[place] as Ended);
      assert.deepEqual([code, name], [2, 'USAGE'], message);
      assert.match(message, words);
    }
  });

  it('read a recording from standard input', async () => {
    const args = ['replay', narrow, '--against', drawing, '--recording', '-', '--json'];
    const { recording: file, wires } = documentOf(await home.run(args, { input: CELL }), 'replay');
    assert.deepEqual([file?.bytes, file?.spoken, wires[0]?.blocked], [CELL.length, 5, 1]);
  });

  describe('of a CAN bus', () => {
    const VEHICLE = readFileSync(new URL('../../flows/connected-vehicle/flow.json', import.meta.url), 'utf8');
    const LOG =
      '(10.000000) can0 2A0#0000000000000000\n(10.200000) can0 2A5#0000000000000000\n(10.400000) can1 0C9#11\n';
    let log = '';
    let vehicle = '';
    let narrower = '';
    before(async () => {
      log = await home.file('bus.log', LOG);
      vehicle = await home.file('vehicle.json', VEHICLE);
      const fewer = VEHICLE.replace('"ids": "2a0-2a7"', '"ids": "2a0"').replace('"ids": "0c9, 3e9"', '"ids": "3e9"');
      narrower = await home.file('narrower.json', fewer);
    });

    it('judge each frame as if the VM said it, and as if the VM heard it', async () => {
      const { code, stdout } = await replay(narrower, '--against', vehicle, '--recording', log, '--vm', 'head-unit');
      assert.equal(code, 1);
      const [head, links, said, , what, , , ...rest] = stdout.split('\n');
      const both = 'one frame may be on each of them: 2 frames on can0, 1 frame on can1; --link takes one';
      assert.equal(links, `  it has several links, and ${both}`);
      assert.match(head ?? '', /\(candump log\): 3 frames from 1970-01-01T00:00:10\.000Z to 1970-01-01T00:00:10\.400Z/);
      assert.match(said ?? '', /, said by vm\.vehicle-1\/head-unit: 3 frames, 1 newly blocked, 0 newly allowed$/);
      assert.match(what ?? '', /^ {2}1970-01-01T00:00:10\.200Z {2}newly blocked: 2A5#0000000000000000 {2}\(can0\)$/);
      const heard = rest.slice(rest.findIndex(line => line.includes(', heard by vm.vehicle-1/head-unit: ')));
      assert.match(heard[0] ?? '', /: 3 frames, 1 newly blocked, 0 newly allowed$/);
      assert.match(heard[1] ?? '', /before accepted by speed of head-guard, now denied by no rule of head-guard$/);
      assert.match(heard[2] ?? '', /newly blocked: 0C9#11 {2}\(can1\)$/);
    });

    it('take frames of one link of the recording', async () => {
      const args = ['--against', vehicle, '--vm', 'head-unit', '--link', 'can1'];
      const { wires } = await judged(narrower, log, ...args);
      assert.deepEqual(
        wires.map(({ way, judged: frames, blocked }) => [way, frames, blocked]),
        [
          ['from-vm', 1, 0],
          ['to-vm', 1, 1],
        ],
      );
    });

    itWithRecording(
      'can/nmea2000-boat.candump.log',
      'take a real log with comments and extended frames',
      async path => {
        const { code, recording: file, wires } = await judged(narrower, path, '--against', vehicle);
        assert.deepEqual([code, file?.format, file?.spoken, file?.cutOffBytes], [0, 'candump log', 2_368, 0]);
        // Those behind a firewall, and the one that is wired to the bus itself; each says and hears.
        assert.deepEqual(new Set(wires.map(wire => wire.judged)), new Set([2_368]));
        assert.equal(wires.length, 6);
      },
    );
  });

  itWithRecording(
    'modbus/modbus_test.pcap',
    'find all writes of a real recording when a rule for them goes',
    async path => {
      const wider = await home.file('wider.json', drawnWith('functions', 'read', ''));
      const { code, recording: file, wires } = await judged(drawing, path, '--against', wider, '--vm', 'reader');
      assert.deepEqual([code, file?.spoken, wires[0]?.allowed], [1, 1_142, 0]);
      const filter = 'modbus.func_code == 6 && tcp.dstport == 502';
      const found = spawnSync('tshark', ['-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.time_epoch']);
      const times = found.stdout
        .toString()
        .trim()
        .split('\n')
        .map(text => Math.floor(Number(text) * 1_000));
      // Wireshark finds the same at the same times; one packet has two of them.
      assert.equal(wires[0]?.blocked, times.length + 1);
      const first = [...new Set(wires[0]?.frames.map(({ atMs }) => Math.floor(atMs)))];
      assert.deepEqual(first, times.slice(0, first.length));
    },
  );
});
