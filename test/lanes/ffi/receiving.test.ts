import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { datagramPort } from '../../../runtime/lanes/ffi/datagram-port.ts';
import { openSocket } from '../../../runtime/lanes/ffi/datagram-socket.ts';
import { type Libc, load } from '../../../runtime/lanes/ffi/libc.ts';
import { Burst } from '../../../runtime/lanes/memory/burst.ts';
import { BURST, SLOT } from '../../../runtime/lanes/memory/layout.ts';
import { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';
import { RingProducer } from '../../../runtime/lanes/memory/ring-producer.ts';
import { libcFor } from '../../../runtime/lanes/native/use.ts';
import { until } from '../engine/world.ts';
import { numbered, ORIGIN, ringOf, taken } from '../memory/rings.ts';
import { realLibc, sender } from './sender.ts';

const OWN = { address: '127.0.0.1', port: 0 };
const descriptors = () => readdirSync('/proc/self/fd').length;

/** @param capacity  of its entrance @param bytes  that may wait in the kernel */
async function port(options: { readonly capacity?: number; readonly bytes?: number } = {}, own = OWN) {
  let calls = 0;
  const real = await realLibc();
  const libc: Libc = {
    ...real,
    recvmmsg(...given) {
      calls += 1;
      return real.recvmmsg(...given);
    },
  };
  const opened = await openSocket(libc, own, undefined, options.bytes ?? 4 << 20);
  const ring = ringOf(1, options.capacity ?? 1024);
  const consumer = new RingConsumer(ring, 0);
  const driver = datagramPort(libc, opened, false, { entrance: new RingProducer(ring, ORIGIN), wake: () => {} });
  return { driver, ring, consumer, number: opened.socket.address().port, calls: () => calls };
}

describe('a port of datagrams by calls of the C library', () => {
  it('takes what waits by a few calls, in order, and drops and counts what is too long for a slot', async () => {
    const { driver, ring, consumer, number, calls } = await port();
    const from = await sender(number);
    const frames = Array.from({ length: 200 }, (_, index) =>
      index % 20 === 7 ? new Uint8Array(SLOT.dataBytes + 1) : numbered(index, 4 + ((index * 37) % 1900)),
    );
    from.send(frames);
    await until(() => ring.counted().published + ring.counted().dropped === frames.length);
    assert.equal(ring.counted().dropped, 10);
    const wanted = frames.flatMap((_, index) => (index % 20 === 7 ? [] : [index]));
    assert.deepEqual(taken(consumer, 256), wanted);
    assert.ok(calls() <= 8, `${calls()} calls for 200 frames`);
    await from.close();
    await driver.close();
  });

  it('drops nothing of a flood while a lane has its turns, though its entrance is small', async () => {
    const { driver, ring, consumer, number } = await port({ capacity: 256 });
    const from = await sender(number);
    const seen: number[] = [];
    for (let at = 0; at < 2000; at += 200)
      from.send(Array.from({ length: 200 }, (_, index) => numbered(at + index, 16 + (index % 3))));
    while (seen.length < 2000 && ring.counted().dropped === 0) {
      await new Promise(setImmediate);
      driver.poll();
      const some = taken(consumer, BURST);
      consumer.release(some.length);
      seen.push(...some);
    }
    assert.equal(ring.counted().dropped, 0);
    assert.deepEqual(
      seen,
      Array.from({ length: 2000 }, (_, index) => index),
    );
    await from.close();
    await driver.close();
  });

  for (const [what, bytes] of [
    ['found no room in the entrance', 4 << 20],
    ['the kernel dropped because nobody read', 100_000],
  ] as const)
    it(`counts what ${what}`, async () => {
      const { driver, ring, number } = await port({ capacity: 256, bytes });
      const from = await sender(number);
      let sent = 0;
      for (let burst = 0; burst < 20; burst += 1)
        sent += from.send(Array.from({ length: 50 }, (_, index) => numbered(index, 1000 + index)));
      // Nobody takes anything out of the entrance.
      await until(() => {
        driver.poll();
        return ring.counted().published + ring.counted().dropped >= sent;
      });
      const { published, dropped } = ring.counted();
      assert.equal(published + dropped, sent);
      assert.ok(bytes < 4 << 20 ? published > 0 && published < 256 : published === 256, `${published} came in`);
      await from.close();
      await driver.close();
    });

  it('has a number that nobody else may share', async () => {
    const { driver, number } = await port();
    const other = createSocket({ type: 'udp4', reuseAddr: true });
    const failed = once(other, 'error');
    other.bind(number, '127.0.0.1');
    const [error] = await failed;
    assert.equal(error.code, 'EADDRINUSE');
    other.close();
    await driver.close();
  });

  it('leaves no descriptor behind: closed, not opened, or forgotten by a thread that ends', async () => {
    const libc = await realLibc();
    const taken = await port();
    const before = descriptors();
    for (let time = 0; time < 30; time += 1) {
      const { driver } = await port();
      await driver.close();
      await driver.close();
      const own = { ...OWN, port: taken.number };
      await assert.rejects(openSocket(libc, own, undefined, 1 << 20), { code: 'EADDRINUSE' });
      const peer = { address: '::1', port: 9 };
      await assert.rejects(openSocket(libc, OWN, peer, 1 << 20));
    }
    const worker = new Worker(new URL('./forgetful-thread.ts', import.meta.url));
    const [opened] = await once(worker, 'message');
    assert.equal(opened, 20);
    await once(worker, 'exit');
    await until(() => descriptors() <= before);
    await taken.driver.close();
  });

  it('sends nothing any more when it is closed, whoever has its descriptor then', async () => {
    const libc = await realLibc();
    const to = await port();
    const peer = { ...OWN, port: to.number };
    const driver = datagramPort(libc, await openSocket(libc, OWN, peer, 1 << 20), true, {
      entrance: undefined,
      wake: () => {},
    });
    const { memory } = ringOf(1);

    const burst = new Burst(BURST);
    burst.push(0, 5);
    assert.equal(driver.send(burst, memory), 1);
    const closed = driver.close();
    assert.equal(driver.send(burst, memory), 0);
    await closed;
    assert.equal(driver.send(burst, memory), 0);
    await to.driver.close();
  });
});

describe('calls of the C library', () => {
  it('are had where Linux is laid out as they need it, and else why not is said', async () => {
    for (const [platform, arch] of [
      ['darwin', 'arm64'],
      ['linux', 'ia32'],
      ['linux', 's390x'],
    ] as const) {
      const loaded = await load({ platform, arch });
      assert.ok('why' in loaded && /on Linux only/.test(loaded.why), `${platform} ${arch}`);
    }
    assert.ok('libc' in (await load(process)));
  });

  it('are the way of ports of datagrams where there is no addon', async () => {
    assert.ok((await libcFor('fastest')) !== undefined);
    assert.ok((await libcFor('ffi')) !== undefined);
    assert.equal(await libcFor('typescript'), undefined);
  });
});
