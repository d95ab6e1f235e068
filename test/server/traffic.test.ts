// Live traffic over the wire, against lines in the hands of the test: who is told, of what, and when nobody is asked.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import type { Address } from '../../runtime/model/address.ts';
import type { TrafficTick } from '../../runtime/model/line-figures.ts';
import type { SeenTraffic } from '../../runtime/model/seen-traffic.ts';
import { openTraffic } from '../../runtime/server/traffic/live.ts';
import { endOf, FakeLines } from './fake-lines.ts';

const BUS: Address<'line'> = 'line.cell-7/vehicle';
/** An identifier and eight bytes, as struct can_frame. */
const FRAME = '2301000008000000a1b2c3d4e5f60708';

describe('live traffic over the wire', () => {
  let lines: FakeLines;
  let server: Server;
  let traffic: { close(): void };
  const sockets: Socket[] = [];

  beforeEach(async () => {
    lines = new FakeLines({ [BUS]: 'can' });
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    traffic = openTraffic(server, lines, async token => token === 'viewer');
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
    traffic.close();
    server.close();
  });

  function dial(token = 'viewer') {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const options = { path: '/traffic', auth: { token }, transports: ['websocket'], reconnection: false };
    const socket = io(url, { ...options, forceNew: true });
    sockets.push(socket);
    const next = <T>(event: string) => new Promise<T>(resolve => socket.once(event, resolve));
    return { socket, next };
  }

  /** Somebody who sees these gateways. */
  async function looking(...gateways: readonly string[]) {
    const browser = dial();
    await browser.next('connect');
    browser.socket.emit('look', gateways);
    await lines.until(() => gateways.every(name => lines.watched.includes(name)));
    return browser;
  }

  const tick = (atMs: number, frame = FRAME): TrafficTick => ({
    atMs,
    lines: [
      {
        ...{ line: BUS, lost: 3, frames: [{ atMs, end: 'device', direction: 'in', frame }] },
        figures: { state: 'open', ends: [endOf('device')], more: { waiting: 2 } },
      },
    ],
  });

  it('reaches who may read, in the words of the protocol', async () => {
    const { next } = await looking('cell-7');
    const seen = next<SeenTraffic>('traffic');
    lines.say('cell-7', tick(1_000));
    assert.deepEqual(await seen, {
      ...{ gateway: 'cell-7', atMs: 1_000 },
      lines: [
        {
          ...{ line: BUS, protocol: 'can', state: 'open', ends: [endOf('device')], lost: 3, more: { waiting: 2 } },
          frames: [
            {
              ...{ atMs: 1_000, end: 'device', direction: 'in', frame: FRAME },
              words: { id: 0x123, ext: false, rtr: false, data: 'a1b2c3d4e5f60708' },
            },
          ],
        },
      ],
    });
  });

  it('does not reach who has not logged in', async () => {
    for (const token of ['', 'nobody', '__proto__'])
      assert.equal((await dial(token).next<Error>('connect_error')).message, 'login');
    assert.deepEqual(lines.watched, []);
  });

  it('is asked for once however many look, and only as long as somebody does', async () => {
    const first = await looking('cell-7');
    const second = await looking('cell-7');
    assert.deepEqual(lines.watched, ['cell-7']);
    const both = Promise.all([first.next<SeenTraffic>('traffic'), second.next<SeenTraffic>('traffic')]);
    const again = setInterval(() => lines.say('cell-7', tick(1)), 20);
    for (const { gateway } of await both) assert.equal(gateway, 'cell-7');
    clearInterval(again);
    first.socket.emit('look', []);
    second.socket.disconnect();
    await lines.until(() => lines.watched.length === 0);
  });

  it('is of the gateways that somebody looks at now, and of no other', async () => {
    const { socket, next } = await looking('cell-7');
    socket.emit('look', ['cell-8']);
    await lines.until(() => lines.watched.join() === 'cell-8');
    const seen = next<SeenTraffic>('traffic');
    lines.say('cell-7', tick(1));
    lines.say('cell-8', tick(2));
    assert.equal((await seen).gateway, 'cell-8');
  });

  it('is told twice a second at most, whatever an agent says, and what is left out is counted', async () => {
    const { socket, next } = await looking('cell-7');
    const heard: SeenTraffic[] = [];
    socket.on('traffic', (seen: SeenTraffic) => heard.push(seen));
    const first = next('traffic');
    for (let n = 0; n < 1_000; n += 1) lines.say('cell-7', tick(n));
    await first;
    const second = next('traffic');
    lines.say('cell-7', tick(5_000));
    await second;
    // What was left out is counted: one frame of each tick, and the three that it had lost itself.
    assert.deepEqual(
      heard.map(({ atMs, lines: [line] }) => [atMs, line?.frames.length, line?.lost]),
      [
        [999, 1, 999 * 4 + 3],
        [5_000, 1, 3],
      ],
    );
  });

  it('tells of cards of VMs as they were counted, and nothing where an older agent says nothing of them', async () => {
    const { next } = await looking('cell-7');
    const ports = [
      { port: 'port.cell-7/robot.eth0', in: { frames: 9, denied: 2, dropped: 0 }, out: { frames: 7, dropped: 1 } },
    ] as const;
    const older = next<SeenTraffic>('traffic');
    lines.say('cell-7', tick(1));
    assert.equal('ports' in (await older), false);
    const seen = next<SeenTraffic>('traffic');
    lines.say('cell-7', { atMs: 2, lines: [], ports: [] });
    lines.say('cell-7', { atMs: 3, lines: [], ports });
    assert.deepEqual(await seen, { gateway: 'cell-7', atMs: 3, lines: [], ports });
  });

  it('says why there is none, and goes on when the gateway is back', async () => {
    lines.away = true;
    const { socket, next } = dial();
    await next('connect');
    const away = next('away');
    socket.emit('look', ['cell-7']);
    assert.deepEqual(await away, { gateway: 'cell-7', why: 'cell-7: no agent answers; start it' });
    lines.away = false;
    await lines.until(() => lines.watched.length === 1);
    lines.end();
    await lines.until(() => lines.watched.length === 0);
    await lines.until(() => lines.watched.length === 1);
  });

  it('is read in the protocol that was applied last', async () => {
    lines.protocols = { [BUS]: 'unheard-of' };
    const { next } = await looking('cell-7');
    const unread = next<SeenTraffic>('traffic');
    lines.say('cell-7', tick(1));
    assert.deepEqual((await unread).lines[0]?.frames[0]?.words, {});
    lines.protocols = { [BUS]: 'can' };
    const stamp = { gateway: 'cell-7', atMs: 2, generation: 2 };
    lines.event({ type: 'apply-ended', ...stamp, outcome: 'applied', message: '' });
    const again = setInterval(() => lines.say('cell-7', tick(3)), 20);
    const read = await next<SeenTraffic>('traffic');
    clearInterval(again);
    assert.equal(read.lines[0]?.frames[0]?.words.id, 0x123);
  });

  it('cuts frames that are longer than anybody reads', async () => {
    const { next } = await looking('cell-7');
    const seen = next<SeenTraffic>('traffic');
    lines.say('cell-7', tick(1, 'ab'.repeat(64 * 1024)));
    const frame = (await seen).lines[0]?.frames[0];
    assert.equal(frame?.frame.length, 600);
    assert.equal(String(frame?.words.bytes).length, 201);
  });

  for (const [what, gateways] of [
    ['what is no list', 'cell-7'],
    ['what is no name', ['../../x']],
    ['more names than a screen has room for', Array.from({ length: 33 }, (_, n) => `cell-${n}`)],
    ['more than any list of names', Array.from({ length: 1_000 }, () => 'x'.repeat(100))],
  ] as const)
    it(`cuts off who sends ${what}`, async () => {
      const { socket, next } = dial();
      await next('connect');
      const gone = next('disconnect');
      socket.emit('look', gateways);
      await gone;
      await looking('cell-7');
    });
});
