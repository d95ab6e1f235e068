// A line that is recorded and spoken to by commands: a real agent, the real process of lines, and a device behind a socket.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { closeSync, openSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { openRecording } from '../../runtime/lanes/recording/open.ts';
import { modbusRecording } from '../../runtime/protocols/modbus/recording.ts';
import { singleDevice } from '../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder, type Responder } from '../../runtime/protocols/modbus/server/responder.ts';
import { serveTcp, type TcpServer } from '../../runtime/protocols/modbus/server/tcp-server.ts';
import { type Ended, type Home, openHome, type Started, said } from './command.ts';
import { documentOf, failureIn } from './document.ts';
import { read, recording, write } from './recorded-cell.ts';

const DRIVES = 'line.cabinet/drives';
const BUS = 'line.cabinet/vehicle';
/** The third asks for registers that the device does not have. */
const REQUESTS = [read(1), write(1, 5, 7), read(1, 200), read(1, 5)];
const LOG = [
  '(1.000000) can0 123#DEADBEEF',
  '(1.010000) can1 00000123#01',
  '(1.020000) can0 7FF#R4',
  '(1.030000) can0 001#',
];

/** A gateway with a Modbus device at a port, and a CAN bus inside the box. */
function flow(port: number, messages: string): readonly object[] {
  const bus = (name: string, protocol: string, settings: object, may: string) => ({
    ...{ id: name, type: 'gatewright-bus', z: 'tab', x: 1, y: 1, version: 2, name, gateway: 'gateway' },
    ...{ protocol, settings, messages: may, taps: 'frames', wires: [[], []] },
  });
  return [
    { id: 'tab', type: 'tab', label: 'cabinet' },
    { id: 'gateway', type: 'gatewright-gateway', name: 'cabinet', backend: 'embedded', hypervisor: 'v86', version: 1 },
    bus('drives', 'modbus', { carrier: 'tcp', host: '127.0.0.1', port }, messages),
    bus('vehicle', 'can', { adapter: 'none' }, 'write'),
  ];
}

describe('a line by commands', function () {
  // Many processes, one after the other, each of which shares its processor with others.
  this.timeout(60_000);
  const device = new MemoryDevice({ holdingRegisters: 100, coils: 100 });
  const asked = new EventEmitter();
  let slave: TcpServer;
  let home: Home;
  let cell = '';
  let agent: Started;
  before(async () => {
    const answering = deviceResponder(singleDevice(device));
    const telling: Responder = {
      ...answering,
      respond: (...request) => {
        asked.emit('request');
        return answering.respond(...request);
      },
    };
    slave = await serveTcp(telling, { host: '127.0.0.1', port: 0 });
    home = await openHome();
    cell = await home.file('cell.pcap', recording(REQUESTS, 20_000));
    agent = home.start(['agent', '--gateway', 'cabinet', '--backend', 'embedded']);
    await said(agent, 'stdout', 'listens on');
    await apply('write');
  });
  after(async () => {
    await home?.remove();
    await slave?.close();
  });

  async function apply(messages: string): Promise<void> {
    const { code, stderr } = await home.run([
      'apply',
      await home.file('flow.json', flow(slave.port, messages)),
      '--yes',
    ]);
    assert.equal(code, 0, stderr);
  }
  const play = (line: string, ...args: readonly string[]) => home.run(['play', line, '--yes', '--json', ...args]);
  /** Starts to record; what is said from then on is heard. */
  async function capturing(args: readonly string[], stdio?: 'file', path = ''): Promise<Started> {
    const into = stdio === undefined ? undefined : openSync(path, 'w');
    const started = home.start(['capture', ...args], into === undefined ? {} : { stdio: ['ignore', into, 'pipe'] });
    if (into !== undefined) closeSync(into);
    await said(started, 'stderr', 'Recording');
    return started;
  }
  /** Requests in a recording, in hex. */
  function requestsIn(path: string): readonly string[] {
    const found: string[] = [];
    const reader = modbusRecording.reader(({ request }) => void found.push(Buffer.from(request).toString('hex')));
    const file = openRecording({ frame: frame => reader.take(frame) });
    file.take(readFileSync(path));
    assert.deepEqual([file.end(), reader.end()], [0, []]);
    return found;
  }
  const ended = ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr });

  it('is observed with how it fares', async () => {
    const { code, stdout } = await home.run(['observe', '--gateway', 'cabinet']);
    assert.deepEqual([code, stdout.split('\n').slice(1)], [0, [`  ${DRIVES}  open`, `  ${BUS}  open`, '']]);
  });

  it('says what is in a recording, in its own time, and counts what devices answer', async () => {
    const played = await play('drives', '--recording', cell);
    const { latestMs, ...told } = documentOf(played, 'play');
    assert.deepEqual(
      [played.code, told],
      [
        0,
        {
          ...{ version: 1, command: 'play', ok: true, line: DRIVES, protocol: 'modbus' },
          ...{ said: 4, answered: 4, exceptions: 1, failed: [], stopped: false, remarks: [] },
        },
      ],
    );
    assert.equal(typeof latestMs, 'number');
    assert.equal(device.register('holding-registers', 5), 7);
    const { stdout } = await home.run(['play', DRIVES, '--yes', '--recording', cell, '--speed', 'max']);
    assert.equal(stdout, `${DRIVES}: 4 frames said, 4 answered, 1 of them refused\n`);
  });

  it('is recorded as Wireshark reads it, with answers, until as many frames as were asked for', async () => {
    const output = join(home.folder, 'drives.pcapng');
    const capture = await capturing([DRIVES, '--output', output, '--count', '3', '--end', 'messages', '--json']);
    await play('drives', '--recording', cell, '--speed', 'max');
    const end = await capture.ended;
    const { seconds, ...told } = documentOf(end, 'capture');
    assert.deepEqual(
      [end.code, told],
      [
        0,
        {
          ...{ version: 1, command: 'capture', ok: true, line: DRIVES, protocol: 'modbus', format: 'pcapng' },
          ...{ output, frames: 3, lost: 0, ending: 'count' },
        },
      ],
    );
    assert.ok(seconds > 0);
    const fields = ['frame.interface_name', 'modbus.func_code', 'modbus.regval_uint16', 'modbus.exception_code'];
    const args = ['-r', output, '-T', 'fields', '-E', 'separator=;', ...fields.flatMap(name => ['-e', name])];
    const rows = spawnSync('tshark', args).stdout.toString().trim().split('\n');
    const [registers, name] = [[0, 1].map(at => device.register('holding-registers', at)), `${DRIVES} messages`];
    assert.deepEqual(rows, [
      `${name};3;;`,
      `${name};3;${registers};`,
      `${name};6;;`,
      `${name};6;;`,
      `${name};3;;`,
      `${name};3;;2`,
    ]);
  });

  it('is recorded to standard output until Ctrl-C, and what was recorded can be said again', async () => {
    const output = join(home.folder, 'by-hand.pcapng');
    const capture = await capturing(['drives', '--end', 'messages'], 'file', output);
    await play('drives', '--recording', cell, '--speed', 'max');
    await written(output, REQUESTS.length);
    capture.child.kill('SIGINT');
    const { code, stderr } = await capture.ended;
    assert.equal(code, 0);
    assert.match(stderr, /^Recording .*\nEnding the recording\.\nline\.cabinet\/drives: 4 frames in \d+\.\d s\n$/);
    assert.deepEqual(requestsIn(output), requestsIn(cell));
    const again = documentOf(await play('drives', '--recording', output, '--speed', '10'), 'play');
    assert.deepEqual([again.said, again.answered, again.exceptions], [4, 4, 1]);
  });

  it('of CAN is recorded as a log that can be played again', async () => {
    const log = await home.file('bus.log', `${LOG.join('\n')}\n`);
    const output = join(home.folder, 'bus-again.log');
    const args = [BUS, '--format', 'candump', '--output', output, '--end', 'messages'];
    const capture = await capturing([...args, '--direction', 'in', '--count', String(LOG.length)]);
    const { code, stdout } = await home.run(['play', 'vehicle', '--yes', '--recording', log, '--speed', 'max']);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^line\.cabinet\/vehicle: 4 frames said, 0 answered\n {2}it has several links, .*; --link takes one\n$/,
    );
    assert.equal((await capture.ended).code, 0);
    const framesOf = (text: string) =>
      text
        .trim()
        .split('\n')
        .map(line => line.split(' ').slice(2).join(' '));
    assert.deepEqual(framesOf(readFileSync(output, 'utf8')), framesOf(LOG.join('\n')));
    const one = await home.run(['play', BUS, '--yes', '--recording', log, '--link', 'can1', '--speed', 'max']);
    assert.equal(one.stdout, `${BUS}: 1 frame said, 0 answered\n`);
  });

  it('is left in peace after Ctrl-C in the middle of a recording', async () => {
    const slow = await home.file('slow.pcap', recording([read(1), read(1, 2)], 3_600_000_000));
    const heard = once(asked, 'request');
    const playing = home.start(['play', 'drives', '--yes', '--recording', slow, '--json']);
    await heard;
    playing.child.kill('SIGINT');
    const end = await playing.ended;
    const { ok, said: frames, stopped, latestMs } = documentOf(end, 'play');
    assert.deepEqual([end.code, ok, frames, stopped, latestMs], [1, false, 1, true, undefined]);
    assert.equal(end.stderr, 'Stopping after what is being said.\n');
  });

  it('that is silent is told, and what follows is said all the same', async () => {
    const gone = await serveTcp(deviceResponder(singleDevice(device)), { host: '127.0.0.1', port: 0 });
    await gone.close();
    const path = await home.file('gone.json', flow(gone.port, 'write'));
    assert.equal((await home.run(['apply', path, '--yes'])).code, 0);
    const played = await play('drives', '--recording', cell, '--speed', 'max');
    const { ok, said: frames, answered, failed } = documentOf(played, 'play');
    assert.deepEqual([played.code, ok, frames, answered], [3, false, 4, 0]);
    assert.equal(
      failed.reduce((sum, each) => sum + each.frames, 0),
      4,
    );
    assert.deepEqual([...new Set(failed.map(({ code }) => code))], ['GW_MODBUS_LINE_DOWN']);
    await apply('write');
  });

  it('is not spoken to when nobody wants it, and not beyond what messages may', async () => {
    const unasked = await home.run(['play', 'drives', '--recording', cell]);
    assert.deepEqual(ended(unasked), {
      code: 2,
      stdout: '',
      stderr: `gatewright: nobody can be asked whether to say what is in ${cell} on ${DRIVES}; give --yes to say it\n`,
    });
    await apply('read');
    const [code, name, message] = failureIn(await play('drives', '--recording', cell, '--speed', 'max'));
    assert.deepEqual([code, name], [1, 'GW_LINE_MESSAGES']);
    assert.match(message, /messages may only read here/);
    await apply('write');
  });

  it('is named rightly, and what cannot be is told', async () => {
    const log = await home.file('a.log', '(1.0) can0 123#00\n');
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['capture', 'drives', '--json'], /do not go into one stream; name a file by --output/],
      [['capture', 'pumps', '--output', 'x'], /cabinet has no line pumps; gatewright observe names what it has/],
      [['capture', 'line.shed/pumps', '--output', 'x'], /no gateway shed is known here; known is cabinet/],
      [['capture', 'Drives', '--output', 'x'], /Drives is no line; name it as line\.GATEWAY\/NAME/],
      [['capture', DRIVES, '--gateway', 'shed', '--output', 'x'], /is not on shed; name one of the two/],
      [['capture', 'drives', '--format', 'pcap', '--output', 'x'], /--format takes pcapng or candump, not pcap/],
      [
        ['capture', 'drives', '--format', 'candump', '--output', 'x'],
        /there are no candump logs of it; choose --format/,
      ],
      [['capture', 'drives', '--direction', 'up', '--output', 'x'], /--direction takes in or out, not up/],
      [
        ['capture', 'drives', '--end', 'a7', '--output', 'x'],
        /a7 is no end of line\.cabinet\/drives; it has device, messages/,
      ],
      [
        ['capture', 'drives', '--output', join(home.folder, 'no/x')],
        /no\/x cannot be written \(ENOENT.*; name another/,
      ],
      [['play', 'drives', '--recording', cell, '--speed', '0'], /--speed takes original, max, or a number above 0/],
      [
        ['play', 'drives', '--recording', log, '--yes'],
        /a candump log, holds nothing that can be said on line\.cabinet/,
      ],
      [['play', 'drives', '--recording', 'no-such', '--yes'], /there is no file no-such; name a recording/],
    ];
    const told = await Promise.all(cases.map(([args]) => home.run([...args, '--json'])));
    for (const [place, [, words]] of cases.entries()) {
      const [code, name, message] = failureIn(told[place] as Ended);
      assert.deepEqual([code, name], [2, 'USAGE'], message);
      assert.match(message, words);
    }
  });

  it('ends a recording that it cannot go on with, and says so', async () => {
    const output = join(home.folder, 'last.pcapng');
    const capture = await capturing(['drives', '--output', output]);
    await play('drives', '--recording', cell, '--speed', 'max');
    agent.child.kill('SIGTERM');
    const { code, stdout } = await capture.ended;
    assert.equal(code, 3);
    assert.match(
      stdout,
      /: \d frames in .*\n {2}The line or its agent went away\. Look with gatewright observe, and record/,
    );
    assert.doesNotThrow(() => requestsIn(output));
  });

  /** Resolves once a file that is still written to has so many requests. */
  async function written(path: string, requests: number): Promise<void> {
    const watcher = watch(path);
    while (requestsSoFar(path) < requests) await once(watcher, 'change');
    watcher.close();
  }

  function requestsSoFar(path: string): number {
    const found: number[] = [];
    const reader = modbusRecording.reader(({ time }) => void found.push(time));
    const file = openRecording({ frame: frame => reader.take(frame) });
    file.take(readFileSync(path));
    return found.length;
  }
});
