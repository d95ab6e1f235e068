// A real line of Modbus seen from outside: what a browser is told of it, and what Wireshark reads in its recording.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import type { SeenFrame, SeenTraffic } from '../../runtime/model/seen-traffic.ts';
import { singleDevice } from '../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder } from '../../runtime/protocols/modbus/server/responder.ts';
import { serveTcp, type TcpServer } from '../../runtime/protocols/modbus/server/tcp-server.ts';
import { applyPlanned } from './apply.ts';
import { sendJson } from './call.ts';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from './server-process.ts';

/** A bus that messages over HTTP ask. */
function flow(port: number): readonly object[] {
  const node = (id: string, type: string, fields: object) => ({ id, type, z: 'tab', x: 1, y: 1, ...fields });
  return [
    { id: 'tab', type: 'tab', label: 'bus' },
    { id: 'gateway', type: 'gatewright-gateway', name: 'cabinet', backend: 'embedded', hypervisor: 'v86', version: 1 },
    node('bus', 'gatewright-bus', {
      ...{ name: 'drives', gateway: 'gateway', protocol: 'modbus', messages: 'read', taps: 'frames' },
      ...{ settings: { carrier: 'tcp', host: '127.0.0.1', port }, version: 2, wires: [[], ['ok']] },
    }),
    node('ask', 'http in', { url: '/ask', method: 'post', wires: [['bus']] }),
    node('ok', 'http response', { statusCode: '200' }),
  ];
}

describe('the traffic of a real line', function () {
  this.timeout(120_000);
  const device = new MemoryDevice({ holdingRegisters: 100 });
  let home = '';
  let slave: TcpServer;
  let server: TestServer;
  let socket: Socket;
  before(async () => {
    buildPack();
    home = await makeEmptyHome();
    slave = await serveTcp(deviceResponder(singleDevice(device)), { host: '127.0.0.1', port: 0 });
    await writeFile(join(home, 'flows.json'), JSON.stringify(flow(slave.port)));
    server = await startProcess(home);
    await applyPlanned(server.url, 'cabinet');
    device.setRegister('holding-registers', 10, 230);
    socket = io(server.url, { path: '/traffic', transports: ['websocket'], forceNew: true });
    socket.on('connect', () => socket.emit('look', ['cabinet']));
  });
  after(async () => {
    socket?.disconnect();
    await server?.stop();
    await slave?.close();
    await removeHome(home);
  });

  const ask = () => sendJson(server.url, '/api/ask', { unit: 1, function: 3, address: 10, quantity: 2 });

  /** Asks the device over and over until something is over. */
  async function askUntil(over: Promise<unknown>): Promise<void> {
    let isOver = false;
    const done = over.finally(() => {
      isOver = true;
    });
    while (!isOver) await ask();
    await done;
  }

  it('reaches a browser: the line is open, who says how much, and each request with its answer in words', async () => {
    const frames: SeenFrame[] = [];
    const seen = new Promise<SeenTraffic>(resolve => {
      socket.on('traffic', (traffic: SeenTraffic) => {
        frames.push(...traffic.lines.flatMap(line => line.frames));
        if (frames.length > 0) resolve(traffic);
      });
    });
    await askUntil(seen);
    const { gateway, lines } = await seen;
    const [line] = lines;
    assert.deepEqual(
      [gateway, line?.line, line?.protocol, line?.state],
      ['cabinet', 'line.cabinet/drives', 'modbus', 'open'],
    );
    const messages = line?.ends.find(({ end }) => end === 'messages');
    assert.ok((messages?.in.frames ?? 0) > 0 && messages?.in.denied === 0);
    const [frame] = frames;
    assert.deepEqual([frame?.end, frame?.frame, frame?.answer], ['messages', '0103000a0002', '030400e60000']);
    assert.deepEqual(frame?.words, {
      ...{ unit: 1, function: 3, address: 10, quantity: 2 },
      ...{ answered: true, values: [230, 0] },
    });
  });

  it('is recorded into a file in which Wireshark sees what was asked and answered', async () => {
    const path = '/gatewright/lines/cabinet/drives/capture?seconds=1&end=messages';
    const recorded = fetch(new URL(path, server.url)).then(async answer => Buffer.from(await answer.arrayBuffer()));
    await askUntil(recorded);
    const file = join(home, 'drives.pcapng');
    await writeFile(file, await recorded);
    const fields = ['_ws.malformed', 'mbtcp.unit_id', 'modbus.func_code', 'modbus.regval_uint16'];
    const argv = ['-r', file, '-T', 'fields', ...fields.flatMap(field => ['-e', field])];
    const { stdout, status } = spawnSync('tshark', argv, { encoding: 'utf8', timeout: 30_000 });
    assert.equal(status, 0);
    const rows = stdout.split('\n').filter(row => row !== '');
    assert.deepEqual(new Set(rows), new Set(['\t1\t3\t', '\t1\t3\t230,0']));
  });
});
