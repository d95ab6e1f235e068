// Our client on real lines: against libmodbus, pymodbus and npm modbus-serial as slaves, and npm modbus-serial's client over our line.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type ModbusClient, modbusClient } from '../../../../runtime/protocols/modbus/client/client.ts';
import { NpmPort } from '../../../../runtime/protocols/modbus/client/npm-port.ts';
import { ModbusLine } from '../../../../runtime/protocols/modbus/line/line.ts';
import { lineResponder } from '../../../../runtime/protocols/modbus/line/line-responder.ts';
import type { LineOptions } from '../../../../runtime/protocols/modbus/line/options.ts';
import { singleDevice } from '../../../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder } from '../../../../runtime/protocols/modbus/server/responder.ts';
import { serveRtu } from '../../../../runtime/protocols/modbus/server/rtu-server.ts';
import { serveTcp } from '../../../../runtime/protocols/modbus/server/tcp-server.ts';
import { serialWire } from '../../../../runtime/protocols/modbus/wire/serial.ts';
import { socketWire } from '../../../../runtime/protocols/modbus/wire/socket.ts';
import type { OpenWire } from '../../../../runtime/protocols/modbus/wire/wire.ts';
import { NpmMaster, NpmTcpServer } from '../peers/npm-modbus.ts';
import { openPeers, type Peers } from '../peers/programs.ts';
import { openWire, until } from '../until.ts';

/** Long, because the machine may be busy; nothing here waits for it to pass. */
const PATIENT = { answerMs: 10_000 } as const;

/** A port that nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

describe('the Modbus client', () => {
  let peers: Peers;
  const closing: (() => unknown)[] = [];

  before(() => {
    peers = openPeers();
  });
  after(() => peers.close());
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function openLine(open: OpenWire, options: LineOptions): Promise<ModbusLine> {
    const line = new ModbusLine(open, { ...PATIENT, ...options });
    closing.push(() => line.close());
    await until(() => line.state === 'open');
    return line;
  }

  async function tcpLine(port: number): Promise<ModbusLine> {
    return openLine(socketWire({ host: '127.0.0.1', port }), { carrier: 'tcp' });
  }

  /** Everything that libmodbus' slave can be asked, whatever carries it. */
  async function askEverything(client: ModbusClient, unit: number): Promise<void> {
    await client.writeCoils(unit, 3, [true, false, true]);
    await client.writeCoils(unit, 6, [true]);
    assert.deepEqual(await client.readCoils(unit, 3, 4), [true, false, true, true]);
    assert.deepEqual(await client.readDiscreteInputs(unit, 0, 3), [false, true, false]);
    await client.writeRegisters(unit, 20, [4242]);
    await client.writeRegisters(unit, 21, [111, 222]);
    assert.deepEqual(await client.readHoldingRegisters(unit, 20, 3), [4242, 111, 222]);
    assert.deepEqual(await client.readInputRegisters(unit, 7, 2), [7, 8]);
    await client.request(unit, { function: 22, address: 20, andMask: 0xf2, orMask: 0x25 });
    assert.deepEqual(await client.readHoldingRegisters(unit, 20, 1), [(4242 & 0xf2) | (0x25 & ~0xf2)]);
    const exchange = { function: 23, address: 29, quantity: 3, writeAddress: 30, values: [5, 6] } as const;
    assert.deepEqual(await client.request(unit, exchange), { function: 23, registers: [29, 5, 6] });
    await assert.rejects(client.readHoldingRegisters(unit, 999, 2), { code: 'GW_MODBUS_EXCEPTION', exception: 2 });
  }

  it('asks libmodbus for every function on TCP', async () => {
    const port = await freePort();
    await peers.libmodbusTcpServer(port);
    await askEverything(modbusClient(await tcpLine(port), 'a'), 1);
  });

  it('asks pymodbus for every function', async () => {
    const port = await freePort();
    await peers.pymodbusTcpServer(port);
    await askEverything(modbusClient(await tcpLine(port), 'a'), 1);
  });

  it('asks libmodbus for every function on a serial line', async () => {
    const [near, far] = await peers.ptyPair();
    await peers.libmodbusRtuServer(far, 5);
    const line = await openLine(serialWire({ path: near, baudRate: 115_200, parity: 'none' }), { carrier: 'rtu' });
    await askEverything(modbusClient(line, 'a'), 5);
  });

  it('asks a server of npm modbus-serial', async () => {
    const port = await freePort();
    const written: number[] = [];
    const vector = {
      getHoldingRegister: (address: number) => address + 1,
      setRegister: (_address: number, value: number) => void written.push(value),
    };
    const server = new NpmTcpServer(vector, { host: '127.0.0.1', port, unitID: 1 });
    closing.push(() => new Promise<void>(resolve => server.close(() => resolve())));
    await once(server, 'initialized');
    const client = modbusClient(await tcpLine(port), 'a');
    assert.deepEqual(await client.readHoldingRegisters(1, 40, 3), [41, 42, 43]);
    await client.writeRegisters(1, 7, [99]);
    assert.deepEqual(written, [99]);
  });

  it('reads a whole name plate over several answers', async () => {
    const texts = Object.fromEntries([0, 1, 2, 3, 130].map(id => [id, `object ${id} ${'x'.repeat(90)}`]));
    const server = await serveTcp(deviceResponder(singleDevice(new MemoryDevice({}, texts))), {
      host: '127.0.0.1',
      port: 0,
    });
    closing.push(() => server.close());
    const plate = await modbusClient(await tcpLine(server.port), 'a').identify(1);
    const read = Object.fromEntries([...plate].map(([id, value]) => [id, new TextDecoder().decode(value)]));
    assert.deepEqual(read, texts);
    assert.ok(server.counters.requests >= 3);
  });

  it('sends nothing for a request that is none', async () => {
    const port = await freePort();
    await peers.libmodbusTcpServer(port);
    const line = await tcpLine(port);
    const client = modbusClient(line, 'a');
    await assert.rejects(client.writeRegisters(1, 0, [65_536]), { code: 'GW_MODBUS_REQUEST' });
    await assert.rejects(client.readHoldingRegisters(256, 0, 1), { code: 'GW_MODBUS_REQUEST' });
    assert.equal(line.counters.sent, 0);
  });

  it('carries the client of npm modbus-serial, many calls to several units at once, over one serial line', async () => {
    const [near, far] = await peers.ptyPair();
    await peers.libmodbusRtuServer(far, 5);
    const line = await openLine(serialWire({ path: near, baudRate: 115_200, parity: 'none' }), { carrier: 'rtu' });
    const ask = async (address: number) => {
      const master = new NpmMaster(new NpmPort(line, 'a'));
      await new Promise<void>(resolve => master.open(() => resolve()));
      master.setID(5);
      master.setTimeout(10_000);
      const both = await Promise.all([
        master.readHoldingRegisters(address, 2),
        master.readInputRegisters(address + 1, 2),
      ]);
      return both.map(each => each.data);
    };
    const addresses = [0, 10, 20, 30];
    assert.deepEqual(
      await Promise.all(addresses.map(ask)),
      addresses.map(address => [
        [address, address + 1],
        [address + 1, address + 2],
      ]),
    );
  });

  it('shares one serial line between masters of two tenants, each with its own TCP port', async () => {
    const [near, far] = await peers.ptyPair();
    await peers.libmodbusRtuServer(far, 5);
    const line = await openLine(serialWire({ path: near, baudRate: 115_200, parity: 'none' }), { carrier: 'rtu' });
    const doors = await Promise.all(
      ['vendor-a', 'vendor-b'].map(tenant => serveTcp(lineResponder(line, tenant), { host: '127.0.0.1', port: 0 })),
    );
    closing.push(...doors.map(door => () => door.close()));
    const asked = await Promise.all(
      doors.map((door, index) =>
        peers.mbpoll(
          ...['-m', 'tcp', '-p', String(door.port), '-a', '5', '-t', '4', '-r', String(10 * index), '-c', '2'],
          ...['-o', '10', '-1', '-0', '127.0.0.1'],
        ),
      ),
    );
    assert.match(asked[0]?.output ?? '', /\[0\]:\s+0\n\[1\]:\s+1/);
    assert.match(asked[1]?.output ?? '', /\[10\]:\s+10\n\[11\]:\s+11/);
    assert.equal(line.counters.answered, 2);
  });

  it('gives the serial port of a guest its share of the line, beside a master on TCP', async () => {
    const [near, far] = await peers.ptyPair();
    await peers.libmodbusRtuServer(far, 5);
    const line = await openLine(serialWire({ path: near, baudRate: 115_200, parity: 'none' }), { carrier: 'rtu' });
    const guest = await peers.guestPort();
    const wire = await openWire(socketWire({ path: guest.socket }));
    const slave = serveRtu(lineResponder(line, 'vendor-a'), wire.stream, { heard: 'requests' });
    const door = await serveTcp(lineResponder(line, 'vendor-b'), { host: '127.0.0.1', port: 0 });
    closing.push(
      () => wire.close(),
      () => slave.stop(),
      () => door.close(),
    );
    const [inGuest, onTcp] = await Promise.all([
      peers.libmodbusClient('rtu', guest.terminal, '5', '50'),
      peers.libmodbusClient('tcp', String(door.port), '5', '50'),
    ]);
    assert.ok(Number(inGuest[0]) > 0 && Number(onTcp[0]) > 0, 'both have read what they asked for');
    assert.equal(line.counters.answered + line.counters.merged, 100);
    const refused = await peers.mbpoll(
      ...['-m', 'rtu', '-b', '115200', '-P', 'none', '-a', '5', '-t', '4', '-r', '999', '-c', '2', '-1', '-0'],
      guest.terminal,
    );
    assert.match(refused.output, /Illegal data address/);
  });
});
