// A UDP socket whose number is known: made by the C library, then given to Node, which waits for what comes and closes it.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { notOpened } from '../native/addon.ts';
import type { Libc } from './libc.ts';

const [AF_INET, AF_INET6] = [2, 10];
/** SOCK_DGRAM, with SOCK_NONBLOCK and SOCK_CLOEXEC. */
const DATAGRAMS = 2 | 0o4000 | 0o2000000;
const [SOL_SOCKET, SO_REUSEADDR, SO_RCVBUF, SO_RCVBUFFORCE] = [1, 2, 8, 33];

export interface End {
  /** In numbers. */
  readonly address: string;
  readonly port: number;
}

export interface OpenSocket {
  /** Owns the descriptor. */
  readonly socket: Socket;
  readonly descriptor: number;
}

/**
 * @param peer   the only one that datagrams come from and go to
 * @param bytes  that may wait in the kernel; it gives less when its limit is lower
 * @throws Error with the system's name of the error as its `code`
 */
export async function openSocket(libc: Libc, own: End, peer: End | undefined, bytes: number): Promise<OpenSocket> {
  const descriptor = bound(libc, own, bytes);
  const socket = createSocket(isIPv6(own.address) ? 'udp6' : 'udp4');
  try {
    socket.bind({ fd: descriptor, exclusive: true });
  } catch (error) {
    libc.close(descriptor);
    socket.close();
    throw error;
  }
  // Node lets others share the number of a socket that it is given; who makes one itself does not share it.
  setOption(libc, descriptor, SO_REUSEADDR, 0);
  try {
    if (peer !== undefined) {
      socket.connect(peer.port, peer.address);
      await once(socket, 'connect');
    }
  } catch (error) {
    socket.close();
    throw error;
  }
  return { socket, descriptor };
}

function bound(libc: Libc, own: End, bytes: number): number {
  const what = `UDP port ${own.port} of ${own.address}`;
  const address = socketAddress(libc, own);
  const descriptor = libc.socket(isIPv6(own.address) ? AF_INET6 : AF_INET, DATAGRAMS, 0);
  if (descriptor < 0) throw notOpened(what, -libc.error());
  // More than the system's limit needs a right; without it the limit has to do.
  if (setOption(libc, descriptor, SO_RCVBUFFORCE, bytes) < 0) setOption(libc, descriptor, SO_RCVBUF, bytes);
  if (libc.bind(descriptor, address, address.length) === 0) return descriptor;
  const error = notOpened(what, -libc.error());
  libc.close(descriptor);
  throw error;
}

function setOption(libc: Libc, descriptor: number, name: number, value: number): number {
  return libc.setsockopt(descriptor, SOL_SOCKET, name, Int32Array.of(value), 4);
}

/** `sockaddr_in`, or `sockaddr_in6`. */
function socketAddress(libc: Libc, { address, port }: End): Uint8Array {
  const isSix = isIPv6(address);
  const bytes = new DataView(new ArrayBuffer(isSix ? 28 : 16));
  const family = isSix ? AF_INET6 : AF_INET;
  bytes.setUint16(0, family, true);
  bytes.setUint16(2, port);
  const into = libc.addressOf(bytes) + (isSix ? 8n : 4n);
  if (libc.inet_pton(family, address, into) !== 1) throw new Error(`${address} is no address in numbers`);
  return new Uint8Array(bytes.buffer);
}
