import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { isGatewrightError } from '../../../runtime/model/errors.ts';
import type { WebSocketLink } from '../../../runtime/protocols/websocket/link.ts';
import { websocket } from '../../../runtime/protocols/websocket/protocol.ts';
import { type Certificates, makeCertificates } from '../certificates.ts';
import { openRelay } from '../relay.ts';
import { knock, nodeEnd, until } from './ends.ts';
import { testEnds } from './links.ts';

const codeOf = (error: unknown) => (isGatewrightError(error) ? error.code : String(error));

/** Once nothing waits any more. */
function accounted({ counters }: WebSocketLink): void {
  const { offered, txFrames, droppedSize, droppedDown, droppedFull, droppedLost } = counters;
  assert.equal(offered, txFrames + droppedSize + droppedDown + droppedFull + droppedLost);
}

describe('a WebSocket link', () => {
  const { client, server, listener, close } = testEnds();
  afterEach(close);

  const SIZES = [0, 1, 125, 126, 65_535, 65_536];
  const frames = SIZES.map(size => Uint8Array.from({ length: size }, (_, at) => (at * 7 + size) % 256));

  it('carries binary frames of every size, both ways, as they were sent', async () => {
    const { link, got, url } = await server();
    const other = await nodeEnd(url);
    for (const frame of frames) {
      const memory = Uint8Array.from(frame);
      assert.ok(link.send(memory));
      memory.fill(0);
      other.socket.send(frame);
    }
    await until(() => got.length === frames.length && other.got.length === frames.length);
    assert.deepEqual([got.map(frame => new Uint8Array(frame)), other.got], [frames, frames]);
    await until(() => link.counters.txFrames === frames.length);
    assert.equal(link.counters.rxBytes, link.counters.txBytes);
    accounted(link);
    other.socket.close();
    await until(() => link.counters.lost === 1);
  });

  it('gives each of several clients every frame, and each frame of a client only to the server', async () => {
    const one = await server();
    const clients = [client({ url: one.url }), client({ url: one.url })];
    await until(() => one.link.peers === 2);
    one.link.send(Buffer.from('to all'));
    await until(() => clients.every(({ got }) => got.length === 1));
    clients[0]?.link.send(Buffer.from('to one'));
    await until(() => one.got.length === 1);
    assert.deepEqual(
      [String(one.got[0]), clients.map(({ got }) => got.length), one.link.counters.offered],
      ['to one', [1, 1], 2],
    );
  });

  it('throws text away, ends a connection with frames that are too large, and sends none itself', async () => {
    const { link, got, url } = await server({ frameBytes: 100 });
    const other = await nodeEnd(url);
    other.socket.send('text');
    other.socket.send(new Uint8Array(100));
    await until(() => got.length === 1);
    assert.equal(link.counters.unfit, 1);
    assert.equal(link.send(new Uint8Array(101)), false);
    other.socket.send(new Uint8Array(101));
    await until(() => other.code() !== undefined && link.counters.lost === 1);
    assert.deepEqual([other.code(), link.counters.oversize, link.counters.droppedSize, got.length], [1009, 1, 1, 1]);
    accounted(link);
  });

  it('connects again when the server was away, and drops and counts what is sent meanwhile', async () => {
    const first = await server();
    const { link, got, downs } = client({ url: first.url });
    await until(() => link.state === 'open');
    await first.link.close();
    await until(() => link.counters.unopened > 0);
    assert.equal(link.send(Buffer.from('nobody')), false);
    assert.deepEqual([link.counters.lost, link.counters.droppedDown, codeOf(downs[0])], [1, 1, 'GW_WEBSOCKET_DOWN']);
    const again = await server({ port: first.port });
    await until(() => again.link.peers === 1 && link.state === 'open');
    again.link.send(Buffer.from('welcome'));
    await until(() => got.length === 1);
    assert.equal(String(got[0]), 'welcome');
    assert.equal(link.counters.opened, 2);
    accounted(link);
  });

  it('waits for a port that is taken, and listens when it is free', async () => {
    const first = await server();
    const { link, downs } = listener({ port: first.port });
    await until(() => downs.length > 0);
    await first.link.close();
    await until(() => link.port === first.port);
    assert.equal(codeOf(downs[0]), 'GW_WEBSOCKET_DOWN');
    assert.match(String(downs[0]), /EADDRINUSE/);
    assert.ok(link.counters.unopened > 0);
  });

  it('ends a connection whose other end is silent, and keeps one that is only idle', async () => {
    const one = await server({ pingMs: 150 });
    // It reads, but never answers a ping.
    const { socket, status } = await knock(one.port, '/');
    assert.equal(status, 101);
    const idle = await nodeEnd(one.url);
    socket.resume();
    await until(() => one.downs.length === 1);
    assert.equal(one.link.counters.silent, 1);
    assert.match(String(one.downs[0]), /silent/);
    assert.deepEqual([one.link.peers, idle.code()], [1, undefined]);
    idle.socket.send(new Uint8Array(1));
    await until(() => one.got.length === 1);
    idle.socket.close();
  });

  it('notices a way that carries nothing any more, and connects anew', async () => {
    const one = await server();
    const relay = await openRelay(one.port);
    const { link } = client({ url: `ws://127.0.0.1:${relay.port}/`, pingMs: 150 });
    await until(() => link.state === 'open');
    relay.freeze();
    await until(() => link.counters.silent === 1 && link.counters.opened === 2);
    await close();
    await relay.close();
  });

  it('keeps a queue of fixed size for an other end that does not read, and drops and counts what does not fit', async () => {
    const one = await server({ queueBytes: 200_000, pingMs: 600_000 });
    const { socket } = await knock(one.port, '/');
    socket.pause();
    const quick = await nodeEnd(one.url);
    const frame = new Uint8Array(50_000);
    let sent = 0;
    while (one.link.counters.droppedFull < 20) {
      one.link.send(frame);
      sent += 1;
      await until(() => quick.got.length === sent);
    }
    const { offered, txFrames, droppedFull } = one.link.counters;
    assert.equal(offered, 2 * sent);
    // What waits in our memory for the slow one.
    assert.ok((offered - txFrames - droppedFull) * frame.length <= 200_000);
    socket.destroy();
    await until(() => one.link.peers === 1);
    quick.socket.close();
    await until(() => one.link.peers === 0);
    assert.ok(one.link.counters.droppedLost > 0);
    accounted(one.link);
  });

  it('holds the other end back while it is paused, and loses nothing by it', async () => {
    const one = await server({ pingMs: 50 });
    const { link } = client({ url: one.url, queueBytes: 100_000, pingMs: 600_000 });
    await until(() => link.state === 'open');
    one.link.pause();
    const frame = new Uint8Array(50_000);
    let taken = 0;
    while (link.counters.droppedFull === 0) {
      if (link.send(frame)) taken += 1;
      await new Promise(setImmediate);
    }
    assert.equal(one.got.length, 0);
    one.link.resume();
    await until(() => one.got.length === taken);
    assert.deepEqual([one.link.counters.silent, link.counters.lost], [0, 0]);
    await until(() => link.counters.txFrames === taken);
    accounted(link);
  });

  it('closes in spite of an other end that takes part in nothing', async () => {
    const one = await server();
    const { socket } = await knock(one.port, '/');
    socket.pause();
    await close();
    assert.equal(one.link.state, 'closed');
    socket.destroy();
  });
});

describe('the door of a WebSocket server', () => {
  const { client, server, listener, close } = testEnds();
  const SECRET = 'hunter2-and-more';
  let certificates: Certificates;
  before(() => {
    certificates = makeCertificates();
  });
  afterEach(close);
  after(() => certificates.close());

  const guarded = () =>
    server({ path: '/line', token: 'door', secrets: { door: SECRET }, origins: 'https://panel.example' });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it('opens for the right path, token and page only, as often as there is room', async () => {
    const one = await server({
      path: '/line',
      token: 'door',
      secrets: { door: SECRET },
      origins: 'https://panel.example',
      peersMost: 2,
    });
    const status = async (path: string, headers: Record<string, string>) =>
      (await knock(one.port, path, headers)).status;
    assert.deepEqual(
      [
        await status('/', bearer(SECRET)),
        await status('/line', {}),
        await status('/line', bearer(`${SECRET}x`)),
        await status('/line', { ...bearer(SECRET), origin: 'https://evil.example' }),
        await status('/line?x=1', { ...bearer(SECRET), origin: 'https://panel.example' }),
        await status('/line', bearer(SECRET)),
        await status('/line', bearer(SECRET)),
      ],
      [404, 401, 401, 403, 101, 101, 503],
    );
    assert.deepEqual([one.link.counters.opened, one.link.counters.turnedAway], [2, 5]);
    assert.equal((await fetch(`http://127.0.0.1:${one.port}/line`)).status, 426);
  });

  it('is told apart from a server that is not there, and the token is in nothing that can be printed', async () => {
    const one = await guarded();
    const url = `ws://127.0.0.1:${one.port}/line`;
    const good = client({ url, token: 'mine', secrets: { mine: SECRET } });
    await until(() => one.link.peers === 1);
    const wrong = client({ url, token: 'mine', secrets: { mine: `${SECRET}x` } });
    const lacking = client({ url, token: 'mine' });
    await until(() => wrong.downs.length > 0 && lacking.downs.length > 0);
    assert.deepEqual([codeOf(wrong.downs[0]), codeOf(lacking.downs[0])], ['GW_WEBSOCKET_REFUSED', 'GW_LINK_SECRET']);
    assert.match(String(wrong.downs[0]), /401/);
    for (const thing of [good.link, wrong.link, wrong.downs, lacking.downs, one.link])
      assert.ok(!inspect(thing, { depth: 20, showHidden: true }).includes(SECRET));
  });

  it('has a certificate that the client checks: its authority and its name', async () => {
    const { texts } = certificates;
    const door = { certificate: texts.server, key: 'k', secrets: { k: texts.serverKey } };
    const one = await server(door);
    // Nothing in its certificate says this address.
    const other = await server({ ...door, address: '127.0.0.2' });
    const url = `wss://localhost:${one.port}/`;
    const good = client({ url, authority: texts.authority });
    await until(() => good.link.state === 'open');
    good.link.send(Buffer.from('secret'));
    await until(() => one.got.length === 1);
    const unknown = client({ url });
    const plain = client({ url: `ws://localhost:${one.port}/`, authority: texts.authority });
    const named = client({ url: `wss://127.0.0.2:${other.port}/`, authority: texts.authority });
    await until(() => [unknown, plain, named].every(({ downs }) => downs.length > 0));
    assert.deepEqual(
      [unknown, named, plain].map(({ downs }) => codeOf(downs[0])),
      ['GW_LINK_TLS', 'GW_LINK_TLS', 'GW_WEBSOCKET_DOWN'],
    );
    assert.deepEqual([one.link.counters.opened, other.link.counters.opened], [1, 0]);
  });

  it('says that its certificate and key do not fit, without showing them', async () => {
    const { downs } = listener({ certificate: certificates.texts.server, key: 'k', secrets: { k: SECRET } });
    await until(() => downs.length > 0);
    assert.equal(codeOf(downs[0]), 'GW_LINK_SECRET');
    assert.ok(!inspect(downs, { depth: 20, showHidden: true }).includes(SECRET));
  });

  it('may not stand open to everybody who reaches the gateway', () => {
    const parse = (more: Record<string, unknown>) => websocket.options.safeParse({ role: 'server', ...more });
    const open = parse({ address: '0.0.0.0' });
    assert.deepEqual(
      open.error?.issues.map(issue => 'params' in issue && issue.params?.code),
      ['GW_WEBSOCKET_OPEN'],
    );
    assert.ok(parse({ address: '0.0.0.0', token: 'door' }).success && parse({}).success);
    for (const url of ['', 'http://x/', 'wss://user:password@x/', 'wss://x/#y'])
      assert.equal(websocket.options.safeParse({ url }).success, false, url);
    assert.ok(websocket.options.safeParse({ url: 'wss://x:8443/line?a=b' }).success);
  });
});
