// A line as a file to download: what Wireshark and can-utils make of it, where it ends, and what is refused.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import express from 'express';
import type { Address } from '../../runtime/model/address.ts';
import type { HeardFrames, LineFrame } from '../../runtime/model/line-frame.ts';
import { readCandump } from '../../runtime/protocols/can/candump.ts';
import { canRecording } from '../../runtime/protocols/can/recording.ts';
import { openCapture } from '../../runtime/protocols/line-capture.ts';
import { mqttWords } from '../../runtime/protocols/mqtt/words.ts';
import { capture } from '../../runtime/server/traffic/capture.ts';
import { captureRoutes } from '../../runtime/server/traffic/routes.ts';
import { call } from './call.ts';
import { FakeLines } from './fake-lines.ts';

const METERS: Address<'line'> = 'line.cell-7/meters';
const VEHICLE: Address<'line'> = 'line.cell-7/vehicle';
const PLANT: Address<'line'> = 'line.cell-7/plant';
const READER: Address<'vm'> = 'vm.cell-7/reader';
const HEAD_UNIT: Address<'vm'> = 'vm.cell-7/head-unit';
const AT = 1_700_000_000_000;

/** Reads two holding registers of unit 17, which says 230 and 16; then a write that a firewall refused. */
const MODBUS: readonly LineFrame[] = [
  { atMs: AT, end: READER, direction: 'in', frame: '1103000a0002', answer: '030400e60010' },
  { atMs: AT + 5, end: READER, direction: 'in', frame: '110600010007', answer: '8601', refusedBy: 'guard' },
];
const CAN: readonly LineFrame[] = [
  { atMs: AT, end: HEAD_UNIT, direction: 'in', frame: '2301000002000000a1b2000000000000' },
  { atMs: AT + 1, end: 'device', direction: 'out', frame: '2301000002000000a1b2000000000000' },
  { atMs: AT + 2, end: HEAD_UNIT, direction: 'out', frame: '0000ff98010000007f00000000000000' },
];

describe('a line to download', function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-capture-'));
  let lines: FakeLines;
  let server: Server;
  let mayRead = true;
  beforeEach(async () => {
    lines = new FakeLines({ [METERS]: 'modbus', [VEHICLE]: 'can', [PLANT]: 'mqtt', 'line.cell-7/chat': 'unheard-of' });
    mayRead = true;
    const app = express();
    app.use(captureRoutes(lines, (_request, response, next) => (mayRead ? next() : response.status(401).end())));
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => server.close());
  after(() => rmSync(folder, { recursive: true, force: true }));

  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = (line: string, query = '') => call(url(), { path: `/gatewright/lines/cell-7/${line}/capture?${query}` });

  /** Downloads while these frames go over the line, until nothing more can be heard. */
  async function download(line: Address<'line'>, frames: readonly LineFrame[], query = '', lost = 0): Promise<Buffer> {
    const path = `/gatewright/lines/${line.slice('line.'.length)}/capture?${query}`;
    const answered = fetch(new URL(path, url()));
    await lines.until(() => lines.tapped.includes(line));
    const answer = await answered;
    assert.equal(answer.status, 200);
    lines.tell(line, frames, lost);
    lines.end();
    return Buffer.from(await answer.arrayBuffer());
  }

  /** What tshark says of each frame. */
  function fields(file: Buffer, ...names: readonly string[]): readonly (readonly string[])[] {
    const path = join(folder, 'line.pcapng');
    writeFileSync(path, file);
    const argv = ['-r', path, '-T', 'fields', ...names.flatMap(name => ['-e', name])];
    const { stdout, stderr, status } = spawnSync('tshark', argv, { encoding: 'utf8', timeout: 20_000 });
    assert.equal(status, 0, stderr);
    return stdout
      .split('\n')
      .filter(row => row !== '')
      .map(row => row.split('\t'));
  }

  it('shows Wireshark requests and answers of Modbus, with their registers', async () => {
    const file = await download(METERS, MODBUS);
    const link = `${METERS} ${READER}`;
    assert.deepEqual(
      fields(
        file,
        'frame.interface_name',
        'mbtcp.unit_id',
        'modbus.func_code',
        'modbus.regval_uint16',
        'modbus.exception_code',
      ),
      [
        [link, '17', '3', '', ''],
        [link, '17', '3', '230,16', ''],
        [link, '17', '6', '', ''],
        [link, '17', '6', '', '1'],
      ],
    );
  });

  it('shows Wireshark what was on a CAN bus, each end as an interface of its own', async () => {
    const file = await download(VEHICLE, CAN);
    assert.deepEqual(fields(file, 'frame.interface_name', 'can.id', 'can.flags.xtd', 'data.data'), [
      [`${VEHICLE} ${HEAD_UNIT}`, '291', '0', 'a1b2'],
      [`${VEHICLE} device`, '291', '0', 'a1b2'],
      [`${VEHICLE} ${HEAD_UNIT}`, String(0x18ff0000), '1', '7f'],
    ]);
  });

  it('shows Wireshark messages of MQTT as what they say', async () => {
    const { request } = mqttWords.question({ topic: 'cell-7/state', payload: 'running' });
    const frame = Buffer.from(request).toString('hex');
    const file = await download(PLANT, [{ atMs: AT, end: READER, direction: 'in', frame }]);
    const told = fields(file, 'frame.interface_name', 'json.key', 'json.value.string');
    assert.deepEqual(told, [[`${PLANT} ${READER}`, 'topic,payload,qos,retain', 'cell-7/state,cnVubmluZw==']]);
  });

  it('is a log for can-utils too', async () => {
    const text = (await download(VEHICLE, CAN, 'format=candump', 7)).toString();
    const entries = [...readCandump(text.split('\n'))];
    assert.deepEqual(
      entries.map(({ link, time, frame }) => [link, time, frame.id, frame.ext]),
      [
        ['head-unit', AT * 1_000, 0x123, false],
        ['device', (AT + 1) * 1_000, 0x123, false],
        ['head-unit', (AT + 2) * 1_000, 0x18ff0000, true],
      ],
    );
    assert.match(text, /^# 7 frames that nobody had time for are not in this log$/m);
  });

  it('tells of a frame that a firewall refused which one it was; a log, which holds what was on the bus, only counts it', async () => {
    const refused = CAN.map((frame, index) => (index === 2 ? { ...frame, refusedBy: 'head-guard' } : frame));
    const file = await download(VEHICLE, refused);
    assert.deepEqual(fields(file, 'can.id', 'frame.comment'), [
      ['291', ''],
      ['291', ''],
      [String(0x18ff0000), 'refused by head-guard'],
    ]);
    const text = (await download(VEHICLE, refused, 'format=candump')).toString();
    assert.equal([...readCandump(text.split('\n'))].length, 2);
    assert.match(text, /^# 1 frames that a firewall refused are not in this log$/m);
  });

  it('holds one end and one direction only when that is asked', async () => {
    const heard = (await download(VEHICLE, CAN, `format=candump&end=${HEAD_UNIT}&direction=out`)).toString();
    assert.match(heard, /^\(1700000000\.002000\) head-unit 18FF0000#7F\n$/);
  });

  it('ends after the seconds that were asked, and lets the line go', async () => {
    const { status, headers, text } = await get('vehicle', 'format=candump&seconds=1');
    assert.deepEqual([status, text, lines.tapped], [200, '', []]);
    assert.equal(headers['content-disposition'], 'attachment; filename="cell-7-vehicle.log"');
  });

  it('lets the line go when nobody takes it any more', async () => {
    const gone = new AbortController();
    const answer = await fetch(new URL('/gatewright/lines/cell-7/vehicle/capture', url()), { signal: gone.signal });
    assert.deepEqual(lines.tapped, [VEHICLE]);
    gone.abort();
    await assert.rejects(answer.arrayBuffer());
    await lines.until(() => lines.tapped.length === 0);
  });

  for (const [what, line, query, status, says] of [
    ['a log of what is no CAN', 'meters', 'format=candump', 400, /of CAN only; record .* as pcapng/],
    ['no time', 'vehicle', 'seconds=0', 400, /seconds/],
    ['more than ten minutes', 'vehicle', 'seconds=601', 400, /seconds/],
    ['an end that is none', 'vehicle', 'end=../x', 400, /end/],
    ['an unknown field', 'vehicle', 'file=/etc/passwd', 400, /file/],
    ['a name that is none', 'VEHICLE', '', 400, /line/],
    ['a line that is not applied', 'absent', '', 422, /line\.cell-7\/absent is no line/],
    ['a protocol without recordings', 'chat', '', 400, /cannot be recorded/],
  ] as const)
    it(`is refused for ${what}, in words`, async () => {
      const answer = await get(line, query);
      assert.equal(answer.status, status, answer.text);
      assert.match(JSON.parse(answer.text).message, says);
      assert.deepEqual(lines.tapped, []);
    });

  it('is for those only who may read', async () => {
    mayRead = false;
    assert.equal((await get('vehicle')).status, 401);
  });

  it('is refused while as many are under way as may be, and says so', async () => {
    const gone = new AbortController();
    const path = '/gatewright/lines/cell-7/vehicle/capture';
    const open = Array.from({ length: 8 }, () => fetch(new URL(path, url()), { signal: gone.signal }));
    await Promise.all(open);
    const { status, text } = await get('vehicle');
    assert.equal(status, 503);
    assert.match(text, /GW_CAPTURES_FULL/);
    gone.abort();
    await lines.until(() => lines.tapped.length === 0);
  });

  const vehicleLog = (seconds: number) => ({
    listen: (heard: HeardFrames) => lines.tap(VEHICLE, heard),
    open: (write: (bytes: Uint8Array) => void) => openCapture('candump', canRecording, VEHICLE, write),
    seconds,
  });

  it('leaves out what is not taken fast enough, and says how much', async () => {
    const held: (() => void)[] = [];
    let text = '';
    const slow = new Writable({
      write(bytes, _encoding, done) {
        text += String(bytes);
        held.push(done);
      },
    });
    const done = capture(vehicleLog(60), slow, () => {}, { bytes: 1e6, waitingBytes: 10 });
    await lines.until(() => lines.tapped.length === 1);
    for (let n = 0; n < 5; n += 1) lines.tell(VEHICLE, CAN);
    lines.end();
    await done;
    while (!slow.writableFinished) {
      held.shift()?.();
      await new Promise(resolve => setImmediate(resolve));
    }
    assert.equal(text.match(/^\(/gm)?.length, 3);
    assert.match(text, /^# 12 frames that nobody had time for/m);
  });

  it('ends when it is as large as it may be', async () => {
    const into = new PassThrough();
    const done = capture(vehicleLog(600), into, () => {}, { bytes: 100, waitingBytes: 1e6 });
    await lines.until(() => lines.tapped.length === 1);
    lines.tell(VEHICLE, CAN);
    await done;
    assert.deepEqual([lines.tapped, into.writableEnded], [[], true]);
  });
});
