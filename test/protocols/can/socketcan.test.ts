// The guard around npm socketcan, over a channel that behaves as the package was seen to behave in a kernel with CAN.
import assert from 'node:assert/strict';
import { createFakeHost } from '../../../runtime/host/fake.ts';
import { localHost } from '../../../runtime/host/local.ts';
import { Burst } from '../../../runtime/lanes/memory/burst.ts';
import { Doorbell } from '../../../runtime/lanes/memory/doorbell.ts';
import { createFrameMemory, FrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { createRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { FRAME_CLASS } from '../../../runtime/lanes/memory/layout.ts';
import { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';
import { RingProducer } from '../../../runtime/lanes/memory/ring-producer.ts';
import { checkFrame, readFrame } from '../../../runtime/protocols/can/frame.ts';
import { socketCanLanePort } from '../../../runtime/protocols/can/socketcan/lane-port.ts';
import { loadPackage } from '../../../runtime/protocols/can/socketcan/package.ts';
import { SocketCanPort } from '../../../runtime/protocols/can/socketcan/port.ts';
import { canInterfaces, requireCanInterface } from '../../../runtime/protocols/can/socketcan/probe.ts';
import { SteadySocketCan } from '../../../runtime/protocols/can/socketcan/steady-port.ts';
import { inLane } from './frames.ts';
import { Channel } from './socketcan-channel.ts';

const iface = (name: string, type: string, flags: string, mtu: string, index = 1) => ({
  [`/sys/class/net/${name}/ifindex`]: `${index}\n`,
  ...{ [`/sys/class/net/${name}/type`]: `${type}\n`, [`/sys/class/net/${name}/flags`]: `${flags}\n` },
  [`/sys/class/net/${name}/mtu`]: `${mtu}\n`,
});
const LOOPBACK = iface('lo', '772', '0x9', '65536');
const CAN = {
  ...iface('can0', '280', '0x40081', '16'),
  ...iface('can1', '280', '0x40080', '72', 2),
  ...iface('vcan0', '280', '0xc1', '72', 3),
};

describe('CAN on a host', () => {
  it('is found by the kind of its interfaces', async () => {
    assert.deepEqual(await canInterfaces(createFakeHost({ files: { ...LOOPBACK, ...CAN } })), [
      ...[
        { name: 'can0', index: 1, up: true, fd: false },
        { name: 'can1', index: 2, up: false, fd: true },
      ],
      { name: 'vcan0', index: 3, up: true, fd: true },
    ]);
  });

  const family = { '/proc/net/can/version': 'rev 20170425\n' };
  const absent: readonly (readonly [string, Record<string, string>, string, RegExp])[] = [
    ['whose kernel has none', LOOPBACK, 'can0', /there is no CAN on this host: its kernel has not loaded it/],
    [
      'without an adapter',
      { ...LOOPBACK, ...family },
      'can0',
      /there is no CAN interface on this host; connect an adapter/,
    ],
    [
      'that has others',
      { ...LOOPBACK, ...CAN, ...family },
      'can7',
      /no CAN interface can7 on this host; there are can0, can1, vcan0/,
    ],
    ['whose interface is of another kind', LOOPBACK, 'lo', /lo is a network interface, but not one of CAN/],
    ['whose interface is down', CAN, 'can1', /can1 is down; set its bit rate and bring it up/],
  ];
  for (const [what, files, name, message] of absent)
    it(`is not there on a host ${what}; the reason says so`, async () => {
      await assert.rejects(requireCanInterface(createFakeHost({ files }), name), { code: 'GW_HOST_IO', message });
    });

  it('is looked for on this machine without harm', async () => {
    const names = (await canInterfaces(localHost)).map(each => each.name);
    await assert.rejects(requireCanInterface(localHost, 'no-such-can'), { code: 'GW_HOST_IO' });
    assert.ok(!names.includes('lo'));
  });
});

describe('a port of socketcan', () => {
  const open = async (name = 'vcan0') => {
    const host = createFakeHost({ files: CAN });
    const heard: Uint8Array[] = [];
    const ended: string[] = [];
    let channel = new Channel({});
    const ears = {
      frame: (frame: Uint8Array) => {
        if (frame[0] === 0x66) throw new Error('an ear fell off');
        heard.push(frame.slice());
      },
      ended: (why: string) => void ended.push(why),
    };
    const createRawChannelWithOptions = (_name: string, options: object) => {
      channel = new Channel(options);
      return channel;
    };
    const port = await SocketCanPort.open(host, name, ears, () => ({
      createRawChannelWithOptions,
    }));
    return { port, host, channel, heard, ended };
  };

  // sebi2k1/node-can 77: send() blocks the whole process while the queue is full.
  it('never lets a send wait, and sends each frame with all it has', async () => {
    const { port, channel } = await open();
    assert.deepEqual(channel.options, { timestamps: false, non_block_send: true });
    const send = (message: object) => port.send(inLane(checkFrame(message)));
    assert.ok(send({ id: 0x123, data: [1, 2] }));
    assert.ok(send({ id: 0x18fee000, ext: true, rtr: true, length: 4 }));
    assert.ok(send({ id: 1, fd: true, brs: true, data: new Uint8Array(12) }));
    assert.deepEqual(channel.sent, [
      { id: 0x123, ext: false, rtr: false, data: Buffer.of(1, 2) },
      { id: 0x18fee000, ext: true, rtr: true, data: Buffer.alloc(4) },
      { id: 1, ext: false, fd_brs: true, data: Buffer.alloc(12), FD: true },
    ]);
    assert.equal(port.counters.sent, 3);
  });

  // sebi2k1/node-can 199 and 200: data too long for a frame overflowed the stack.
  it('does not hand on what would end the process or be changed, nor FD where there is none', async () => {
    const { port, channel } = await open('can0');
    const wide = inLane(checkFrame({ id: 1, ext: true }));
    wide[1] = 0x1a;
    wide[3] = 0;
    const error = inLane(checkFrame({ id: 1 }));
    error[3] = 0x20;
    const long = inLane(checkFrame({ id: 1 }));
    long[4] = 9;
    const fd = inLane(checkFrame({ id: 1, fd: true }));
    assert.deepEqual(
      [wide, error, long, fd, new Uint8Array(0)].map(frame => port.send(frame)),
      [false, false, false, false, false],
    );
    assert.deepEqual([channel.sent.length, port.counters.malformed], [0, 5]);
  });

  // grodansparadis/node-red-contrib-socketcan 27: sending stopped after a while, and only a new deploy helped.
  it('counts what the kernel does not take, and goes on', async () => {
    const { port, channel } = await open();
    const frame = inLane(checkFrame({ id: 1 }));
    channel.answer = -1;
    assert.equal(port.send(frame), false);
    channel.answer = 16;
    assert.ok(port.send(frame));
    assert.deepEqual([port.counters.refused, port.counters.sent], [1, 1]);
  });

  it('hears frames; those of more than eight bytes are of FD; error frames are counted', async () => {
    const { port, channel, heard } = await open();
    channel.hear({ id: 0x18fee000, ext: true, data: Buffer.of(1, 2) });
    channel.hear({ id: 5, rtr: true, data: Buffer.alloc(4) });
    channel.hear({ id: 6, data: Buffer.alloc(12, 7) });
    channel.hear({ id: 4, err: true, data: Buffer.alloc(8) });
    channel.hear({ id: 6, data: Buffer.alloc(9) });
    const seen = heard.map(readFrame).map(({ id, ext, rtr, fd, length }) => [id, ext, rtr, fd, length]);
    assert.deepEqual(seen, [
      [0x18fee000, true, false, false, 2],
      [5, false, true, false, 4],
      [6, false, false, true, 12],
    ]);
    assert.deepEqual([port.counters.received, port.counters.errors, port.counters.malformed], [3, 1, 1]);
  });

  // sebi2k1/node-can 30, 42 and 49: what becomes of a channel whose interface was removed.
  it('tells when its interface is gone; then it sends nothing and can be closed', async () => {
    const { port, channel, ended } = await open();
    channel.running = false;
    channel.call(channel.stopped);
    channel.call(channel.stopped);
    assert.deepEqual(ended, ['its interface is gone']);
    assert.equal(port.send(inLane(checkFrame({ id: 1 }))), false);
    port.close();
    assert.equal(port.counters.refused, 1);
  });

  it('notices by a refused frame that its interface is gone, or another one of its name; not one that is down', async () => {
    const { port, host, channel, ended } = await open();
    channel.answer = -1;
    const refused = async () => {
      assert.equal(port.send(inLane(checkFrame({ id: 1 }))), false);
      await port.look();
    };
    await host.writeFile('/sys/class/net/vcan0/flags', '0xc0\n');
    await refused();
    assert.deepEqual([ended, channel.running], [[], true]);
    await host.writeFile('/sys/class/net/vcan0/ifindex', '9\n');
    await refused();
    await new Promise(setImmediate);
    assert.deepEqual([ended, channel.running], [['its interface is gone'], false]);
  });

  it('ends alone, not the process, when who listens throws', async () => {
    const { channel, heard, ended } = await open();
    channel.hear({ id: 0x66, data: Buffer.of() });
    channel.hear({ id: 1, data: Buffer.of() });
    await new Promise(setImmediate);
    assert.deepEqual([ended, heard.length, channel.running], [['an ear fell off'], 0, false]);
  });

  it('says nothing more once it is closed', async () => {
    const { port, channel, heard, ended } = await open();
    port.close();
    port.close();
    channel.hear({ id: 1, data: Buffer.of() });
    channel.call(channel.stopped);
    await new Promise(setImmediate);
    assert.deepEqual([heard, ended, channel.running], [[], [], false]);
  });

  // grodansparadis/node-red-contrib-socketcan 26, 44 and 56, rajeshsola/node-red-addons 4: no compiler, or another Node.
  it('is not opened by a name that is none, nor when the kernel refuses, nor without the package', async () => {
    const host = createFakeHost({ files: CAN });
    const ears = { frame: () => {}, ended: () => {} };
    const refuse = () => {
      throw new Error('Error while creating channel');
    };
    await assert.rejects(SocketCanPort.open(host, 'can9', ears, refuse), {
      code: 'GW_HOST_IO',
      message: /no CAN interface can9/,
    });
    const refused = { code: 'GW_HOST_IO', message: /can0 could not be opened: Error while creating channel/ };
    await assert.rejects(
      SocketCanPort.open(host, 'can0', ears, () => ({ createRawChannelWithOptions: refuse })),
      refused,
    );
    const missing = {
      code: 'GW_HOST_PROGRAM_MISSING',
      message: /the npm package socketcan is not built; install make/,
    };
    const none = () =>
      loadPackage(() => {
        throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
      });
    await assert.rejects(SocketCanPort.open(host, 'can0', ears, none), missing);
  });

  it('is a port of a lane: what it hears comes in by the burst, and what the kernel does not take is told', async () => {
    const memory = createFrameMemory(512);
    const ring = createRing(memory, { first: 0, count: 256 }, [new Doorbell()]);
    const consumer = new RingConsumer(ring, 0);
    const entrance = new RingProducer(ring, { port: 1, frameClass: FRAME_CLASS.can, tenant: 2 });
    const channel = new Channel({});
    const load = () => ({ createRawChannelWithOptions: () => channel });
    const host = createFakeHost({ files: CAN });
    const port = await socketCanLanePort(host, { interface: 'vcan0', load }, { entrance, wake: () => {} });
    for (let id = 0; id < 101; id += 1) channel.hear({ id, data: Buffer.of(id) });
    await new Promise(setImmediate);
    const [burst, ids] = [new Burst(128), [] as number[]];
    const count = consumer.take(burst, 128);
    for (let index = 0; index < count; index += 1)
      ids.push(readFrame(memory.frame(burst.slot(index), burst.length(index))).id);
    assert.deepEqual(
      ids,
      Array.from({ length: 101 }, (_, id) => id),
    );
    const out = new Burst(4);
    for (const [slot, frame] of [
      inLane(checkFrame({ id: 1 })),
      inLane(checkFrame({ id: 2, fd: true })),
      new Uint8Array(3),
    ].entries()) {
      memory.bytes.set(frame, FrameMemory.at(300 + slot));
      out.push(300 + slot, frame.length);
    }
    assert.equal(port.send(out, memory), 2);
    assert.deepEqual(
      channel.sent.map(({ id }) => id),
      [1, 2],
    );
    assert.ok(port.room() > 0);
    await port.close();
    await new Promise(setImmediate);
    assert.equal(channel.running, false);
  });
});

describe('a CAN interface that comes and goes', () => {
  /** A host with vcan0, timers that the test lets pass, and every channel that was opened. */
  const world = async () => {
    const host = createFakeHost({ files: CAN });
    const channels: Channel[] = [];
    const timers: { readonly ms: number; call: () => void }[] = [];
    const changes: (string | undefined)[] = [];
    const heard: number[] = [];
    const load = () => ({
      createRawChannelWithOptions: (_name: string, options: object) => {
        const channel = new Channel(options);
        channels.push(channel);
        return channel;
      },
    });
    const after = (ms: number, call: () => void) => {
      const timer = { ms, call };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    };
    const ears = {
      frame: (frame: Uint8Array) => void heard.push(readFrame(frame).id),
      changed: (why: string | undefined) => void changes.push(why),
    };
    const steady = await SteadySocketCan.open(host, 'vcan0', ears, { load, after });
    /** Lets the timer pass, and what it began come to its end. */
    const pass = async () => {
      const timer = timers.shift();
      timer?.call();
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
      return timer?.ms;
    };
    const index = (number: number) => host.writeFile('/sys/class/net/vcan0/ifindex', `${number}\n`);
    return { host, steady, channels, timers, changes, heard, pass, index };
  };

  // grodansparadis/node-red-contrib-socketcan 51: never opened again after it had stopped.
  it('is opened again when there is one of its name, and keeps its figures', async () => {
    const { host, steady, channels, changes, heard, pass, index } = await world();
    const frame = inLane(checkFrame({ id: 5 }));
    assert.ok(steady.send(frame));
    channels[0]?.hear({ id: 1, data: Buffer.of() });
    await host.remove('/sys/class/net/vcan0/type');
    channels[0]?.call(channels[0].stopped);
    assert.deepEqual(changes, ['its interface is gone']);
    assert.deepEqual([steady.send(frame), steady.unplugged], [false, 1]);
    assert.deepEqual(
      [await pass(), await pass(), await pass()],
      [250, 500, 1_000],
      'it is looked for less and less often',
    );
    assert.equal(channels.length, 1);
    await host.writeFile('/sys/class/net/vcan0/type', '280\n');
    await index(9);
    assert.equal(await pass(), 2_000);
    assert.deepEqual([changes, channels.length], [['its interface is gone', undefined], 2]);
    assert.ok(steady.send(frame));
    channels[1]?.hear({ id: 2, data: Buffer.of() });
    assert.deepEqual([heard, steady.counters.received, steady.counters.sent], [[1, 2], 2, 2]);
    steady.close();
  });

  it('is missed even by who only listens, and when the package says nothing', async () => {
    const { steady, channels, changes, pass, index } = await world();
    assert.equal(await pass(), 2_000);
    assert.deepEqual(changes, [], 'it is there');
    await index(9);
    await pass();
    assert.deepEqual(changes, ['its interface is gone']);
    await pass();
    assert.deepEqual([changes.at(-1), channels.map(each => each.running)], [undefined, [false, true]]);
    steady.close();
  });

  it('is left alone once it is closed, also while it is away or being opened', async () => {
    const { steady, channels, timers, changes, pass } = await world();
    channels[0]?.call(channels[0].stopped);
    const opening = pass();
    steady.close();
    await opening;
    assert.deepEqual([timers.length, changes, channels.at(-1)?.running], [0, ['its interface is gone'], false]);
    const away = await world();
    away.channels[0]?.call(away.channels[0].stopped);
    away.steady.close();
    assert.equal(away.timers.length, 0);
  });
});
