// The socket of a field line: one connection counts, and nobody who does not read makes anything grow.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FieldPort } from '../../../../runtime/drivers/embedded/v86/field-port.ts';

describe('the socket of a field line', () => {
  let folder = '';
  let path = '';
  let port: FieldPort;
  let heard = '';
  let wake = () => {};
  const sockets: Socket[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-field-'));
    path = join(folder, 'guest', 'f');
    heard = '';
    port = new FieldPort(bytes => {
      heard += Buffer.from(bytes).toString();
      wake();
    });
    await port.open(path);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await port.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function plug(): Promise<Socket> {
    const socket = createConnection({ path });
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }
  /** Says something to the guest, and waits until it has arrived, so that the connection counts. */
  async function say(socket: Socket, text: string): Promise<void> {
    const arrived = new Promise<void>(resolve => {
      wake = resolve;
    });
    socket.write(text);
    await arrived;
  }

  it('carries bytes both ways', async () => {
    const socket = await plug();
    await say(socket, 'question');
    port.say(Buffer.from('answer'));
    assert.equal(String((await once(socket, 'data'))[0]), 'answer');
    assert.equal(heard, 'question');
  });

  it('lets a newer connection replace the older one, and is free again when that goes', async () => {
    const older = await plug();
    await say(older, '1');
    const newer = await plug();
    await Promise.all([once(older, 'close'), say(newer, '2')]);
    port.say(Buffer.from('to the newer one'));
    assert.equal(String((await once(newer, 'data'))[0]), 'to the newer one');
    newer.destroy();
    const next = await plug();
    await say(next, '3');
    assert.equal(heard, '123');
  });

  it('loses what nobody hears', async () => {
    port.say(Buffer.from('into the dark'));
    const socket = await plug();
    await say(socket, '?');
    port.say(Buffer.from('heard'));
    assert.equal(String((await once(socket, 'data'))[0]), 'heard');
  });

  it('keeps a little for somebody who does not read, loses the rest, and goes on when he does', async () => {
    const socket = await plug();
    socket.pause();
    await say(socket, '?');
    const burst = new Uint8Array(10_000);
    // Much more than the kernel holds for a socket.
    for (let n = 0; n < 1_000; n += 1) port.say(burst);
    let arrived = 0;
    socket.on('data', bytes => {
      arrived += bytes.length;
    });
    socket.resume();
    // A mark that is lost too says that older bytes are still on their way.
    for (let last = 0; last !== 1; ) {
      port.say(Uint8Array.of(1));
      const [bytes] = (await once(socket, 'data')) as [Buffer];
      last = bytes.at(-1) ?? 0;
    }
    assert.ok(arrived > 10_000 && arrived < 2_000_000, `${arrived} bytes arrived`);
  });
});
