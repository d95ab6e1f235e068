// Faults that users of other Modbus software have reported in public, each shown not to be ours.
import assert from 'node:assert/strict';
import { rtuFrame, tcpFrame } from '../../../runtime/protocols/modbus/adu/frames.ts';
import { modbusClient } from '../../../runtime/protocols/modbus/client/client.ts';
import { ModbusLine } from '../../../runtime/protocols/modbus/line/line.ts';
import type { LineOptions } from '../../../runtime/protocols/modbus/line/options.ts';
import { buildRequest } from '../../../runtime/protocols/modbus/pdu/request.ts';
import { exceptionPdu } from '../../../runtime/protocols/modbus/pdu/response.ts';
import { singleDevice } from '../../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder } from '../../../runtime/protocols/modbus/server/responder.ts';
import { serveTcp } from '../../../runtime/protocols/modbus/server/tcp-server.ts';
import { serialWire } from '../../../runtime/protocols/modbus/wire/serial.ts';
import { socketWire } from '../../../runtime/protocols/modbus/wire/socket.ts';
import type { OpenWire } from '../../../runtime/protocols/modbus/wire/wire.ts';
import { bytes, joined } from './arbitraries.ts';
import { type Asked, honest, prompt, type Rig, rig, type Slave } from './line/rig.ts';
import { openPeers, type Peers } from './peers/programs.ts';
import { openWire, until } from './until.ts';

const RTU = { carrier: 'rtu', answerMs: 100, turnaroundMs: 10, retries: 0 } as const;
const TCP = { carrier: 'tcp', answerMs: 100, retries: 0 } as const;
/** For real ports: patient, because the machine may be busy, and quick to open again. */
const REAL = { answerMs: 5_000, retries: 0, againMs: 5, againMostMs: 20 } as const;

const closing: (() => unknown)[] = [];

async function opened(options: LineOptions, slave: Slave): Promise<Rig> {
  const made = rig(options, slave);
  closing.push(() => made.line.close());
  await made.clock.pass(1);
  return made;
}

function realLine(open: OpenWire, options: LineOptions): ModbusLine {
  const line = new ModbusLine(open, options);
  closing.push(() => line.close());
  return line;
}

/** Asks until there is an answer. */
async function readAgain(line: ModbusLine): Promise<readonly number[]> {
  const client = modbusClient(line, 'a');
  for (;;) {
    try {
      return await client.readHoldingRegisters(1, 10, 2);
    } catch {
      await new Promise(resolve => setTimeout(resolve, 5));
    }
  }
}

describe('faults reported of other Modbus software', () => {
  let peers: Peers;

  before(() => {
    peers = openPeers();
  });
  after(() => peers.close());
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  it('reads the right registers from an answer that comes in two TCP segments', async () => {
    // yaacov/node-modbus-serial#369
    for (const place of [1, 6, 7, 9, 10]) {
      const { clock, read } = await opened(TCP, asked => {
        const answer = tcpFrame(((asked.frame[0] ?? 0) << 8) | (asked.frame[1] ?? 0), asked.unit, honest(asked.pdu));
        asked.raw(answer.subarray(0, place));
        clock.after(5, () => asked.raw(answer.subarray(place)));
      });
      assert.equal(await clock.until(read(1, 777)), 777, `cut at ${place}`);
    }
  });

  it('goes on after two answers that come joined in one TCP segment', async () => {
    // yaacov/node-modbus-serial#264
    const held: Asked[] = [];
    const { clock, read, line } = await opened({ ...TCP, window: 2 }, asked => {
      held.push(asked);
      if (held.length % 2 === 1) return;
      const answers = held.slice(-2).map(each => tcpFrame(each.frame[1] ?? 0, each.unit, honest(each.pdu)));
      asked.raw(joined(...answers.reverse()));
    });
    for (const address of [1, 20, 300])
      assert.deepEqual(await clock.until(Promise.all([read(1, address), read(1, address + 1)])), [
        address,
        address + 1,
      ]);
    assert.equal(line.counters.silent, 0);
  });

  it('never joins requests in one TCP segment unless told to, for controllers that answer only the first', async () => {
    // yaacov/node-modbus-serial#540
    let [underWay, most] = [0, 0];
    const { clock, read } = await opened(TCP, asked => {
      underWay += 1;
      most = Math.max(most, underWay);
      clock.after(3, () => {
        underWay -= 1;
        asked.reply(honest(asked.pdu));
      });
    });
    const addresses = Array.from({ length: 20 }, (_, address) => address);
    assert.deepEqual(await clock.until(Promise.all(addresses.map(address => read(1, address)))), addresses);
    assert.equal(most, 1);
  });

  it('answers parallel requests to several units of one line, each with its own', async () => {
    // yaacov/node-modbus-serial#45
    for (const options of [RTU, TCP]) {
      const { clock, read } = await opened(options, (asked, { clock: time }) =>
        time.after(asked.unit, () => asked.reply(honest(asked.pdu))),
      );
      const units = [5, 1, 9, 3, 5, 1];
      const all = Promise.all(units.map((unit, index) => read(unit, 100 * unit + index)));
      assert.deepEqual(
        await clock.until(all),
        units.map((unit, index) => 100 * unit + index),
      );
    }
  });

  it('frees the port when it is closed after a time-out, so that it can be opened again', async () => {
    // yaacov/node-modbus-serial#547: "Cannot lock port"
    const [near] = await peers.ptyPair();
    const wire = serialWire({ path: near, baudRate: 115_200, parity: 'none' });
    for (let round = 0; round < 3; round += 1) {
      const line = new ModbusLine(wire, { ...RTU, answerMs: 50 });
      await until(() => line.state === 'open');
      await assert.rejects(modbusClient(line, 'a').readHoldingRegisters(1, 0, 1), { code: 'GW_MODBUS_SILENT' });
      await assert.rejects(openWire(wire), /lock/i, 'it is ours alone while it is open');
      const pending = assert.rejects(modbusClient(line, 'a').readHoldingRegisters(2, 0, 1), {
        code: 'GW_MODBUS_LINE_DOWN',
      });
      await line.close();
      await pending;
    }
    await (await openWire(wire)).close();
  });

  it('recovers by itself after the adapter was unplugged and plugged in again', async () => {
    // yaacov/node-modbus-serial#240
    const { clock, read, line, unplug, opens, ...made } = await opened(RTU, prompt);
    assert.equal(await clock.until(read(1, 5)), 5);
    const unanswered = line.exchange('a', 2, buildRequest({ function: 6, address: 0, value: 1 }));
    const ended = assert.rejects(unanswered, { code: 'GW_MODBUS_LINE_DOWN' });
    unplug();
    await ended;
    assert.equal(await read(1, 6), 'GW_MODBUS_LINE_DOWN', 'at once, not after a time-out');
    assert.equal(made.frees(), 1, 'what was left of the port was given back');
    await clock.pass(5_000);
    assert.equal(await clock.until(read(1, 7)), 7);
    assert.equal(opens(), 2);
  });

  it('recovers by itself after a real serial port went away and came back', async () => {
    // yaacov/node-modbus-serial#240
    const [near, far] = [`${peers.folder}/plug-a`, `${peers.folder}/plug-b`];
    const line = realLine(serialWire({ path: near, baudRate: 115_200, parity: 'none' }), { carrier: 'rtu', ...REAL });
    for (let round = 0; round < 2; round += 1) {
      const socat = await peers.ptyPairAt(near, far);
      const slave = await peers.libmodbusRtuServer(far, 1);
      assert.deepEqual(await readAgain(line), [10, 11]);
      await peers.end(slave);
      await peers.end(socat);
      await until(() => line.state !== 'open');
    }
  });

  it('recovers by itself after the server was stopped and started again', async () => {
    // yaacov/node-modbus-serial#92, BiancoRoyal/node-red-contrib-modbus#236
    const device = new MemoryDevice({ holdingRegisters: 20 });
    device.setRegister('holding-registers', 10, 4711);
    let server = await serveTcp(deviceResponder(singleDevice(device)), { host: '127.0.0.1', port: 0 });
    const { port } = server;
    const line = realLine(socketWire({ host: '127.0.0.1', port }), { carrier: 'tcp', ...REAL });
    for (let round = 0; round < 3; round += 1) {
      assert.deepEqual(await readAgain(line), [4711, 0]);
      await server.close();
      await until(() => line.state !== 'open');
      server = await serveTcp(deviceResponder(singleDevice(device)), { host: '127.0.0.1', port });
    }
    assert.deepEqual(await readAgain(line), [4711, 0]);
    await server.close();
  });

  it('reconnects when the other end has gone without a word, and does not believe an open socket for ever', async () => {
    // BiancoRoyal/node-red-contrib-modbus#192
    let gone = true;
    const { clock, read, opens } = await opened(TCP, asked => {
      if (!gone) asked.reply(honest(asked.pdu));
    });
    for (const unit of [1, 2, 3]) await clock.until(read(unit, 1));
    gone = false;
    await clock.pass(1_000);
    assert.equal(opens(), 2);
    assert.equal(await clock.until(read(4, 1)), 1);
  });

  it('reconnects after an answer whose length is wrong, instead of timing out for ever', async () => {
    let first = true;
    const { clock, read, opens } = await opened(TCP, asked => {
      if (first) asked.raw(bytes('00 01 00 00 01 f4 01 03'));
      else asked.reply(honest(asked.pdu));
      first = false;
    });
    const before = clock.now();
    assert.equal(await clock.until(read(1, 1)), 'GW_MODBUS_LINE_DOWN');
    assert.equal(clock.now(), before, 'at once');
    await clock.pass(1_000);
    assert.equal(await clock.until(read(1, 2)), 2);
    assert.equal(opens(), 2);
  });

  it('tells a wrong checksum as an error that can be caught, with a code', async () => {
    // yaacov/node-modbus-serial#248 and #463: an unhandled rejection
    const unhandled: unknown[] = [];
    const hear = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', hear);
    const { clock, line } = await opened(RTU, asked => asked.raw(bytes('01 03 02 00 01 00 00')));
    const wrong = modbusClient(line, 'a').readHoldingRegisters(1, 0, 1);
    await assert.rejects(clock.until(wrong), { code: 'GW_MODBUS_GARBLED' });
    await new Promise(setImmediate);
    process.off('unhandledRejection', hear);
    assert.deepEqual(unhandled, []);
    assert.equal(line.counters.badChecks, 1);
  });

  it('asks one unit after the other on a serial line, never two at once', async () => {
    // BiancoRoyal/node-red-contrib-modbus#206
    let [underWay, most] = [0, 0];
    // A window is for Modbus TCP only.
    const { clock, read } = await opened({ ...RTU, window: 8 }, asked => {
      underWay += 1;
      most = Math.max(most, underWay);
      clock.after(7, () => {
        underWay -= 1;
        asked.reply(honest(asked.pdu));
      });
    });
    const units = [1, 2, 3, 4, 1, 2, 3, 4];
    assert.deepEqual(await clock.until(Promise.all(units.map((unit, index) => read(unit, index)))), [...units.keys()]);
    assert.equal(most, 1);
  });

  it('loses no request however fast they are asked: one queue for the whole line', async () => {
    // BiancoRoyal/node-red-contrib-modbus#125 and #374: messages lost below 10 ms
    const { clock, read, line } = await opened({ ...RTU, most: 1_000, slots: 1_000 }, (asked, { clock: time }) =>
      time.after(4, () => asked.reply(honest(asked.pdu))),
    );
    const addresses = Array.from({ length: 500 }, (_, address) => address);
    const all = addresses.map(async address => {
      await new Promise<void>(resolve => clock.after(address % 7, resolve));
      return read(1 + (address % 4), address);
    });
    assert.deepEqual(await clock.until(Promise.all(all)), addresses);
    assert.equal(line.waiting, 0);
  });

  it('keeps the requests of other units when one unit is dead', async () => {
    // BiancoRoyal/node-red-contrib-modbus#409
    const { clock, read } = await opened(RTU, asked => {
      if (asked.unit !== 9) asked.reply(honest(asked.pdu));
    });
    const dead = Promise.all([read(9, 1, 'a'), read(9, 2, 'a')]);
    const alive = Promise.all([1, 2, 3, 4].map(unit => read(unit, 10 * unit, 'a')));
    assert.deepEqual(await clock.until(alive), [10, 20, 30, 40]);
    assert.deepEqual(await clock.until(dead), ['GW_MODBUS_SILENT', 'GW_MODBUS_SILENT']);
  });

  it('keeps nothing of requests that a gateway refuses with exception 11', async () => {
    // BiancoRoyal/node-red-contrib-modbus#536: memory grows
    const options = { ...TCP, breaker: { failures: 1e9, coolMs: 1, coolMostMs: 1 } };
    const { clock, read, line } = await opened(options, asked => asked.reply(exceptionPdu(3, 11)));
    for (let round = 0; round < 20; round += 1) {
      const all = Promise.all(Array.from({ length: 50 }, (_, address) => read(1, address)));
      assert.deepEqual(new Set(await clock.until(all)), new Set(['exception 11']));
      assert.equal(line.waiting, 0);
    }
    assert.equal(line.counters.exceptions, 1_000);
  });

  it('refuses at once what the line cannot take, when it is asked faster than it is', async () => {
    // BiancoRoyal/node-red-contrib-modbus#106 and #74: the queue grows without end
    const { clock, read, line } = await opened({ ...RTU, most: 20, slots: 20 }, () => {});
    const asked = Array.from({ length: 5_000 }, (_, address) => read(1, address));
    assert.equal(line.waiting, 20);
    const codes = await clock.until(Promise.all(asked));
    assert.equal(codes.filter(code => code === 'GW_MODBUS_QUEUE_FULL').length, 5_000 - 21);
    assert.equal(line.counters.refusedFull, 5_000 - 21);
  });

  it('asks the kernel for RS-485 direction control, and says so when the port cannot do it', async () => {
    // serialport/node-serialport#903: no TIOCSRS485. A pseudo terminal has no such driver, which is all that can be shown here.
    const [near] = await peers.ptyPair();
    const line = { path: near, baudRate: 19_200 } as const;
    const refused = openWire(serialWire({ ...line, direction: 'kernel' }));
    await assert.rejects(refused, { code: 'GW_SERIAL_DIRECTION' });
    await (await openWire(serialWire(line))).close();
  });

  it('takes a frame of another unit for what it is when two units answer', async () => {
    const { clock, read } = await opened(RTU, asked =>
      asked.raw(rtuFrame(asked.unit + 1, bytes('03 02 ff ff')), rtuFrame(asked.unit, honest(asked.pdu))),
    );
    assert.equal(await clock.until(read(1, 3)), 3);
  });
});
