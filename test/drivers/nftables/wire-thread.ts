// The thread behind wire.ts: packet sockets [packet(7)] inside the namespaces of pretend machines. A socket stays in the
// namespace it was made in, so one thread can hold many.
import { readdirSync, readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import koffi from 'koffi';

export type Request =
  | { readonly op: 'open'; readonly namespace: string; readonly device: string }
  | { readonly op: 'send'; readonly socket: number; readonly frames: readonly Uint8Array[] }
  /** Reads until a frame equals the marker. */
  | { readonly op: 'until'; readonly socket: number; readonly marker: Uint8Array; readonly timeoutMs: number }
  /** Sends some and reads as many, again and again. */
  | {
      readonly op: 'carry';
      readonly from: number;
      readonly to: number;
      readonly frames: readonly Uint8Array[];
      readonly count: number;
    };
interface Done {
  readonly socket?: number;
  readonly frames?: readonly Uint8Array[];
  readonly carried?: Carried;
}
export type Answer = ({ readonly id: number } & Done) | { readonly id: number; readonly error: string };

/** What it cost to carry frames from socket to socket: this thread's CPU time, and that of the kernel's threads for packets. */
export interface Carried {
  readonly frames: number;
  readonly wallMs: number;
  readonly cpuMs: number;
}

const libc = koffi.load('libc.so.6');
koffi.struct('pollfd', { fd: 'int', events: 'short', revents: 'short' });
const open = libc.func('int open(const char *path, int flags)');
const close = libc.func('int close(int fd)');
const setns = libc.func('int setns(int fd, int type)');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const int *value, unsigned int size)');
const bind = libc.func('int bind(int fd, const uint8_t *address, unsigned int size)');
const indexOf = libc.func('unsigned int if_nametoindex(const char *name)');
const send = libc.func('intptr_t send(int fd, const uint8_t *data, size_t size, int flags)');
const receive = libc.func('intptr_t recv(int fd, uint8_t *data, size_t size, int flags)');
const poll = libc.func('int poll(_Inout_ pollfd *fds, unsigned long count, int timeout)');

const CLONE_NEWNET = 0x40000000;
const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETH_P_ALL = 0x0003;
const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
const MSG_DONTWAIT = 0x40;
const POLLIN = 1;

function check(value: number, what: string): number {
  if (value < 0) throw new Error(`${what} failed`);
  return value;
}

function openSocket(namespace: string, device: string): number {
  const fd = check(open(namespace, 0), `opening ${namespace}`);
  check(setns(fd, CLONE_NEWNET), `entering ${namespace}`);
  close(fd);
  const index: number = indexOf(device);
  if (index === 0) throw new Error(`there is no ${device}`);
  const made = check(socket(AF_PACKET, SOCK_RAW, ETH_P_ALL << 8), 'making a packet socket');
  check(setsockopt(made, SOL_PACKET, PACKET_IGNORE_OUTGOING, [1], 4), 'ignoring own frames');
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ALL, 2);
  address.writeInt32LE(index, 4);
  check(bind(made, address, address.length), `binding to ${device}`);
  return made;
}

function receiveUntil(fd: number, marker: Uint8Array, timeoutMs: number): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const end = Date.now() + timeoutMs;
  const buffer = Buffer.alloc(65_536);
  for (;;) {
    const length: number = receive(fd, buffer, buffer.length, MSG_DONTWAIT);
    if (length >= 0) {
      const frame = Uint8Array.from(buffer.subarray(0, length));
      if (Buffer.compare(frame, marker) === 0) return frames;
      frames.push(frame);
    } else if (Date.now() > end) throw new Error(`the marker did not arrive in ${timeoutMs} ms`);
    else poll([{ fd, events: POLLIN, revents: 0 }], 1, 100);
  }
}

const BURST = 32;
const ARRIVES_WITHIN_MS = 5_000;

function carry(from: number, to: number, frames: readonly Uint8Array[], count: number): Carried {
  const buffer = Buffer.alloc(65_536);
  const [kernelMs, startMs] = [packetThreadsMs(), performance.now()];
  const cpu = process.threadCpuUsage();
  for (let done = 0; done < count; ) {
    const burst = Math.min(BURST, count - done);
    for (let index = 0; index < burst; index += 1) {
      const frame = frames[(done + index) % frames.length] as Uint8Array;
      check(send(from, frame, frame.length, 0), 'sending');
    }
    for (let index = 0; index < burst; index += 1) receiveOne(to, buffer);
    done += burst;
  }
  const { user, system } = process.threadCpuUsage(cpu);
  const cpuMs = (user + system) / 1000 + packetThreadsMs() - kernelMs;
  return { frames: count, wallMs: performance.now() - startMs, cpuMs };
}

function receiveOne(fd: number, buffer: Buffer): void {
  if (receive(fd, buffer, buffer.length, MSG_DONTWAIT) >= 0) return;
  // Another thread of the kernel carries it just now.
  check(poll([{ fd, events: POLLIN, revents: 0 }], 1, ARRIVES_WITHIN_MS) - 1, 'waiting for a frame');
  check(receive(fd, buffer, buffer.length, MSG_DONTWAIT), 'receiving');
}

/** CPU time of the kernel threads that carry packets when the sender's own time is used up, in ms [proc(5), 1/100 s]. */
function packetThreadsMs(): number {
  let ticks = 0;
  for (const pid of kernelThreads) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10;
}

/** They live as long as the machine. */
const kernelThreads = readdirSync('/proc').filter(name => /^\d+$/.test(name) && nameOf(name).startsWith('ksoftirqd/'));

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1');
  } catch {
    return ''; // it ended meanwhile
  }
}

function answer(request: Request): Done {
  switch (request.op) {
    case 'open':
      return { socket: openSocket(request.namespace, request.device) };
    case 'send':
      for (const frame of request.frames) check(send(request.socket, frame, frame.length, 0), 'sending');
      return {};
    case 'until':
      return { frames: receiveUntil(request.socket, request.marker, request.timeoutMs) };
    case 'carry':
      return { carried: carry(request.from, request.to, request.frames, request.count) };
  }
}

parentPort?.on('message', ({ id, request }: { id: number; request: Request }) => {
  try {
    parentPort?.postMessage({ id, ...answer(request) } satisfies Answer);
  } catch (error) {
    parentPort?.postMessage({ id, error: String(error) } satisfies Answer);
  }
});
