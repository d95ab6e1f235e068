// A flow of node-red-contrib-modbus, converted and running: its ordinary nodes ask a real device as they did, and hear the answers.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { singleDevice } from '../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder } from '../../runtime/protocols/modbus/server/responder.ts';
import { serveTcp, type TcpServer } from '../../runtime/protocols/modbus/server/tcp-server.ts';
import { converted } from '../convert/converted.ts';
import { applyPlanned } from './apply.ts';
import { call, sendJson } from './call.ts';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from './server-process.ts';

/** The VM is for the program, which a test of messages does not have. */
const WITHOUT = ['gatewright-vm', 'gatewright-firewall'];

/** As its user had drawn it, with the pack that is not installed here. */
function foreign(port: number): readonly object[] {
  const node = (id: string, type: string, fields: object) => ({ id, type, z: 'tab', x: 1, y: 1, name: id, ...fields });
  const modbus = (id: string, type: string, fields: object) =>
    node(id, type, { server: 'client', unitid: '1', ...fields });
  const web = (id: string, method: string, to: string) => node(id, 'http in', { url: `/${id}`, method, wires: [[to]] });
  return [
    { id: 'tab', type: 'tab', label: 'cabinet' },
    { id: 'gateway', type: 'gatewright-gateway', name: 'cabinet', backend: 'embedded', hypervisor: 'v86', version: 1 },
    { id: 'tenant', type: 'gatewright-tenant', name: 'plant', colour: '#0072b2', contact: '', version: 1 },
    {
      id: 'client',
      type: 'modbus-client',
      name: 'plc',
      clienttype: 'tcp',
      tcpHost: '127.0.0.1',
      tcpPort: String(port),
    },
    web('levels', 'post', 'getter'),
    modbus('getter', 'modbus-getter', { dataType: 'HoldingRegister', adr: '10', quantity: '2', wires: [['ok'], []] }),
    web('valve', 'post', 'write'),
    modbus('write', 'modbus-write', { dataType: 'HoldingRegister', adr: '20', quantity: '1', wires: [['ok'], []] }),
    web('any', 'post', 'flex'),
    modbus('flex', 'modbus-flex-write', { wires: [['ok'], []] }),
    modbus('poll', 'modbus-read', {
      ...{ dataType: 'HoldingRegister', adr: '30', quantity: '1', rate: '100', rateUnit: 'ms', wires: [['keep'], []] },
    }),
    node('keep', 'change', {
      rules: [{ t: 'set', p: 'polled', pt: 'global', to: 'payload', tot: 'msg' }],
      wires: [[]],
    }),
    web('polled', 'get', 'last'),
    node('last', 'change', {
      rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'polled', tot: 'global' }],
      wires: [['ok']],
    }),
    node('ok', 'http response', { statusCode: '200' }),
  ];
}

describe('a converted flow that runs', function () {
  this.timeout(120_000);
  const device = new MemoryDevice({ holdingRegisters: 100, coils: 100 });
  let home = '';
  let slave: TcpServer;
  let server: TestServer;

  before(async () => {
    buildPack();
    home = await makeEmptyHome();
    slave = await serveTcp(deviceResponder(singleDevice(device)), { host: '127.0.0.1', port: 0 });
    const flow = converted(foreign(slave.port), 'removed').flow.filter(({ type }) => !WITHOUT.includes(type));
    await writeFile(join(home, 'flows.json'), JSON.stringify(flow));
    server = await startProcess(home);
    await applyPlanned(server.url, 'cabinet');
  });
  after(async () => {
    await server?.stop();
    await slave?.close();
    await removeHome(home);
  });

  const ask = async (path: string, payload: unknown) => (await sendJson(server.url, `/api/${path}`, payload)).text;

  it('reads for a message, and answers who has asked', async () => {
    device.setRegister('holding-registers', 10, 230);
    device.setRegister('holding-registers', 11, 16);
    assert.equal(await ask('levels', {}), '[230,16]');
  });

  it('writes what messages say', async () => {
    assert.equal(await ask('valve', [7]), '[7]');
    assert.equal(device.register('holding-registers', 20), 7);
    assert.equal(await ask('any', { value: [8, 9], fc: 16, unitid: 1, address: 21, quantity: 2 }), '[8,9]');
    assert.deepEqual(
      [21, 22].map(address => device.register('holding-registers', address)),
      [8, 9],
    );
  });

  it('polls by itself, as often as it did', async () => {
    for (const level of [41, 42]) {
      device.setRegister('holding-registers', 30, level);
      const polled = async () => (await call(server.url, { path: '/api/polled' })).text;
      while ((await polled()) !== `[${level}]`);
    }
  });
});
