// Ports of lanes by the addon, by calls of the C library and by TypeScript alone: whoever is at the other end cannot tell which.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import type { PortSetup } from '../../../runtime/lanes/engine/setup.ts';
import { BURST, SLOT } from '../../../runtime/lanes/memory/layout.ts';
import { burstAddon, type NativePort, PORT_FIGURE, portOf } from '../../../runtime/lanes/native/addon.ts';
import { testDevice } from '../../protocols/serial/device.ts';
import { accepted, carriesStream } from '../engine/stream.ts';
import { Outlet, testModule, until, withEngine } from '../engine/world.ts';
import { count, portIn, portOut, wires } from '../segment/graphs.ts';
import { builtAddon, builtFile } from './built.ts';

const GRAPH = { nodes: [portIn('in'), count('seen'), portOut('out')], wires: wires('in seen', 'seen out') };

/** A port of `runtime/lanes/ports/`. @param node  the port in that it feeds */
function realPort(id: string, kind: string, options: object, node?: string, ...sends: string[]): PortSetup {
  const module = new URL(`../../../runtime/lanes/ports/${kind}.ts`, import.meta.url).href;
  const receives = node === undefined ? {} : { receives: { node, frameClass: 'bytes' as const, tenant: 1, port: 1 } };
  return { id, module, options, ...receives, sends };
}

async function udpSocket(): Promise<Datagrams> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = await udpSocket();
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

const ownEnd = (port = 0) => ({ address: '127.0.0.1', port });

/** A port of streams has no way by the C library of its own: Node sends many bytes by one call already. */
const WAYS = { fastest: 'by the addon', ffi: 'by calls of the C library', typescript: 'by TypeScript alone' } as const;

before(() => {
  builtAddon();
  assert.ok('addon' in burstAddon(), 'the addon is there');
});

for (const use of Object.keys(WAYS) as (keyof typeof WAYS)[])
  describe(`ports of datagrams, ${WAYS[use]}`, () => {
    it('carry datagrams in order, empty ones too, and drop and count those that are too long', async () => {
      const engine = new LaneEngine();
      const [a, b, port] = [await udpSocket(), await udpSocket(), await freePort()];
      try {
        await withEngine(engine, async () => {
          const to = ownEnd(b.address().port);
          await engine.deploy({
            graph: GRAPH,
            ports: [
              realPort('a', 'udp', { own: ownEnd(port), use }, 'in'),
              realPort('b', 'udp', { own: ownEnd(), peer: to, use }, undefined, 'out'),
            ],
          });
          const seen: string[] = [];
          b.on('message', packet => seen.push(packet.toString()));
          // WHY so few: all of them fit into what the kernel holds for a socket that is read late.
          const texts = Array.from({ length: 120 }, (_, index) => (index % 50 === 7 ? '' : `frame ${index}`));
          for (const [index, text] of texts.entries()) {
            a.send(text, port, '127.0.0.1');
            if (index % 50 === 3) a.send('x'.repeat(3000), port, '127.0.0.1');
          }
          await until(() => seen.length === texts.length);
          assert.deepEqual(seen, texts);
          assert.equal(engine.entrance('in')?.entrance.dropped, 3);
          assert.equal(engine.figures('out')?.tx, texts.length);
        });
      } finally {
        a.close();
        b.close();
      }
    });

    it('go on when nobody listens where datagrams are sent, and deliver when somebody does again', async () => {
      const engine = new LaneEngine();
      const port = await freePort();
      await withEngine(engine, async () => {
        const options = { own: ownEnd(), peer: ownEnd(port), use };
        await engine.deploy({ graph: GRAPH, ports: [realPort('b', 'udp', options, undefined, 'out')] });
        const injector = engine.injector('in');
        for (let index = 0; index < 20; index += 1) {
          injector.put(Uint8Array.of(index));
          await until(() => engine.figures('seen')?.rx === index + 1);
        }
        const late = createSocket('udp4').bind(port, '127.0.0.1');
        try {
          const heard = once(late, 'message');
          const again = setInterval(() => injector.put(Uint8Array.of(200)), 5);
          const [bytes] = await heard.finally(() => clearInterval(again));
          assert.deepEqual([...bytes], [200]);
          assert.equal(engine.crashes, 0);
        } finally {
          late.close();
        }
      });
    });

    it('carry datagrams of IPv6', async () => {
      const engine = new LaneEngine();
      const sockets = [createSocket('udp6'), createSocket('udp6')] as const;
      try {
        for (const socket of sockets) await once(socket.bind(0, '::1'), 'listening');
        const [a, b] = sockets;
        const [own, port] = [{ address: '::1', port: 0 }, await freePort()];
        await withEngine(engine, async () => {
          await engine.deploy({
            graph: GRAPH,
            ports: [
              realPort('a', 'udp', { own: { address: '::1', port }, use }, 'in'),
              realPort('b', 'udp', { own, peer: { address: '::1', port: b.address().port }, use }, undefined, 'out'),
            ],
          });
          const seen: string[] = [];
          b.on('message', packet => seen.push(packet.toString()));
          const texts = Array.from({ length: 100 }, (_, index) => `frame ${index}`);
          for (const text of texts) a.send(text, port, '::1');
          await until(() => seen.length === texts.length);
          assert.deepEqual(seen, texts);
        });
      } finally {
        for (const socket of sockets) socket.close();
      }
    });

    it('wake their thread for what comes and for what is injected, however often it sleeps', async () => {
      const [engine, outlet, a, port] = [new LaneEngine(), new Outlet(), await udpSocket(), await freePort()];
      try {
        await withEngine(engine, async () => {
          const graph = { nodes: [portIn('udp'), portIn('in'), portOut('out')], wires: wires('udp out', 'in out') };
          await engine.deploy({
            graph,
            ports: [realPort('u', 'udp', { own: ownEnd(port), use }, 'udp'), outlet.port('o', 'out')],
          });
          const injector = engine.injector('in');
          const began = performance.now();
          for (let time = 0; time < 100; time += 1) {
            if (time % 2 === 0) a.send('x', port, '127.0.0.1');
            else injector.put(Uint8Array.of(1));
            await outlet.collect(1, () => {});
          }
          assert.ok(performance.now() - began < (100 * 100) / 2, 'not by the end of its sleep');
        });
      } finally {
        a.close();
      }
    });

    it('have a number that is free for the thread that takes over when theirs has crashed', async () => {
      const [engine, outlet, a, port] = [new LaneEngine(), new Outlet(), await udpSocket(), await freePort()];
      const state = new SharedArrayBuffer(8);
      new Int32Array(state)[1] = 2;
      const back = outlet.port('back', 'out');
      try {
        await withEngine(engine, async () => {
          const options = { ...(back.options as object), state, every: 5 };
          await engine.deploy({
            graph: GRAPH,
            ports: [
              realPort('u', 'udp', { own: ownEnd(port), use }, 'in'),
              { ...back, module: testModule('crashing-port'), options },
            ],
          });
          let [number, newest, wanted] = [0, -1, Number.POSITIVE_INFINITY];
          while (newest < wanted) {
            number += 1;
            if (engine.crashes === 2) wanted = Math.min(wanted, number);
            a.send(Uint8Array.of(number >> 8, number & 255), port, '127.0.0.1');
            await new Promise(resolve => setTimeout(resolve, 2));
            outlet.drain(([high = 0, low = 0]) => {
              newest = (high << 8) | low;
            });
          }
          assert.deepEqual([engine.crashes, engine.lastWords], [2, 'the driver is broken']);
        });
      } finally {
        a.close();
      }
    });

    it('say what could not be opened, and the lane before goes on', async () => {
      const engine = new LaneEngine();
      await withEngine(engine, async () => {
        const port = realPort('x', 'udp', { own: { address: '192.0.2.1', port: 9 }, use }, 'in');
        await assert.rejects(engine.deploy({ graph: GRAPH, ports: [port] }), /EADDRNOTAVAIL/);
        assert.equal(engine.crashes, 0);
      });
    });
  });

for (const use of ['fastest', 'typescript'] as const)
  describe(`ports of streams, ${WAYS[use]}`, () => {
    let folder = '';
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'ports-'));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    async function listener(name: string): Promise<{ readonly server: Server; readonly path: string }> {
      const [server, path] = [createServer({ pauseOnConnect: true }), join(folder, name)];
      server.listen(path);
      await once(server, 'listening');
      return { server, path };
    }

    it('carry a stream byte by byte, and stop its sender while its receiver does not read', async () => {
      const engine = new LaneEngine();
      const [left, right] = [await listener('left'), await listener('right')];
      const sockets = accepted(left.server, right.server);
      try {
        await withEngine(engine, async () => {
          await engine.deploy({
            graph: GRAPH,
            ports: [
              realPort('left', 'unix-stream', { path: left.path, use }, 'in'),
              realPort('right', 'unix-stream', { path: right.path, use }, undefined, 'out'),
            ],
          });
          await carriesStream(engine, await sockets, 8 * 2 ** 20, 1 / 4);
        });
      } finally {
        for (const { server } of [left, right]) server.close();
      }
    });

    it('carry the frames that a protocol finds in a stream, none lost while a lane or a receiver stands still', async () => {
      const engine = new LaneEngine({ waiting: 256 });
      const [left, right] = [await listener('lines-in'), await listener('lines-out')];
      const sockets = Promise.all([left, right].map(({ server }) => once(server, 'connection')));
      const port = (id: string, path: string, node?: string, ...sends: string[]): PortSetup => ({
        ...realPort(id, 'unix-stream', { path, use }, node, ...sends),
        module: new URL('./line-ports.ts', import.meta.url).href,
      });
      try {
        await withEngine(engine, async () => {
          await engine.deploy({
            graph: GRAPH,
            ports: [port('left', left.path, 'in'), port('right', right.path, undefined, 'out')],
          });
          const [[from], [to]] = (await sockets) as unknown as [[Socket], [Socket]];
          const lines = Array.from({ length: 40_000 }, (_, index) => `line ${index} ${'x'.repeat(index % 60)}`);
          const text = `${lines.join('\n')}\n`;
          for (let at = 0; at < text.length; at += 7777) from.write(text.slice(at, at + 7777));
          const released = () => engine.entrance('in')?.lane.released ?? 0;
          for (let last = -1; last !== released(); ) {
            last = released();
            await new Promise(resolve => setTimeout(resolve, 150));
          }
          assert.ok(released() < lines.length, 'the receiver does not read yet');
          let heard = '';
          to.on('data', piece => {
            heard += piece.toString();
          });
          to.resume();
          await until(() => heard.length >= text.length);
          assert.ok(heard === text);
          assert.deepEqual([engine.entrance('in')?.entrance.dropped, engine.figures('out')?.dropQueue], [0, 0]);
          from.destroy();
          to.destroy();
        });
      } finally {
        for (const { server } of [left, right]) server.close();
      }
    });

    it('rest when the peer of a stream has gone, and drop and count what is sent to it', async () => {
      const engine = new LaneEngine();
      const { server, path } = await listener('gone');
      const connected = once(server, 'connection');
      try {
        await withEngine(engine, async () => {
          const graph = {
            nodes: [...GRAPH.nodes, portIn('back'), count('heard')],
            wires: [...GRAPH.wires, ...wires('back heard')],
          };
          await engine.deploy({ graph, ports: [realPort('right', 'unix-stream', { path, use }, 'back', 'out')] });
          const [socket] = (await connected) as [Socket];
          socket.destroy();
          const injector = engine.injector('in');
          await until(() => {
            injector.put(Uint8Array.of(1));
            return (engine.figures('out')?.dropQueue ?? 0) > 0;
          });
          const [cpu, time] = [process.cpuUsage(), performance.now()];
          await new Promise(resolve => setTimeout(resolve, 400));
          const { user, system } = process.cpuUsage(cpu);
          assert.ok((user + system) / 1000 < (performance.now() - time) / 2, 'it does not ask again and again');
          assert.equal(engine.crashes, 0);
        });
      } finally {
        server.close();
      }
    });

    it('say what could not be opened, and the lane before goes on', async () => {
      const engine = new LaneEngine();
      await withEngine(engine, async () => {
        const port = realPort('x', 'unix-stream', { path: join(folder, 'nobody'), use }, 'in');
        await assert.rejects(engine.deploy({ graph: GRAPH, ports: [port] }), /E[A-Z]+|No such file/);
        assert.equal(engine.crashes, 0);
      });
    });
  });

describe('ports of lanes that only the addon has', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ports-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('carry the bytes of a serial line both ways', async () => {
    const [engine, device, outlet] = [new LaneEngine(), await testDevice(), new Outlet()];
    try {
      await withEngine(engine, async () => {
        const graph = {
          nodes: [portIn('line-in'), portOut('home'), portIn('in'), portOut('line-out')],
          wires: wires('line-in home', 'in line-out'),
        };
        const line = { path: device.path, baud: 115_200, parity: 'none' };
        await engine.deploy({
          graph,
          ports: [realPort('line', 'serial', line, 'line-in', 'line-out'), outlet.port('home', 'home')],
        });
        const all = Uint8Array.from({ length: 256 }, (_, value) => value);
        device.say(all);
        let heard = Buffer.alloc(0);
        await until(() => {
          outlet.drain(frame => {
            heard = Buffer.concat([heard, frame]);
          });
          return heard.length >= all.length;
        });
        assert.deepEqual(heard, Buffer.from(all), 'no byte means anything to the line');
        engine.injector('in').put(all);
        await until(() => device.heard.length >= all.length);
        assert.deepEqual(device.heard, Buffer.from(all));
      });
    } finally {
      await device.close();
    }
  });

  it('are Unix datagrams: the peer may come late, go and come back, and a path that was left behind is taken over', async () => {
    const addon = builtAddon();
    const [engine, own, peer] = [new LaneEngine(), join(folder, 'own'), join(folder, 'peer')];
    const open = () => portOf(addon.openUnixPackets(peer, own), 'the peer');
    const memory = new Uint8Array(SLOT.bytes);
    const [slot, length] = [Int32Array.of(0), Int32Array.of(0)];
    const receives = async (port: NativePort) => {
      await until(() => addon.receive(port, memory, slot, 1, length, new Float64Array(1)) === 1);
      return memory[SLOT.headBytes];
    };
    leaveBehind(own);
    await withEngine(engine, async () => {
      const options = realPort('u', 'unix-packets', { own, peer }, 'back', 'out');
      const graph = {
        nodes: [...GRAPH.nodes, portIn('back'), count('heard')],
        wires: [...GRAPH.wires, ...wires('back heard')],
      };
      await engine.deploy({ graph, ports: [options] });
      const injector = engine.injector('in');
      injector.put(Uint8Array.of(1));
      await until(() => engine.figures('out')?.dropQueue === 1);
      for (const value of [2, 3]) {
        const port = open();
        injector.put(Uint8Array.of(value));
        assert.equal(await receives(port), value);
        addon.send(port, memory, slot, Int32Array.of(5), 1);
        await until(() => engine.figures('heard')?.rx === value - 1);
        addon.close(port);
        assert.equal(existsSync(peer), false, 'the path goes with the port');
        injector.put(Uint8Array.of(100));
        await until(() => engine.figures('out')?.dropQueue === value);
      }
    });
    assert.equal(existsSync(own), false);
  });

  for (const [how, length] of [
    // Each is longer than the one before: such datagrams never go together.
    ['alone', (index: number) => 1000 + index],
    ['together', () => 1400],
  ] as const)
    it(`tell what the kernel dropped because nobody read, of datagrams that came ${how}`, () => {
      const addon = builtAddon();
      const to = portOf(addon.openUdp('127.0.0.1', 0, '', 0, 0), 'a port');
      const from = portOf(addon.openUdp('127.0.0.1', 0, '127.0.0.1', addon.number(to), 0), 'a port');
      const memory = new Uint8Array(BURST * SLOT.bytes);
      const slots = Int32Array.from({ length: BURST }, (_, slot) => slot);
      const words = Int32Array.from({ length: BURST }, (_, index) => length(index));
      const [lengths, times, figures] = [new Int32Array(BURST), new Float64Array(BURST), new Float64Array(7)];
      let [sent, received] = [0, 0];
      const drain = () => {
        for (let count = -1; count !== 0; received += count)
          count = addon.receive(to, memory, slots, BURST, lengths, times);
      };
      for (let burst = 0; burst < 400; burst += 1) sent += addon.send(from, memory, slots, words, BURST);
      drain();
      // The kernel tells with the next one.
      sent += addon.send(from, memory, slots, words, 1);
      drain();
      addon.figures(to, figures);
      const dropped = figures[PORT_FIGURE.overflow] ?? 0;
      assert.ok(dropped > 0, 'more was sent than the kernel holds');
      // The kernel counts those that it brought together as one, of at most a burst here.
      if (how === 'alone') assert.equal(received + dropped, sent, 'no datagram is unaccounted for');
      else assert.ok(received + dropped <= sent && received + dropped * BURST >= sent);
      for (const port of [from, to]) addon.close(port);
    });

  it('are closed when their thread ends without a word', async () => {
    const before = readdirSync('/proc/self/fd').length;
    for (let time = 0; time < 5; time += 1) {
      const worker = new Worker(new URL('./forgetful-thread.ts', import.meta.url), { workerData: builtFile() });
      const [opened] = await once(worker, 'message');
      assert.ok(Number(opened) >= 20, `${opened} ports were open`);
      const [code] = await once(worker, 'exit').catch(() => [1]);
      assert.equal(code, 1);
    }
    await until(() => readdirSync('/proc/self/fd').length <= before);
  });

  it('are CAN interfaces: what is missing is said by name', () => {
    const opened = builtAddon().openCan('no-such-can');
    assert.throws(
      () => portOf(opened, 'the CAN interface no-such-can'),
      /no-such-can could not be opened: (EAFNOSUPPORT|ENODEV)/,
    );
  });
});

/** A path at which nobody listens, as a process leaves it that was killed. */
function leaveBehind(path: string): void {
  const script = 'import socket,sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(sys.argv[1])';
  execFileSync('python3', ['-c', script, path]);
  assert.ok(existsSync(path));
}
