// What of the C library sends and receives many datagrams by one call, which Node has no function for. Called by koffi, whose
// machine code comes ready with npm: no compiler is needed where it runs.
import { endianness } from 'node:os';
import { messageOf } from '../../model/errors.ts';

/** Each returns -1 when it failed; `error` then says why. Addresses are those of memory that its owner keeps. */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  bind(descriptor: number, address: Uint8Array, length: number): number;
  setsockopt(descriptor: number, level: number, name: number, value: Int32Array, length: number): number;
  /** @param size  where the size of the room is, which becomes that of what is in it */
  getsockopt(descriptor: number, level: number, name: number, into: bigint, size: bigint): number;
  close(descriptor: number): number;
  /** @returns 1 when the text is an address of that family */
  inet_pton(family: number, text: string, into: bigint): number;
  recvmmsg(descriptor: number, messages: bigint, count: number, flags: number, timeout: null): number;
  sendmmsg(descriptor: number, messages: bigint, count: number, flags: number): number;
  /** The system's number of what went wrong in the last call of this thread. */
  error(): number;
  /** Where memory begins. It stays there as long as anybody holds it. */
  addressOf(memory: ArrayBufferView): bigint;
}

/** The library, or why it cannot be called. */
export type LoadedLibc = { readonly libc: Libc } | { readonly why: string };

/** Processors on which Linux numbers its options and flags alike, and of which all have pointers of eight bytes. */
const PROCESSORS: readonly string[] = ['x64', 'arm64', 'riscv64', 'loong64'];

let loaded: Promise<LoadedLibc> | undefined;

/** Loaded once a thread. Never rejects. */
export function systemLibc(): Promise<LoadedLibc> {
  loaded ??= load(process);
  return loaded;
}

/** @param where  what it would run on */
export async function load({ platform, arch }: Pick<NodeJS.Process, 'platform' | 'arch'>): Promise<LoadedLibc> {
  if (platform !== 'linux' || !PROCESSORS.includes(arch) || endianness() !== 'LE')
    return { why: `the C library is called on Linux only, on ${PROCESSORS.join(', ')}` };
  try {
    // WHY so late: it is machine code, and there may be none for this system.
    const { default: koffi } = await import('koffi');
    // What Node itself is linked with, whatever that library is called.
    const library = koffi.load(null);
    const libc: Libc = {
      socket: library.func('int socket(int family, int type, int protocol)'),
      bind: library.func('int bind(int descriptor, const void *address, uint32_t length)'),
      setsockopt: library.func(
        'int setsockopt(int descriptor, int level, int name, const void *value, uint32_t length)',
      ),
      getsockopt: library.func('int getsockopt(int descriptor, int level, int name, void *into, void *size)'),
      close: library.func('int close(int descriptor)'),
      inet_pton: library.func('int inet_pton(int family, const char *text, void *into)'),
      recvmmsg: library.func('int recvmmsg(int descriptor, void *messages, uint32_t count, int flags, void *timeout)'),
      sendmmsg: library.func('int sendmmsg(int descriptor, void *messages, uint32_t count, int flags)'),
      error: () => koffi.errno(),
      addressOf: memory => koffi.address(memory),
    };
    return { libc };
  } catch (error) {
    return { why: `the C library cannot be called: ${messageOf(error).split('\n')[0]}` };
  }
}
