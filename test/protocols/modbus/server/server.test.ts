// Our slaves and servers, asked by masters that others wrote.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { rtuFrame, tcpFrame } from '../../../../runtime/protocols/modbus/adu/frames.ts';
import { TcpFramer } from '../../../../runtime/protocols/modbus/adu/tcp-framer.ts';
import { devicesByUnit, singleDevice } from '../../../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder, type Responder } from '../../../../runtime/protocols/modbus/server/responder.ts';
import { serveRtu } from '../../../../runtime/protocols/modbus/server/rtu-server.ts';
import { serveTcp, type TcpServer } from '../../../../runtime/protocols/modbus/server/tcp-server.ts';
import { serialWire } from '../../../../runtime/protocols/modbus/wire/serial.ts';
import { bytes, hex, hostileBytes, joined } from '../arbitraries.ts';
import { closeNpmMaster, NpmMaster } from '../peers/npm-modbus.ts';
import { openPeers, type Peers } from '../peers/programs.ts';
import { openWire, until } from '../until.ts';

const LOCAL = { host: '127.0.0.1', port: 0 };
const TEXTS = { 0: 'Gatewright', 1: 'GW-1', 2: '1.0', 4: 'Test device' };

function filledDevice(): MemoryDevice {
  const sizes = { coils: 1000, discreteInputs: 1000, holdingRegisters: 1000, inputRegisters: 1000 };
  const device = new MemoryDevice(sizes, TEXTS);
  for (let address = 0; address < 1000; address += 1) {
    device.setRegister('holding-registers', address, address);
    device.setRegister('input-registers', address, address);
    device.setBit('coils', address, address % 2 === 1);
    device.setBit('discrete-inputs', address, address % 2 === 1);
  }
  return device;
}

/** What libmodbus must read, whoever answers. */
const ANSWERS = [
  'write coils: 3',
  'write coil: 1',
  'read coils: 4 1 0 1 1',
  'read discrete inputs: 3 0 1 0',
  'write register: 1',
  'write registers: 2',
  'read holding registers: 3 4242 111 222',
  'read input registers: 2 7 8',
  'mask write: 1',
  'write and read: 3 29 111 222',
  'read beyond the end: Illegal data address',
];

/** Sends bytes and gathers whole answers until there are so many, or the connection ends. */
async function exchange(port: number, sent: readonly Uint8Array[], answers: number): Promise<readonly string[]> {
  const socket: Socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const got: string[] = [];
  const framer = new TcpFramer((held, start, end) => got.push(hex(held.subarray(start, end))));
  socket.on('data', chunk => framer.push(chunk));
  socket.on('error', () => {});
  await once(socket, 'connect');
  for (const part of sent) {
    socket.write(part);
    // Each part a segment of its own.
    await new Promise(setImmediate);
  }
  if (!Number.isFinite(answers)) socket.end();
  await until(() => got.length >= answers || socket.closed);
  socket.destroy();
  return got;
}

describe('the Modbus TCP server', () => {
  let peers: Peers;
  let server: TcpServer;
  let device: MemoryDevice;

  before(() => {
    peers = openPeers();
  });
  after(() => peers.close());
  beforeEach(async () => {
    device = filledDevice();
    server = await serveTcp(deviceResponder(singleDevice(device)), LOCAL);
  });
  afterEach(() => server.close());

  it('answers every function of libmodbus, and an unknown one with an exception', async () => {
    const lines = await peers.libmodbusClient('tcp', String(server.port), '1', 'functions');
    assert.deepEqual(lines.slice(0, -1), ANSWERS);
    assert.equal(lines.at(-1), 'unknown function: 9');
    assert.equal(device.register('holding-registers', 20), (4242 & 0xf2) | (0x25 & ~0xf2));
  });

  it('answers every function of pymodbus', async () => {
    assert.deepEqual(await peers.pymodbusClient('tcp', String(server.port), '1'), ANSWERS);
    assert.equal(device.register('holding-registers', 20), (4242 & 0xf2) | (0x25 & ~0xf2));
  });

  it('answers mbpoll', async () => {
    const { code, output } = await peers.mbpoll(
      ...['-m', 'tcp', '-p', String(server.port), '-a', '1', '-t', '4', '-r', '8', '-c', '3', '-1', '-0', '127.0.0.1'],
    );
    assert.equal(code, 0, output);
    assert.deepEqual(
      [...output.matchAll(/^\[(\d+)\]:\s+(\d+)/gm)].map(match => [Number(match[1]), Number(match[2])]),
      [8, 9, 10].map(n => [n, n]),
    );
  });

  it('answers npm modbus-serial, many requests ahead and the name plate', async () => {
    const master = new NpmMaster();
    await master.connectTCP('127.0.0.1', { port: server.port });
    master.setID(1);
    master.setTimeout(5_000);
    const addresses = Array.from({ length: 40 }, (_, address) => address);
    const reads = await Promise.all(addresses.map(address => master.readHoldingRegisters(address, 2)));
    assert.deepEqual(
      reads.map(read => read.data),
      addresses.map(address => [address, address + 1]),
    );
    const { data } = await master.readDeviceIdentification(1, 0);
    assert.deepEqual(Object.values(data), ['Gatewright', 'GW-1', '1.0']);
    await assert.rejects(master.readCoils(999, 2), /exception 2/);
    await closeNpmMaster(master);
  });

  const ask = (transaction: number, pdu: string, unit = 1) => tcpFrame(transaction, unit, bytes(pdu));

  it('answers requests that come joined and split, each once and in order', async () => {
    const all = joined(ask(1, '03 00 01 00 01'), ask(2, '03 00 02 00 01'), ask(3, '03 00 03 00 01'));
    const expected = [1, 2, 3].map(n => hex(tcpFrame(n, 1, Uint8Array.of(3, 2, 0, n))));
    assert.deepEqual(await exchange(server.port, [all], 3), expected);
    assert.deepEqual(
      await exchange(server.port, [all.subarray(0, 15), all.subarray(15, 16), all.subarray(16)], 3),
      expected,
    );
  });

  for (const [what, pdu, answer] of [
    ['a read of 126 registers', '03 00 00 00 7e', '83 03'],
    ['a write whose byte count is wrong', '10 00 00 00 02 02 00 01', '90 03'],
    ['an unknown function', '63 00', 'e3 01'],
    ['another encapsulated interface', '2b 0d 00', 'ab 01'],
    ['an object that the name plate has not', '2b 0e 04 77', 'ab 02'],
  ] as const)
    it(`answers ${what} with the right exception`, async () =>
      assert.deepEqual(await exchange(server.port, [ask(9, pdu)], 1), [hex(tcpFrame(9, 1, bytes(answer)))]));

  it('closes a connection that is out of step and goes on with others', async () => {
    const wrong = bytes('00 01 00 00 ff ff 01 03 00 00 00 01');
    assert.deepEqual(await exchange(server.port, [wrong, ask(1, '03 00 01 00 01')], 1), []);
    assert.equal(server.counters.malformed, 1);
    assert.equal((await exchange(server.port, [ask(1, '03 00 01 00 01')], 1)).length, 1);
  });

  it('ignores frames of other protocols', async () => {
    const foreign = bytes('00 01 00 07 00 06 01 03 00 00 00 01');
    assert.equal((await exchange(server.port, [foreign, ask(2, '03 00 01 00 01')], 1)).length, 1);
    assert.equal(server.counters.malformed, 1);
  });

  it('answers for a unit that is not there with exception 11, and for 0 and 255 when there is only one', async () => {
    const only = await serveTcp(deviceResponder(devicesByUnit(new Map([[7, device]]))), LOCAL);
    const got = await exchange(
      only.port,
      [0, 7, 8, 255].map(unit => ask(unit, '03 00 01 00 01', unit)),
      4,
    );
    await only.close();
    const data = (unit: number) => hex(tcpFrame(unit, unit, bytes('03 02 00 01')));
    assert.deepEqual(got, [data(0), data(7), hex(tcpFrame(8, 8, bytes('83 0b'))), data(255)]);
  });

  it('answers with exception 4 for a device that throws', async () => {
    const failures: unknown[] = [];
    const broken = new MemoryDevice({});
    broken.readRegisters = () => {
      throw new Error('broken');
    };
    const failing = await serveTcp(
      deviceResponder(singleDevice(broken), error => failures.push(error)),
      LOCAL,
    );
    const got = await exchange(failing.port, [ask(1, '03 00 01 00 01')], 1);
    await failing.close();
    assert.deepEqual(got, [hex(tcpFrame(1, 1, bytes('83 04')))]);
    assert.match(String(failures), /broken/);
  });

  it('bounds what one master may leave unanswered: exception 6 for the rest', async () => {
    const answers: ((pdu: Uint8Array) => void)[] = [];
    const slow: Responder = { respond: () => new Promise(resolve => answers.push(resolve)), broadcast: () => {} };
    const busy = await serveTcp(slow, { ...LOCAL, mostPending: 2 });
    const got = await exchange(busy.port, [joined(...[1, 2, 3].map(n => ask(n, '03 00 01 00 01')))], 1);
    assert.deepEqual(got, [hex(tcpFrame(3, 1, bytes('83 06')))]);
    assert.equal(answers.length, 2);
    for (const answer of answers) answer(bytes('03 02 00 01'));
    await busy.close();
  });

  it('turns away one master too many', async () => {
    const narrow = await serveTcp(deviceResponder(singleDevice(device)), { ...LOCAL, mostConnections: 1 });
    const first = connect({ host: '127.0.0.1', port: narrow.port });
    await until(() => narrow.connections() === 1);
    assert.deepEqual(await exchange(narrow.port, [ask(1, '03 00 01 00 01')], 1), []);
    assert.equal(narrow.counters.turnedAway, 1);
    first.destroy();
    await narrow.close();
  });

  it('does not gather answers without end for a master that never reads', async () => {
    const deaf = connect({ host: '127.0.0.1', port: server.port });
    deaf.on('error', () => {});
    deaf.pause();
    await once(deaf, 'connect');
    const flood = joined(...Array.from({ length: 500 }, () => ask(1, '03 00 00 00 7d')));
    let sent = 0;
    // Until the server stops reading, which stops us.
    while (deaf.writableLength < 8 * flood.length) {
      deaf.write(flood);
      sent += 500;
      await new Promise(setImmediate);
    }
    assert.ok(server.counters.answers < sent, `${server.counters.answers} of ${sent} answered`);
    deaf.destroy();
  });

  it('outlives hostile bytes and still answers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileBytes, { minLength: 1, maxLength: 4 }), async chunks => {
        const got = await exchange(server.port, chunks, Number.POSITIVE_INFINITY);
        assert.ok(got.every(frame => frame.length <= 2 * 260));
      }),
      { numRuns: 30 },
    );
    assert.equal((await exchange(server.port, [ask(1, '03 00 01 00 01')], 1)).length, 1);
  });
});

describe('the Modbus RTU slave', () => {
  let peers: Peers;
  const closing: (() => unknown)[] = [];

  before(() => {
    peers = openPeers();
  });
  after(() => peers.close());
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function slave(units: Readonly<Record<number, MemoryDevice>>): Promise<string> {
    const [master, own] = await peers.ptyPair();
    const wire = await openWire(serialWire({ path: own, baudRate: 115_200, parity: 'none' }));
    const devices = devicesByUnit(new Map(Object.entries(units).map(([unit, device]) => [Number(unit), device])));
    const server = serveRtu(deviceResponder(devices), wire.stream, { heard: 'both' });
    closing.push(() => wire.close(), server.stop);
    return master;
  }

  it('answers every function of libmodbus, and an unknown one with an exception', async () => {
    const master = await slave({ 5: filledDevice() });
    const lines = await peers.libmodbusClient('rtu', master, '5', 'functions');
    assert.deepEqual(lines.slice(0, -1), ANSWERS);
    assert.equal(lines.at(-1), 'unknown function: 5');
  });

  it('answers every function of pymodbus', async () => {
    assert.deepEqual(await peers.pymodbusClient('rtu', await slave({ 5: filledDevice() }), '5'), ANSWERS);
  });

  it('answers mbpoll and npm modbus-serial', async () => {
    const path = await slave({ 1: filledDevice() });
    const line = ['-m', 'rtu', '-b', '115200', '-P', 'none', '-a', '1', '-t', '4', '-r', '8', '-c', '2', '-1', '-0'];
    const { code, output } = await peers.mbpoll(...line, path);
    assert.equal(code, 0, output);
    assert.match(output, /\[9\]:\s+9/);
    const master = new NpmMaster();
    await master.connectRTUBuffered(path, { baudRate: 115_200 });
    master.setID(1);
    master.setTimeout(5_000);
    assert.deepEqual((await master.readInputRegisters(40, 3)).data, [40, 41, 42]);
    await closeNpmMaster(master);
  });

  it('does what a broadcast asks for on all its units, silently, and stays silent for units of others', async () => {
    const [one, two] = [filledDevice(), filledDevice()];
    const path = await slave({ 1: one, 2: two });
    const wire = await openWire(serialWire({ path, baudRate: 115_200, parity: 'none' }));
    closing.push(() => wire.close());
    const heard: Uint8Array[] = [];
    wire.stream.on('data', chunk => heard.push(chunk));
    wire.stream.write(rtuFrame(0, bytes('06 00 05 03 e7')));
    wire.stream.write(rtuFrame(9, bytes('03 00 05 00 01')));
    wire.stream.write(rtuFrame(2, bytes('03 00 05 00 01')));
    await until(() => joined(...heard).length >= 7);
    assert.equal(hex(joined(...heard)), hex(rtuFrame(2, bytes('03 02 03 e7'))));
    assert.equal(one.register('holding-registers', 5), 999);
  });
});
