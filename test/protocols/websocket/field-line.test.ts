// Lines of WebSocket with Node's own client and our own server at the other end, and sockets in place of VMs.
import assert from 'node:assert/strict';
import { isGatewrightError } from '../../../runtime/model/errors.ts';
import { websocketLine } from '../../../runtime/protocols/websocket/field-line.ts';
import { websocketWords } from '../../../runtime/protocols/websocket/words.ts';
import type { GuestSocket } from '../guest-socket.ts';
import { type LabLine, LineLab, portOf, spokenAt, vmOf } from '../line-lab.ts';
import { freePort } from '../mqtt/broker.ts';
import { knock, nodeEnd, until } from './ends.ts';
import { testEnds } from './links.ts';

const SECRET = 'hunter2-and-more';
const said = (bytes: Uint8Array | string) => ({ data: Buffer.from(bytes as string).toString('base64') });
const bytesOf = ({ data }: Readonly<Record<string, unknown>>) => Buffer.from(String(data), 'base64');
const textsOf = (guest: GuestSocket | undefined) => guest?.heard.map(message => bytesOf(message).toString());
const ask = ({ line }: LabLine, payload: unknown) => line.ask(websocketWords.question(payload).request, 'write');
const codeOf = (error: unknown) => (isGatewrightError(error) ? error.code : String(error));

describe('a line of WebSocket', () => {
  const { server, close } = testEnds();
  let lab: LineLab;
  beforeEach(() => {
    lab = new LineLab();
  });
  afterEach(() => Promise.all([close(), lab.close()]));

  const client = (settings: Readonly<Record<string, unknown>>, more: Parameters<LineLab['open']>[2] = {}) =>
    lab.open(websocketLine, { role: 'client', againMs: 10, againMostMs: 40, ...settings }, more);

  /** Listens on a port of its own. */
  async function listener(settings: Readonly<Record<string, unknown>> = {}, more: Parameters<LineLab['open']>[2] = {}) {
    const port = await freePort();
    const one = await lab.open(
      websocketLine,
      { role: 'server', port, againMs: 10, againMostMs: 40, ...settings },
      more,
    );
    await until(() => one.line.figures().state === 'open');
    return { ...one, port, url: `ws://127.0.0.1:${port}/` };
  }

  async function wire(one: LabLine, ...vms: readonly string[]): Promise<readonly GuestSocket[]> {
    const guests = await Promise.all(vms.map(vm => lab.guest(vm)));
    await one.line.change(vms.map(vm => portOf(vm)));
    await Promise.all(guests.map(guest => guest.plugIn()));
    await until(() => vms.every(vm => one.end(vmOf(vm)).plugged === true));
    return guests;
  }

  it('carries frames of bytes both ways, to all VMs and from each, and never from one to another', async () => {
    const far = await server();
    const one = await client({ url: far.url });
    const [robot, meter] = await wire(one, 'robot', 'meter');
    await until(() => far.link.peers === 1);
    const bytes = Uint8Array.from({ length: 300 }, (_, value) => value % 256);
    far.link.send(bytes);
    await until(() => robot?.lines.length === 1 && meter?.lines.length === 1);
    for (const guest of [robot, meter]) {
      const [{ atMs, ...frame } = {}] = guest?.heard ?? [];
      assert.deepEqual([frame, typeof atMs], [said(bytes), 'number']);
    }
    robot?.say(said(bytes), said(''));
    meter?.say(said('of the meter'));
    await until(() => far.got.length === 3);
    await ask(one, 'of the flow');
    await until(() => far.got.length === 4);
    const got = far.got.map(frame => Buffer.from(frame).toString('latin1'));
    assert.deepEqual(
      got.toSorted(),
      ['', Buffer.from(bytes).toString('latin1'), 'of the flow', 'of the meter'].toSorted(),
    );
    assert.deepEqual([robot?.lines.length, meter?.lines.length], [1, 1]);
    assert.deepEqual(
      (['device', vmOf('robot'), vmOf('meter'), 'messages'] as const).map(end => {
        const { in: came, out } = one.end(end);
        return [came.frames, out.frames];
      }),
      [
        [1, 4],
        [2, 1],
        [1, 1],
        [1, 0],
      ],
    );
    assert.deepEqual([one.end('device').in.bytes, one.end('device').out.bytes], [300, 323]);
    assert.deepEqual(spokenAt(one.frames, vmOf('robot'), 'in'), [said(bytes), said('')]);
    assert.deepEqual(spokenAt(one.frames, 'device', 'out').length, 4);
  });

  it('listens as a server too, for clients that come and go', async () => {
    const one = await listener();
    const [robot] = await wire(one, 'robot');
    robot?.say(said('nobody is there'));
    await until(() => one.end(vmOf('robot')).in.dropped === 1);
    assert.equal(one.end('device').plugged, false);
    await assert.rejects(ask(one, 'nobody is there'), { code: 'GW_WEBSOCKET_LOST' });
    const others = [await nodeEnd(one.url), await nodeEnd(one.url)];
    await until(() => one.line.figures().more?.peers === 2);
    robot?.say(said('to both'));
    await until(() => others.every(({ got }) => got.length === 1));
    others[0]?.socket.send(Buffer.from('to the VM'));
    others[0]?.socket.send('text is thrown away');
    await until(() => robot?.lines.length === 1 && one.end('device').in.malformed === 1);
    assert.deepEqual([textsOf(robot), others[1]?.got.length, one.end('device').plugged], [['to the VM'], 1, true]);
    for (const { socket } of others) socket.close();
    await until(() => one.end('device').plugged === false);
  });

  it('takes nothing for a frame that a terminal of a guest echoes, that is none, or that is too large', async () => {
    const far = await server();
    const one = await client({ url: far.url, frameBytes: 1_000 });
    const [robot] = await wire(one, 'robot');
    await until(() => far.link.peers === 1);
    far.link.send(Buffer.from('once'));
    await until(() => robot?.lines.length === 1);
    robot?.write(`${robot.lines[0]}\r\nlogin: \n{"data":"a"}\n{"data":1}\n{"data":"","more":1}\n`);
    robot?.say(said(Buffer.alloc(1_001)), said(Buffer.alloc(3_000)), said('twice'));
    await until(() => far.got.length === 1);
    assert.equal(String(far.got[0]), 'twice');
    const { malformed, dropped, frames } = one.end(vmOf('robot')).in;
    assert.deepEqual({ malformed, dropped, frames }, { malformed: 6, dropped: 1, frames: 8 });
    await assert.rejects(ask(one, Buffer.alloc(1_001)), { code: 'GW_WEBSOCKET_MESSAGE' });
    await assert.rejects(one.line.ask(Buffer.from('{}'), 'write'), { code: 'GW_WEBSOCKET_MESSAGE' });
    await assert.rejects(one.line.ask(Buffer.from('{"data":""}'), 'read'), { code: 'GW_LINE_MESSAGES' });
    assert.equal(one.end('messages').in.denied, 3);
  });

  it('lets a VM that does not read lose what does not fit, and tells the others everything', async () => {
    const far = await server();
    const one = await client({ url: far.url, queueBytes: 100_000 });
    const stuck = await lab.guest('stuck');
    stuck.read(false);
    const quick = await lab.guest('quick');
    await one.line.change([portOf('stuck'), portOf('quick')]);
    await until(() => far.link.peers === 1 && one.line.figures().ends.every(({ plugged }) => plugged !== false));
    let sent = 0;
    while (one.end(vmOf('stuck')).out.dropped < 10) {
      far.link.send(Buffer.alloc(20_000, sent));
      sent += 1;
      await until(() => quick.lines.length === sent);
    }
    assert.deepEqual(
      quick.heard.map(message => bytesOf(message)[0]),
      Array.from({ length: sent }, (_, n) => n % 256),
    );
    stuck.read(true);
    await until(() => stuck.lines.length === sent - one.end(vmOf('stuck')).out.dropped);
    assert.equal(one.end(vmOf('stuck')).out.frames, stuck.lines.length);
  });

  it('counts what an other end that does not read cost, for the VM that said it too', async () => {
    const one = await listener({ queueBytes: 200_000, pingMs: 600_000 });
    const [robot] = await wire(one, 'robot');
    const { socket } = await knock(one.port, '/');
    socket.pause();
    let offered = 0;
    while (one.end(vmOf('robot')).in.dropped < 5) {
      robot?.say(said(Buffer.alloc(50_000)));
      offered += 1;
      await until(() => one.end(vmOf('robot')).in.frames === offered);
    }
    assert.equal(one.end('device').out.dropped, 5);
    socket.destroy();
    await until(() => one.end('device').plugged === false);
    assert.equal(one.end('device').out.frames + one.end('device').out.dropped, offered);
  });

  it('comes back when the other end does, and keeps its VMs meanwhile', async () => {
    const first = await server();
    const one = await client({ url: first.url });
    const [robot] = await wire(one, 'robot');
    await until(() => one.line.figures().state === 'open');
    await first.link.close();
    await until(() => one.line.figures().state !== 'open');
    assert.match(one.line.figures().why ?? '', /\w+/);
    const again = await server({ port: first.port });
    await until(() => one.line.figures().state === 'open');
    assert.equal(one.line.figures().why, undefined);
    again.link.send(Buffer.from('welcome'));
    await until(() => robot?.lines.length === 1);
    await one.line.change([]);
    assert.deepEqual(
      one.line.figures().ends.map(({ end }) => end),
      ['device', 'messages'],
    );
  });

  it('says what a firewall on its wires and settings that do not fit would be, and changes nothing', async () => {
    const one = await listener();
    await wire(one, 'robot');
    const guarded = [portOf('meter', 'meter', [{ firewall: 'wall', rules: [] }])];
    await assert.rejects(one.line.change(guarded), { code: 'GW_LINE_RULE', message: /wall stands on such a line/ });
    assert.deepEqual(
      one.line.figures().ends.map(({ end }) => end),
      [vmOf('robot'), 'device', 'messages'],
    );
    await assert.rejects(client({ url: '' }), { code: 'GW_FIELD_INVALID', message: /url: there is no URL/ });
    await assert.rejects(client({ role: 'server', address: '0.0.0.0' }), {
      code: 'GW_FIELD_INVALID',
      message: /token/,
    });
  });

  it('shows its token to nobody: not in its figures, frames, log, errors, nor to a VM', async () => {
    const secrets = { door: SECRET };
    const one = await listener({ token: 'door' }, { secrets });
    const good = await client({ url: one.url, token: 'door' }, { secrets });
    const wrong = await client({ url: one.url, token: 'door' }, { secrets: { door: `${SECRET}x` } });
    const absent = await client({ url: one.url, token: 'door' });
    const [robot] = await wire(good, 'robot');
    await until(() => one.line.figures().more?.peers === 1);
    await ask(one, 'hello');
    await until(() => robot?.lines.length === 1);
    await until(() => [wrong, absent].every(({ line }) => line.figures().why !== undefined));
    assert.match(wrong.line.figures().why ?? '', /the server answered 401/);
    assert.match(absent.line.figures().why ?? '', /there is no secret "door"/);
    const lost = await ask(wrong, 'x').then(() => 'sent', codeOf);
    assert.equal(lost, 'GW_WEBSOCKET_LOST');
    assert.ok(wrong.seen().includes('401'), 'it is looked at');
    for (const line of [one, good, wrong, absent]) assert.ok(!line.seen().includes(SECRET));
    assert.ok(!robot?.lines.join().includes(SECRET));
  });
});

describe('the words of WebSocket', () => {
  const frame = (text: string) => ({
    ...({ atMs: 0, end: 'device', direction: 'in' } as const),
    frame: Buffer.from(text).toString('hex'),
  });

  it('take text, bytes and what a tap gives, and describe it in the same form', () => {
    for (const [payload, words] of [
      ['grün\n', { text: 'grün\n' }],
      ['', { text: '' }],
      [Buffer.from([0, 255]), { data: '00ff' }],
      [{ data: '00FF' }, { data: '00ff' }],
      [{ data: [104, 105] }, { text: 'hi' }],
      [{ text: 'hi' }, { text: 'hi' }],
    ] as const) {
      const question = websocketWords.question(payload);
      assert.deepEqual([question.words, question.answer(new Uint8Array())], [words, words]);
      assert.deepEqual(websocketWords.describe(frame(Buffer.from(question.request).toString())), words);
      assert.equal(websocketWords.needs(question.request), 'write');
    }
    assert.deepEqual(websocketWords.describe(frame('{"data":"x"}')), { bytes: frame('{"data":"x"}').frame });
  });

  it('refuse what is no frame, and say what one is', () => {
    for (const payload of [undefined, null, 5, {}, { data: 'xyz' }, { data: [256] }, { text: 1 }])
      assert.throws(() => websocketWords.question(payload), {
        code: 'GW_WEBSOCKET_MESSAGE',
        message: /send a Buffer, a text or \{data\}/,
      });
  });

  it('say that a port belongs to one line, and that a client holds nothing', () => {
    assert.equal(websocketWords.device({ role: 'server', address: '127.0.0.1', port: 8443 }), 'port 8443 of 127.0.0.1');
    assert.equal(websocketWords.device({ role: 'server', address: '127.0.0.1', port: 0 }), undefined);
    assert.equal(websocketWords.device({ role: 'client', url: 'ws://x/' }), undefined);
  });
});
