import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Libc } from '../../../runtime/lanes/ffi/libc.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import { netnsLab } from '../../lab/netns.ts';
import { numbered, numberOf } from '../memory/rings.ts';
import { realLibc, sender } from './sender.ts';

async function receiver(port = 0): Promise<{ readonly socket: Socket; readonly came: number[] }> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 }).bind(port, '127.0.0.1');
  await once(socket, 'listening');
  const came: number[] = [];
  socket.on('message', frame => came.push(numberOf(frame)));
  return { socket, came };
}

/** Each longer than the one before, so that none go together. */
const growing = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => numbered(first + index, 16 + index));
const numbers = (count: number, first = 0) => Array.from({ length: count }, (_, index) => first + index);

/** Waits for so many, and that nothing follows them. */
async function cameIn({ socket, came }: Awaited<ReturnType<typeof receiver>>, count: number): Promise<number[]> {
  while (came.length < count) await once(socket, 'message');
  await new Promise(setImmediate);
  return came.splice(0);
}

describe('a burst that is sent by calls of the C library', () => {
  it('goes on behind what the kernel took of it, in order and without a gap', async () => {
    const [real, to] = [await realLibc(), await receiver()];
    const most: number[] = [];
    const libc: Libc = {
      ...real,
      sendmmsg(descriptor, messages, count, flags) {
        most.push(count);
        return real.sendmmsg(descriptor, messages, Math.min(count, 1 + (most.length % 3)), flags);
      },
    };
    const from = await sender(to.socket.address().port, libc);
    assert.equal(from.send(growing(BURST)), BURST);
    assert.ok(most.length > 20, `${most.length} calls`);
    assert.deepEqual(await cameIn(to, BURST), numbers(BURST));
    await from.close();
    to.socket.close();
  });

  it('ends where the kernel has no more room: what went is told, the rest is not tried again', async () => {
    const [real, to] = [await realLibc(), await receiver()];
    let calls = 0;
    const libc: Libc = {
      ...real,
      sendmmsg(descriptor, messages, _count, flags) {
        calls += 1;
        return calls === 1 ? real.sendmmsg(descriptor, messages, 10, flags) : -1;
      },
      error: () => constants.errno.EAGAIN,
    };
    const from = await sender(to.socket.address().port, libc);
    assert.equal(from.send(growing(BURST)), 10);
    assert.equal(calls, 2);
    assert.deepEqual(await cameIn(to, 10), numbers(10));
    await from.close();
    to.socket.close();
  });

  it('is given up frame by frame when each of them fails, with two calls each at most', async () => {
    const real = await realLibc();
    for (const [name, error] of Object.entries(constants.errno)) {
      let calls = 0;
      const failing: Libc = {
        ...real,
        sendmmsg() {
          calls += 1;
          return -1;
        },
        error: () => error,
      };
      const from = await sender(9, failing);
      assert.equal(from.send([...growing(20), ...Array.from({ length: 40 }, () => numbered(1, 100))]), 0, name);
      assert.ok(calls >= 1 && calls <= 2 * 60 + 21, `${name}: ${calls} calls`);
      await from.close();
    }
  });

  it('loses nothing when it is told that an earlier one found nobody', async () => {
    const gone = await receiver();
    const { port } = gone.socket.address();
    gone.socket.close();
    const from = await sender(port);
    for (let round = 0; round < 20; round += 1) {
      // Of those, the kernel tells with the next call that nobody was there.
      from.send(growing(3));
      const to = await receiver(port);
      assert.equal(from.send(growing(10, 100)), 10);
      assert.deepEqual(await cameIn(to, 10), numbers(10, 100));
      to.socket.close();
      await once(to.socket, 'close');
    }
    await from.close();
  });

  it('arrives as it was sent, one frame by one, whatever their lengths, and where the way is too narrow for the longest', async () => {
    const lab = netnsLab();
    const script = fileURLToPath(new URL('./gathered.ts', import.meta.url));
    try {
      for (const [name, ...mtu] of [['wide'], ['narrow', 'mtu', '1500']] as const) {
        const machine = await lab.machine(name);
        await machine.run('ip', 'link', 'set', 'lo', 'up', ...mtu);
        const { frames } = JSON.parse(await machine.run(process.execPath, script));
        assert.ok(frames > 1000, `${frames} frames`);
      }
    } finally {
      await lab.close();
    }
  });
});
