// Devices that are asked by commands: slaves of libmodbus and of ours, on TCP and on a serial line.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { putException } from '../../runtime/protocols/modbus/server/answer.ts';
import { singleDevice } from '../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder, type Responder } from '../../runtime/protocols/modbus/server/responder.ts';
import { serveTcp, type TcpServer } from '../../runtime/protocols/modbus/server/tcp-server.ts';
import { openPeers, type Peers } from '../protocols/modbus/peers/programs.ts';
import { type Ended, type Home, openHome, said } from './command.ts';
import { documentOf, failureIn } from './document.ts';
import { runInTerminal } from './pseudo-terminal.ts';

/** Long, because the machine may be busy; nothing here waits for it to pass. */
const PATIENT = ['--timeout-ms', '20000'] as const;
const LINE = ['--baud-rate', '115200', '--parity', 'none', '--stop-bits', '2'] as const;
const RTU_UNIT = 5;

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

/** A port that nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** A gateway with a line on a serial port. */
function cabinet(path: string): readonly object[] {
  const settings = { carrier: 'rtu', path, baudRate: 115_200, parity: 'none', stopBits: 2 };
  return [
    { id: 'tab', type: 'tab', label: 'cabinet' },
    { id: 'gateway', type: 'gatewright-gateway', name: 'cabinet', backend: 'embedded', hypervisor: 'v86', version: 1 },
    {
      ...{ id: 'drives', type: 'gatewright-bus', z: 'tab', x: 1, y: 1, version: 2, name: 'drives', gateway: 'gateway' },
      ...{ protocol: 'modbus', settings, messages: 'read', taps: 'frames', wires: [[], []] },
    },
  ];
}

describe('gatewright modbus', function () {
  // Many processes, one after the other, each of which shares its processor with others.
  this.timeout(60_000);
  let peers: Peers;
  let home: Home;
  /** A slave of libmodbus, which answers to every unit on TCP. */
  let tcp = '';
  /** One on a serial line. */
  let serial = '';
  let slave: TcpServer;
  let slow: Server;
  const device = new MemoryDevice({ holdingRegisters: 10, coils: 10 });
  const held = new Set<Socket>();
  before(async () => {
    peers = openPeers();
    home = await openHome();
    const port = await freePort();
    await peers.libmodbusTcpServer(port);
    tcp = `tcp://127.0.0.1:${port}`;
    const [near, far] = await peers.ptyPair();
    await peers.libmodbusRtuServer(far, RTU_UNIT);
    serial = near;
    slave = await serveTcp(deviceResponder(singleDevice(device)), { host: '127.0.0.1', port: 0 });
    slow = createServer(socket => {
      held.add(socket);
      socket.on('error', () => {});
    });
    await listening(slow);
  });
  after(async () => {
    for (const socket of held) socket.destroy();
    slow?.close();
    await slave?.close();
    await home?.remove();
    await peers?.close();
  });

  const modbus = (...args: readonly string[]) => home.run(['modbus', ...args]);
  const ours = () => `tcp://127.0.0.1:${slave.port}`;
  const mute = () => `tcp://127.0.0.1:${(slow.address() as { port: number }).port}`;
  const printed = ({ code, stdout, stderr }: Ended) => [code, stdout, stderr];

  it('shows registers in decimal and hex, and bits in words', async () => {
    const registers = await modbus('read', tcp, '254-256', '--unit', '1', '--holding', ...PATIENT);
    assert.deepEqual(printed(registers), [
      0,
      'address  decimal  hex\n    254      254  0x00fe\n    255      255  0x00ff\n    256      256  0x0100\n',
      '',
    ]);
    const inputs = await modbus('read', tcp, '0x10', '--unit', '1', '--input', ...PATIENT);
    assert.deepEqual(printed(inputs), [0, 'address  decimal  hex\n     16       16  0x0010\n', '']);
    const bits = await modbus('read', tcp, '1-3', '--unit', '1', '--discrete', ...PATIENT);
    assert.deepEqual(printed(bits), [0, 'address  value\n      1  on\n      2  off\n      3  on\n', '']);
  });

  it('writes what it then reads, on a serial line too', async () => {
    for (const [place, unit, more] of [
      [tcp, 1, []],
      [serial, RTU_UNIT, LINE],
    ] as const) {
      const all = ['--unit', String(unit), ...more, ...PATIENT, '--json'];
      const written = await modbus('write', place, '20', '4242', '0xffff', '--holding', '--yes', ...all);
      const head = { version: 1, command: 'modbus', ok: true, device: place, unit, stopped: false };
      const values = [
        { address: 20, value: 4242 },
        { address: 21, value: 65_535 },
      ];
      assert.deepEqual(documentOf(written, 'modbus'), { ...head, action: 'write', table: 'holding', values });
      const read = await modbus('read', place, '20-21', '--holding', ...all);
      assert.deepEqual(documentOf(read, 'modbus'), { ...head, action: 'read', table: 'holding', values });
      await modbus('write', place, '2', 'on', 'off', '1', '--coil', '--yes', ...all);
      const coils = documentOf(await modbus('read', place, '2-4', '--coils', ...all), 'modbus');
      assert.deepEqual(
        coils.values?.map(({ value }) => value),
        [1, 0, 1],
      );
    }
  });

  it('reads and writes as much as one request carries, and says so of more', async () => {
    const most = Array.from({ length: 123 }, (_, at) => String(at + 7));
    const all = ['--unit', '1', ...PATIENT, '--json'];
    const written = documentOf(await modbus('write', tcp, '300', ...most, '--holding', '--yes', ...all), 'modbus');
    const read = documentOf(await modbus('read', tcp, '300-422', '--holding', ...all), 'modbus');
    assert.deepEqual([read.values, read.values?.length], [written.values, 123]);
    const bits = documentOf(await modbus('read', tcp, '0-999', '--discrete', ...all), 'modbus');
    assert.equal(bits.values?.length, 1_000);
    const [code, , message] = failureIn(await modbus('read', tcp, '0-125', '--holding', ...all));
    assert.deepEqual([code, message], [2, 'one request reads at most 125 of --holding; ask in several']);
  });

  it('tells an exception in words, and what to do', async () => {
    const { code, stdout, stderr } = await modbus('read', ours(), '10', '--unit', '1', '--holding', ...PATIENT);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, /unit 1 refused function 3: illegal data address \(2\); check the addresses .*count from 0/);
    assert.match(stderr, /\[GW_MODBUS_EXCEPTION\]/);
  });

  it('says which units answer', async () => {
    const all = documentOf(await modbus('scan', tcp, '--units', '1-3', '--timeout-ms', '20000', '--json'), 'modbus');
    assert.deepEqual(
      all.units,
      [1, 2, 3].map(unit => ({ unit, answer: 'value' })),
    );
    // Only one is there, and silence is what the others say.
    const scan = await modbus('scan', serial, '--units', '4-6', '--timeout-ms', '500', ...LINE);
    assert.deepEqual(printed(scan), [0, 'unit 5 answers\n', '']);
    const none = await modbus('scan', mute(), '--units', '1-5', '--timeout-ms', '10');
    assert.deepEqual([none.code, none.stdout], [1, `No unit from 1 to 5 answers at ${mute()}.\n`]);
  });

  it('tells a unit that refuses from one that a gateway does not reach', async () => {
    const known = deviceResponder(singleDevice(device));
    const gateway: Responder = {
      ...known,
      respond: (unit, bytes, start, end, into, at) =>
        unit === 7
          ? known.respond(unit, bytes, start, end, into, at)
          : putException(bytes[start] ?? 0, unit === 8 ? 2 : unit === 9 ? 10 : 11, into, at),
    };
    const server = await serveTcp(gateway, { host: '127.0.0.1', port: 0 });
    try {
      const args = ['scan', `tcp://127.0.0.1:${server.port}`, '--units', '6-10', ...PATIENT];
      assert.deepEqual(documentOf(await modbus(...args, '--json'), 'modbus').units, [
        { unit: 7, answer: 'value' },
        { unit: 8, answer: 'exception', exception: 2 },
      ]);
      assert.equal((await modbus(...args)).stdout, 'unit 7 answers\nunit 8 answers: illegal data address (2)\n');
    } finally {
      await server.close();
    }
  });

  it('writes nothing unless somebody wants it', async () => {
    const args = ['write', ours(), '3', '77', '--unit', '1', '--holding', ...PATIENT];
    const [code, , message] = failureIn(await modbus(...args, '--json'));
    assert.deepEqual([code, /give --yes to write it/.test(message)], [2, true], message);
    const refused = runInTerminal(home, ['modbus', ...args]);
    await refused.until('[y/N]');
    refused.type('n\r');
    assert.equal((await refused.ended).code, 1);
    assert.equal(device.register('holding-registers', 3), 0);
    const approved = runInTerminal(home, ['modbus', ...args]);
    await approved.until('Write 1 holding register from address 3 of unit 1');
    approved.type('y\r');
    const { code: fine, stdout } = await approved.ended;
    assert.equal(fine, 0);
    assert.match(stdout, /Unit 1 has written 1 holding register from address 3/);
    assert.equal(device.register('holding-registers', 3), 77);
  });

  it('leaves a serial port alone while a line of a gateway has it', async () => {
    const agent = home.start(['agent', '--gateway', 'cabinet', '--backend', 'embedded']);
    await said(agent, 'stdout', 'listens on');
    const applied = await home.run(['apply', await home.file('flow.json', cabinet(realpathSync(serial))), '--yes']);
    assert.equal(applied.code, 0, applied.stdout + applied.stderr);
    // The time-out of the test is the bound.
    while (!(await home.run(['observe', '--gateway', 'cabinet'])).stdout.includes('line.cabinet/drives  open'));
    const args = ['read', serial, '1', '--unit', String(RTU_UNIT), '--holding', ...LINE, ...PATIENT];
    const [code, name, message] = failureIn(await modbus(...args, '--json'));
    assert.deepEqual([code, name], [3, 'GW_SERIAL_TAKEN']);
    assert.equal(message, `${serial} is taken: a line of a gateway, or another program, has it open`);
    agent.child.kill('SIGTERM');
    await agent.ended;
    const free = await modbus(...args);
    assert.deepEqual([free.code, free.stderr], [0, '']);
  });

  it('says that nobody is there', async () => {
    const nobody = `tcp://127.0.0.1:${await freePort()}`;
    const cases = [
      [nobody, 'GW_MODBUS_LINE_DOWN'],
      [`${home.folder}/no-such-port`, 'GW_MODBUS_LINE_DOWN'],
      [mute(), 'GW_MODBUS_SILENT'],
    ] as const;
    for (const [place, wanted] of cases) {
      const ended = await modbus('read', place, '1', '--unit', '5', '--holding', '--timeout-ms', '10', '--json');
      const [code, name, message] = failureIn(ended);
      assert.deepEqual([code, name], [3, wanted], message);
    }
  });

  it('ends at Ctrl-C while it waits for an answer', async () => {
    for (const action of [
      ['read', mute(), '1', '--holding', '--unit', '1'],
      ['write', mute(), '1', '7', '--holding', '--yes', '--unit', '1'],
      ['scan', mute()],
    ]) {
      const asked = once(slow, 'connection').then(async ([socket]) => void (await once(socket as Socket, 'data')));
      const started = home.start(['modbus', ...action, '--timeout-ms', '60000', '--json']);
      await asked;
      started.child.kill('SIGINT');
      const ended = await started.ended;
      const { ok, stopped } = documentOf(ended, 'modbus');
      assert.deepEqual([ended.code, ended.signal, ok, stopped], [1, null, false, true]);
      assert.equal(/Whether it was written is not known/.test(ended.stderr), action[0] === 'write', ended.stderr);
    }
  });

  const read = ['read', 'tcp://127.0.0.1', '1', '--unit', '1'];
  const write = ['write', 'tcp://127.0.0.1', '1', '1', '--unit', '1', '--yes'];
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a device of another kind', ['read', 'http://127.0.0.1', '1', '--unit', '1', '--coils'], /is no device; name tcp/],
    ['a device with more behind it', ['read', 'tcp://h:1/x', '1', '--unit', '1', '--coils'], /is no device; name tcp/],
    ['a port that is none', ['read', 'tcp://h:65536', '1', '--unit', '1', '--coils'], /is no device; name tcp/],
    ['a name without its folder', ['read', 'ttyUSB0', '1', '--unit', '1', '--coils'], /such as \/dev\/ttyUSB0/],
    ['a speed of a connection', [...read, '--coils', '--baud-rate', '9600'], /--baud-rate is of a serial port/],
    ['a parity that is none', ['read', '/dev/x', '1', '--unit', '1', '--coils', '--parity', 'mark'], /--parity takes/],
    ['three stop bits', ['read', '/dev/x', '1', '--unit', '1', '--coils', '--stop-bits', '3'], /--stop-bits takes/],
    ['everybody on a serial line', ['read', '/dev/x', '1', '--unit', '0', '--coils'], /from 1 to 247, not 0/],
    ['a unit that is none', ['read', 'tcp://h', '1', '--unit', '256', '--coils'], /from 0 to 255, not 256/],
    ['no table', read, /choose one table; .*--coils, --discrete, --holding, --input/],
    ['two tables', [...read, '--coils', '--input'], /choose one table/],
    ['an address that is none', ['read', 'tcp://h', '65536', '--unit', '1', '--coils'], /0 to 65535.*not 65536/],
    ['a range backwards', ['read', 'tcp://h', '5-4', '--unit', '1', '--coils'], /5-4 is no range of addresses/],
    ['a register that is too large', [...write.slice(0, 3), '65536', ...write.slice(4), '--holding'], /not 65536/],
    ['a coil of seven', [...write.slice(0, 3), '7', ...write.slice(4), '--coil'], /on, off, 1 or 0, not 7/],
    ['values behind the end', ['write', 'tcp://h', '65535', '1', '2', '--unit', '1', '--coil'], /write fewer/],
    ['units backwards', ['scan', 'tcp://h', '--units', '7-3'], /7-3 is no range of units/],
    ['a wait that is none', [...read, '--coils', '--timeout-ms', '0'], /--timeout-ms takes a whole number from 10/],
  ];
  for (const [what, args, wanted] of cases)
    it(`is told of ${what}`, async () => {
      const { code, stdout, stderr } = await modbus(...args);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, wanted);
    });
});
