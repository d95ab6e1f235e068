// A bus and ordinary nodes: a message asks a device on the line, its answer is a message, and what goes wrong can be caught.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { singleDevice } from '../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder } from '../../runtime/protocols/modbus/server/responder.ts';
import { serveTcp, type TcpServer } from '../../runtime/protocols/modbus/server/tcp-server.ts';
import { applyPlanned } from './apply.ts';
import { call, sendJson } from './call.ts';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from './server-process.ts';

const REGISTERS = 'holding-registers';

/** Two buses, each between an HTTP request and its answer; what fails is answered by a Catch node. */
function flow(port: number, messages: string, taps = 'frames'): readonly object[] {
  const node = (id: string, type: string, fields: object) => ({ id, type, z: 'tab', x: 1, y: 1, ...fields });
  return [
    { id: 'tab', type: 'tab', label: 'bus' },
    { id: 'gateway', type: 'gatewright-gateway', name: 'cabinet', backend: 'embedded', hypervisor: 'v86', version: 1 },
    node('bus', 'gatewright-bus', {
      ...{ name: 'drives', gateway: 'gateway', protocol: 'modbus', messages, taps },
      ...{ settings: { carrier: 'tcp', host: '127.0.0.1', port }, version: 2, wires: [['keep'], ['ok']] },
    }),
    node('vehicle', 'gatewright-bus', {
      ...{ name: 'vehicle', gateway: 'gateway', protocol: 'can', messages: 'write', taps },
      ...{ settings: { adapter: 'none' }, version: 2, wires: [['keep'], ['ok']] },
    }),
    node('say', 'http in', { url: '/say', method: 'post', wires: [['vehicle']] }),
    node('ask', 'http in', { url: '/ask', method: 'post', wires: [['bus']] }),
    node('ok', 'http response', { statusCode: '200' }),
    node('keep', 'change', { rules: [{ t: 'set', p: 'heard', pt: 'global', to: 'payload', tot: 'msg' }], wires: [[]] }),
    node('last', 'http in', { url: '/heard', method: 'get', wires: [['get']] }),
    node('get', 'change', {
      rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'heard', tot: 'global' }],
      wires: [['ok']],
    }),
    node('catch', 'catch', { scope: ['bus', 'vehicle'], wires: [['words']] }),
    node('words', 'change', {
      rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'error.message', tot: 'msg' }],
      wires: [['failed']],
    }),
    node('failed', 'http response', { statusCode: '418' }),
  ];
}

describe('a bus among ordinary nodes', function () {
  this.timeout(120_000);
  const device = new MemoryDevice({ holdingRegisters: 100, coils: 100 });
  let home = '';
  let slave: TcpServer;
  let server: TestServer;
  before(async () => {
    buildPack();
    home = await makeEmptyHome();
    slave = await serveTcp(deviceResponder(singleDevice(device)), { host: '127.0.0.1', port: 0 });
    await writeFile(join(home, 'flows.json'), JSON.stringify(flow(slave.port, 'write')));
    server = await startProcess(home);
    await apply();
  });
  after(async () => {
    await server?.stop();
    await slave?.close();
    await removeHome(home);
  });

  const apply = () => applyPlanned(server.url, 'cabinet');
  const ask = async (payload: unknown, path = '/api/ask') => {
    for (;;) {
      const { status, text } = await sendJson(server.url, path, payload);
      // A deployed flow answers a moment later.
      if (status !== 404) return { status, text };
    }
  };

  /** Reads a register until somebody has heard of it: it listens a moment after it was deployed. */
  async function hears(address: number): Promise<Record<string, unknown>> {
    for (;;) {
      await ask({ unit: 1, function: 3, address });
      const { text, status } = await call(server.url, { path: '/api/heard' });
      const heard = status !== 200 || text === '' ? {} : JSON.parse(text);
      if (heard.address === address) return heard;
    }
  }

  it('answers a message with the values that a device has', async () => {
    device.setRegister(REGISTERS, 10, 230);
    device.setRegister(REGISTERS, 11, 16);
    const read = await ask({ unit: 1, function: 3, address: 10, quantity: 2 });
    assert.deepEqual(read, { status: 200, text: '[230,16]' });
    assert.deepEqual(await ask({ unit: 1, function: 1, address: 0 }), { status: 200, text: '[false]' });
  });

  it('writes what a message says', async () => {
    assert.equal((await ask({ unit: 1, function: 6, address: 20, value: 7 })).text, '[7]');
    assert.equal((await ask({ unit: 1, function: 16, address: 21, values: [8, 9] })).text, '[8,9]');
    assert.equal((await ask({ unit: 1, function: 5, address: 3, value: true })).text, '[true]');
    assert.deepEqual(
      [20, 21, 22].map(address => device.register(REGISTERS, address)),
      [7, 8, 9],
    );
    assert.equal(device.bit('coils', 3), true);
  });

  it('tells the ordinary nodes at its first output what goes over the line', async () => {
    device.setRegister(REGISTERS, 77, 4711);
    const { atMs, ...said } = await hears(77);
    assert.ok(Number(atMs) <= Date.now());
    assert.deepEqual(said, {
      ...{ from: 'messages', unit: 1, function: 3, address: 77, quantity: 1 },
      ...{ answered: true, values: [4711] },
    });
  });

  it('says on a CAN bus what a message says, and hands to a Catch node what is no frame', async () => {
    const say = (payload: unknown) => ask(payload, '/api/say');
    const frame = { id: 0x18ff0102, ext: true, rtr: false, data: 'a1b2' };
    for (let heard: Record<string, unknown> = {}; heard.id !== frame.id; ) {
      const { id, ext, data } = frame;
      const said = await say({ id, ext, data });
      assert.deepEqual({ ...said, text: JSON.parse(said.text) }, { status: 200, text: frame });
      const { text, status } = await call(server.url, { path: '/api/heard' });
      heard = status !== 200 || text === '' ? {} : JSON.parse(text);
      if (heard.id === frame.id) assert.partialDeepStrictEqual(heard, { from: 'messages', ...frame });
    }
    for (const wrong of [
      { id: 0x800, data: '00' },
      { id: 1, data: '0' },
      { id: 1, data: '00'.repeat(9) },
      ['123#00'],
    ]) {
      const { status, text } = await say(wrong);
      assert.equal(status, 418, JSON.stringify(wrong));
      assert.match(text, /send \{id, data\}, with ext: true/);
    }
  });

  it('tells it in batches, if its node says so', async () => {
    assert.equal((await sendJson(server.url, '/flows', flow(slave.port, 'write', 'batches'))).status, 204);
    for (;;) {
      await ask({ unit: 1, function: 3, address: 79 });
      const { text, status } = await call(server.url, { path: '/api/heard' });
      const heard = status !== 200 || text === '' ? [] : JSON.parse(text);
      // What was heard before the deploy was no list.
      if (!Array.isArray(heard) || !heard.some(({ address }) => address === 79)) continue;
      assert.ok(heard.every(({ from, unit }) => from === 'messages' && unit === 1));
      break;
    }
  });

  it('does not bother our own nodes at the same output with what it tells', async () => {
    const vm = { id: 'vm', type: 'gatewright-vm', z: 'tab', x: 2, y: 2, name: 'reader', gateway: 'gateway', wires: [] };
    const caught = { id: 'all', type: 'catch', z: 'tab', x: 3, y: 3, scope: ['vm'], wires: [['complaint']] };
    const rules = [{ t: 'set', p: 'heard', pt: 'global', to: '{"complaint": error.message}', tot: 'jsonata' }];
    const complaint = { id: 'complaint', type: 'change', z: 'tab', x: 4, y: 4, rules, wires: [[]] };
    const nodes = flow(slave.port, 'write') as readonly { id: string }[];
    const wired = nodes.map(one => (one.id === 'bus' ? { ...one, wires: [['vm', 'keep'], ['ok']] } : one));
    assert.equal((await sendJson(server.url, '/flows', [...wired, vm, caught, complaint])).status, 204);
    await hears(78);
    // A complaint would take the place of what was heard; it comes before the next request is answered.
    for (let n = 0; n < 20; n++) await ask({ unit: 1, function: 3, address: 78 });
    const { text } = await call(server.url, { path: '/api/heard' });
    assert.doesNotMatch(text, /complaint/);
  });

  it('hands to a Catch node what is no request, what the device refuses, and what is not let through', async () => {
    const sent = slave.counters.requests;
    for (const wrong of [
      ['register 5'],
      { unit: 1, function: 3 },
      { unit: 1, function: 6, address: 1, value: 70_000 },
    ]) {
      const { status, text } = await ask(wrong);
      assert.equal(status, 418);
      assert.match(text, /payload.*does not fit.*send \{unit, function, address/);
    }
    assert.equal(slave.counters.requests, sent, 'no device was asked');
    const beyond = await ask({ unit: 1, function: 3, address: 99, quantity: 2 });
    assert.equal(beyond.status, 418);
    assert.match(beyond.text, /unit 1 refused: .*address.* \(2\); check its manual/);
    assert.equal((await sendJson(server.url, '/flows', flow(slave.port, 'read'))).status, 204);
    assert.equal((await ask({ unit: 1, function: 6, address: 20, value: 1 })).status, 200, 'deploying is not applying');
    await apply();
    const write = await ask({ unit: 1, function: 6, address: 20, value: 2 });
    assert.equal(write.status, 418);
    assert.match(write.text, /messages may only read here; let them in the bus node, deploy and apply/);
    assert.deepEqual(await ask({ unit: 1, function: 3, address: 20 }), { status: 200, text: '[1]' });
  });
});
