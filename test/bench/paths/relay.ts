// Plain relays in Node, each a process of its own between two sockets of this one. No policy, no switch: they only pass on.
import { type ChildProcess, fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { mix } from './mix.ts';
import { type Path, WINDOW } from './path.ts';

const PROCESS = fileURLToPath(new URL('relay-process.ts', import.meta.url));
const LOOPBACK = '127.0.0.1';
const FRAMES = 40_000;
/** Before each frame in a stream, as in QEMU's: its length. */
const LENGTH_BYTES = 4;

interface Relay {
  readonly port: number;
  /** CPU time of the relay so far, in ms. */
  cpuMs(): Promise<number>;
  end(): Promise<void>;
}

async function startRelay(kind: 'dgram' | 'net', target: number): Promise<Relay> {
  const child = fork(PROCESS, [kind, String(target)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const said = async () => Number((await once(child, 'message'))[0]);
  return {
    port: await said(),
    cpuMs() {
      const answer = said();
      child.send('cpu');
      return answer.then(us => us / 1000);
    },
    end: () => endOf(child),
  };
}

async function endOf(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}

/** What the ends of a relay do: frames go out, and their bytes come back in. */
interface Ends {
  send(frame: Buffer): void;
  /** Calls back with the number of bytes that arrived. */
  onArrival(arrived: (bytes: number) => void): void;
}

/** Keeps a window of frames under way until all have arrived. @param extra  bytes that go with each frame */
async function carryBetween(ends: Ends, relay: Relay, extra: number) {
  const frames = mix();
  const bytesOf = (index: number) => (frames[index % frames.length]?.length ?? 0) + extra;
  const cpuMs = await relay.cpuMs();
  const startMs = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  let [sent, arrived, bytes] = [0, 0, 0];
  const fill = () => {
    while (sent < FRAMES && sent - arrived < WINDOW) ends.send(frames[sent++ % frames.length] as Buffer);
  };
  ends.onArrival(more => {
    bytes += more;
    while (arrived < sent && bytes >= bytesOf(arrived)) bytes -= bytesOf(arrived++);
    if (arrived === FRAMES) resolve();
    else fill();
  });
  fill();
  await promise;
  const wallMs = performance.now() - startMs;
  return { frames: FRAMES, wallMs, cpuMs: (await relay.cpuMs()) - cpuMs };
}

export async function dgramPath(): Promise<Path> {
  const [from, to] = [createSocket('udp4'), createSocket('udp4')];
  to.bind(0, LOOPBACK);
  await once(to, 'listening');
  const relay = await startRelay('dgram', to.address().port);
  from.connect(relay.port, LOOPBACK);
  await once(from, 'connect');
  let arrival: (bytes: number) => void = () => {};
  to.on('message', datagram => arrival(datagram.length));
  const ends: Ends = {
    send: frame => from.send(frame),
    onArrival: arrived => {
      arrival = arrived;
    },
  };
  return {
    id: 'dgram',
    what: 'a relay of datagrams in Node (dgram), a process of its own; its CPU only, for one datagram received and one sent a frame',
    carry: () => carryBetween(ends, relay, 0),
    async close() {
      from.close();
      to.close();
      await relay.end();
    },
  };
}

export async function netPath(): Promise<Path> {
  let arrival: (bytes: number) => void = () => {};
  const server = createServer(socket => socket.on('data', chunk => arrival(chunk.length)));
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const relay = await startRelay('net', (server.address() as AddressInfo).port);
  const from: Socket = connect({ port: relay.port, host: LOOPBACK, noDelay: true });
  await once(from, 'connect');
  const length = Buffer.alloc(LENGTH_BYTES);
  const ends: Ends = {
    send: frame => from.write(Buffer.concat([length, frame])),
    onArrival: arrived => {
      arrival = arrived;
    },
  };
  return {
    id: 'net',
    what: 'a relay of a stream in Node (net, pipe), a process of its own; its CPU only, for as many frames at once as happen to be there',
    carry: () => carryBetween(ends, relay, LENGTH_BYTES),
    async close() {
      from.destroy();
      await relay.end();
      server.close();
      await once(server, 'close');
    },
  };
}
