// Consoles over the wire, against a simulated gateway: who may type, who only watches, and what is thrown out.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { MOST_TYPED_BYTES } from '../../runtime/model/console.ts';
import { openConsoles } from '../../runtime/server/console-live.ts';
import { PERMISSIONS, permits, type Role } from '../../runtime/server/roles.ts';
import { designOf, robotA, SAMPLE } from '../contract/samples.ts';
import { type SimulatedPlatform, simulatedPlatform } from '../platform/simulated-platform.ts';

const VM = robotA.address;

describe('the consoles over the wire', () => {
  let world: SimulatedPlatform;
  let server: Server;
  let consoles: { close(): void };
  const sockets: Socket[] = [];
  /** What the server has to do before it can say whether somebody may do something. */
  let busy: (permission: string) => Promise<void> | undefined;

  beforeEach(async () => {
    world = await simulatedPlatform();
    await world.deploy(designOf(SAMPLE));
    const planHash = world.gateway().plan?.hash ?? '';
    await world.platform.apply({ gateway: 'cell-7', planHash, onFailure: 'stop' }, 'ivo');
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    busy = () => undefined;
    consoles = openConsoles(server, world.platform, {
      permits: async (token, permission) => {
        await busy(permission);
        return permits(PERMISSIONS[token as Role] ?? [], permission);
      },
      userOf: async token => token,
    });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect();
    consoles.close();
    server.close();
    await world.remove();
  });

  function dial(token: string, vm: string = VM) {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const options = { path: '/console-line', auth: { token, vm }, transports: ['websocket'], reconnection: false };
    const socket = io(url, { ...options, forceNew: true });
    sockets.push(socket);
    const next = (event: string) => new Promise<unknown>(resolve => socket.once(event, resolve));
    let text = '';
    const hears = (words: string) =>
      new Promise<void>(resolve => {
        socket.on('said', () => text.includes(words) && resolve());
      });
    socket.on('said', (bytes: Uint8Array) => {
      text += Buffer.from(bytes).toString();
    });
    return { socket, next, hears, text: () => text };
  }

  for (const role of ['ot', 'it', 'admin'])
    it(`lets ${role} type, and the console answers`, async () => {
      const { socket, next, hears, text } = dial(role);
      assert.deepEqual(await next('opened'), { mayType: true, maySwitch: role !== 'ot' });
      assert.match(text(), /no guest runs here/);
      socket.emit('type', Buffer.from('hello '));
      const heard = hears('hello world');
      socket.emit('type', Buffer.from('world'));
      await heard;
    });

  it('loses no key of somebody who types fast while the server is busy', async () => {
    const { socket, next, hears } = dial('it');
    await next('opened');
    const keys = Array.from({ length: 500 }, (_, at) => String.fromCharCode(97 + (at % 26)));
    const heard = hears(keys.join(''));
    const free = Promise.withResolvers<void>();
    // What is asked last has come: so have the keys.
    busy = permission => (permission === 'gatewright.apply' ? Promise.resolve(free.resolve()) : free.promise);
    for (const key of keys) socket.emit('type', Buffer.from(key));
    socket.emit('power', 'reset');
    await heard;
  });

  it('hangs up on who types more than a busy server keeps', async () => {
    const { socket, next } = dial('it');
    await next('opened');
    const free = Promise.withResolvers<void>();
    busy = () => free.promise;
    const ended = next('disconnect');
    for (let count = 0; count < 20; count += 1) socket.emit('type', Buffer.alloc(MOST_TYPED_BYTES, 97));
    assert.equal(await ended, 'io server disconnect');
    free.resolve();
  });

  it('shows a viewer what others type, and lets nothing of theirs through', async () => {
    const viewer = dial('viewer');
    assert.deepEqual(await viewer.next('opened'), { mayType: false, maySwitch: false });
    const typist = dial('it');
    await typist.next('opened');
    for (let count = 0; count < 2; count += 1) {
      const refused = viewer.next('refused');
      viewer.socket.emit('type', Buffer.from('smuggled'));
      assert.equal(await refused, 'Your role does not allow that.');
    }
    viewer.socket.emit('power', 'stop');
    const heard = viewer.hears('seen');
    typist.socket.emit('type', Buffer.from('seen'));
    await heard;
    assert.doesNotMatch(viewer.text(), /smuggled|simulated stop/);
  });

  it('switches for who may', async () => {
    const { socket, next, hears } = dial('it');
    await next('opened');
    const heard = hears('[simulated reset]');
    socket.emit('power', 'reset');
    await heard;
    assert.ok(world.platform.audit().some(({ user, action }) => user === 'it' && action === 'power'));
  });

  it('says what the VM is and does, and says it anew when that has changed', async () => {
    const { socket, next } = dial('it');
    assert.deepEqual(await next('sight'), { label: 'simulated', power: 'running' });
    const off = next('sight');
    socket.emit('power', 'stop');
    assert.deepEqual(await off, { label: 'simulated', power: 'off' });
  });

  it('lets people type while a switch takes its time', async () => {
    const slow = Promise.withResolvers<void>();
    world.platform.power = () => slow.promise;
    const { socket, next, hears } = dial('it');
    await next('opened');
    const heard = hears('typed meanwhile');
    const switched = next('switched');
    socket.emit('power', 'stop');
    socket.emit('type', Buffer.from('typed meanwhile'));
    await heard;
    slow.resolve();
    assert.equal(await switched, 'stop');
  });

  it('says to OT that they may not switch', async () => {
    const { socket, next } = dial('ot');
    await next('opened');
    const refused = next('refused');
    socket.emit('power', 'stop');
    assert.equal(await refused, 'Your role does not allow that.');
    assert.ok(!world.platform.audit().some(({ action }) => action === 'power'));
  });

  it('refuses who has not logged in, and an address that is no VM', async () => {
    for (const [token, vm] of [
      ['', VM],
      ['nobody', VM],
      ['it', 'port.cell-7/x'],
      ['it', '../x'],
    ] as const)
      assert.equal(((await dial(token, vm).next('connect_error')) as Error).message, 'login');
  });

  it('says why a VM that is not there has no console', async () => {
    assert.match(String(await dial('it', 'vm.cell-7/absent').next('refused')), /no VM vm\.cell-7\/absent/);
  });

  for (const [what, event, value] of [
    ['text in place of bytes', 'type', 'ls'],
    ['more than may be typed at once', 'type', Buffer.alloc(MOST_TYPED_BYTES + 1)],
    ['a message beyond all bounds', 'type', Buffer.alloc(1024 * 1024)],
    ['an unknown action', 'power', 'explode'],
    ['an object for an action', 'power', { toString: 1 }],
  ] as const)
    it(`cuts off who sends ${what}`, async () => {
      const { socket, next } = dial('it');
      await next('opened');
      const gone = next('disconnect');
      socket.emit(event, value);
      await gone;
      const other = dial('it');
      assert.deepEqual(await other.next('opened'), { mayType: true, maySwitch: true });
    });
});
