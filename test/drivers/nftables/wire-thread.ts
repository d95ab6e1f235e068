// The thread behind wire.ts: packet sockets [packet(7)] inside the namespaces of pretend machines. A socket stays in the
// namespace it was made in, so one thread can hold many.
import { parentPort } from 'node:worker_threads';
import koffi from 'koffi';

export type Request =
  | { readonly op: 'open'; readonly namespace: string; readonly device: string }
  | { readonly op: 'send'; readonly socket: number; readonly frames: readonly Uint8Array[] }
  /** Reads until a frame equals the marker. */
  | { readonly op: 'until'; readonly socket: number; readonly marker: Uint8Array; readonly timeoutMs: number };
export type Answer =
  | { readonly id: number; readonly socket?: number; readonly frames?: readonly Uint8Array[] }
  | { readonly id: number; readonly error: string };

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

function answer(request: Request): { socket?: number; frames?: readonly Uint8Array[] } {
  switch (request.op) {
    case 'open':
      return { socket: openSocket(request.namespace, request.device) };
    case 'send':
      for (const frame of request.frames) check(send(request.socket, frame, frame.length, 0), 'sending');
      return {};
    case 'until':
      return { frames: receiveUntil(request.socket, request.marker, request.timeoutMs) };
  }
}

parentPort?.on('message', ({ id, request }: { id: number; request: Request }) => {
  try {
    parentPort?.postMessage({ id, ...answer(request) } satisfies Answer);
  } catch (error) {
    parentPort?.postMessage({ id, error: String(error) } satisfies Answer);
  }
});
