// The network card of a pretend machine whose cable ends in this process [Linux: networking/tuntap]. WHY no veth: the kernel
// leaves checksums to the card there, and what a packet socket reads would be unfinished; a tap has no card to leave them to.
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
koffi.struct('tap_pollfd', { fd: 'int', events: 'short', revents: 'short' });
const open = libc.func('int open(const char *path, int flags)');
const close = libc.func('int close(int fd)');
const setns = libc.func('int setns(int fd, int type)');
const ioctl = libc.func('int ioctl(int fd, unsigned long request, uint8_t *data)');
const write = libc.func('intptr_t write(int fd, const uint8_t *data, size_t size)');
const read = libc.func('intptr_t read(int fd, uint8_t *data, size_t size)');
const poll = libc.func('int poll(_Inout_ tap_pollfd *fds, unsigned long count, int timeout)');

const CLONE_NEWNET = 0x40000000;
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
const POLLIN = 1;
const TUNSETIFF = 0x400454ca;
const IFF_TAP_NO_PI = 0x1002;
const IFREQ_BYTES = 40;

function check(value: number, what: string): number {
  if (value < 0) throw new Error(`${what} failed`);
  return value;
}

/**
 * Makes a card in another network namespace. The calling thread stays in that namespace, so call this in a thread of its own.
 * @param namespace path of the namespace  @returns a file descriptor: a frame is one read, one write
 */
export function openTap(namespace: string, device: string): number {
  const space = check(open(namespace, 0), `opening ${namespace}`);
  check(setns(space, CLONE_NEWNET), `entering ${namespace}`);
  close(space);
  const tap = check(open('/dev/net/tun', O_RDWR | O_NONBLOCK), 'opening /dev/net/tun');
  const request = Buffer.alloc(IFREQ_BYTES);
  request.write(device, 0, 'latin1');
  request.writeUInt16LE(IFF_TAP_NO_PI, 16);
  check(ioctl(tap, TUNSETIFF, request), `making ${device}`);
  return tap;
}

/** Reads one frame. @returns its length, negative when there is none */
export function readTap(tap: number, into: Buffer): number {
  return read(tap, into, into.length);
}

/** A card that is down or full loses the frame, as a cable would. */
export function writeTap(tap: number, frame: Uint8Array): void {
  write(tap, frame, frame.length);
}

/** Waits until one of the cards has a frame, or the time is over. */
export function waitForTaps(taps: readonly number[], timeoutMs: number): void {
  const waiting = taps.map(fd => ({ fd, events: POLLIN, revents: 0 }));
  check(poll(waiting, taps.length, timeoutMs), 'waiting for a frame');
}
