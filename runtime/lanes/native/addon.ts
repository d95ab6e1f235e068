// The addon that moves frames in bursts and walks the tables of filters, as TypeScript sees it: what it can do, and whether it
// is there. It is built on the machine that it runs on (scripts/native.ts); whoever uses it has another way for when it is not.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { getSystemErrorName } from 'node:util';
import { messageOf } from '../../model/errors.ts';
import { MAGIC } from '../filter/table.ts';
import { LAYOUT_VERSION } from '../memory/layout.ts';

/** A port of the addon, or a filter: nothing can be done with them but hand them back. A port that is forgotten is closed. */
export type NativePort = object & { readonly of?: 'port' };
export type NativeFilter = object & { readonly of?: 'filter' };
export type NativeSegment = object & { readonly of?: 'segment' };
/** What opening gives: the port, or the number of the system's error, negative. */
export type Opened = NativePort | number;

/**
 * Every function throws a TypeError with the code GW_NATIVE_ARGUMENT when an argument is not what it must be, and then has done
 * nothing. None waits but `wait`. `memory` is that of a FrameMemory, `slots` its slots, at most a burst of them.
 */
export interface BurstAddon {
  readonly layoutVersion: number;
  readonly tableMagic: number;
  /** Takes a table over. @returns nothing when it is none */
  filter(table: Int32Array): NativeFilter | undefined;
  /** Decides frames by a table, as `DecideBurst` does. */
  decide(
    filter: NativeFilter,
    bytes: Uint8Array,
    starts: Int32Array,
    lengths: Int32Array,
    count: number,
    now: number,
    state: Float64Array,
    decisions: Int32Array,
  ): number;
  /** Addresses in numbers. An empty peer: receives from anyone, sends to nobody. @param stamps  1 = the kernel's time for each frame */
  openUdp(address: string, number: number, peer: string, peerNumber: number, stamps: 0 | 1): Opened;
  /** Datagrams of a Unix socket. The path is removed in the end; the peer may come and go. Either may be empty. */
  openUnixPackets(path: string, peer: string): Opened;
  /** The byte stream of a Unix socket at which somebody listens. */
  openUnixStream(path: string): Opened;
  /** A serial line, raw and for nobody else. @param parity  0 none, 1 odd, 2 even */
  openTty(path: string, speed: number, parity: 0 | 1 | 2, stopBits: 1 | 2): Opened;
  openCan(name: string): Opened;
  close(port: NativePort): void;
  /**
   * Receives what waits, one frame into each slot from the first on.
   * @param lengths  gets the length of each frame, -1 for one that is longer than a slot
   * @param times  gets when each came, in microseconds since 1970
   * @returns how many came, at most `count`
   */
  receive(
    port: NativePort,
    memory: Uint8Array,
    slots: Int32Array,
    count: number,
    lengths: Int32Array,
    times: Float64Array,
  ): number;
  /** Sends frames. @param words  length of each in the low 16 bits @returns how many went, or surely will */
  send(port: NativePort, memory: Uint8Array, slots: Int32Array, words: Int32Array, count: number): number;
  /** Bytes that a stream still has to send; tries to. While there are any it takes no frames. */
  rest(port: NativePort): number;
  /** @param into  gets {@link PORT_FIGURE} */
  figures(port: NativePort, into: Float64Array): void;
  /** The number of a UDP socket. */
  number(port: NativePort): number;
  /**
   * Has the kernel load code of ours, see runtime/lanes/kernel. A segment that is forgotten is closed.
   * @param code  instructions, two words each; the memory that it counts in is made here
   * @returns the segment, or the number of the system's error, negative
   */
  openSegment(code: Int32Array, counters: number): NativeSegment | number;
  /** It decides from now on what comes in by a device. @returns 0, or the number of the system's error, negative */
  attachSegment(segment: NativeSegment, device: string): number;
  /** Runs it on one frame that goes nowhere. @returns its answer, or the number of the system's error, negative */
  trySegment(segment: NativeSegment, frame: Uint8Array): number;
  /** @param into  gets the counters @returns 0, or the number of the system's error, negative */
  countSegment(segment: NativeSegment, into: Float64Array): number;
  closeSegment(segment: NativeSegment): void;
  /** The system's number of a device, 0 when there is none. */
  deviceNumber(name: string): number;
  /**
   * Blocks the calling thread until one of the ports has something, the alarm rings or time is up.
   * @param ports  at most 256
   * @param reads  for each port whether to wait for what comes; what a stream still has to send is waited for anyway
   * @param alarm  -1 = none
   * @param ms  at most 100
   */
  wait(ports: readonly NativePort[], reads: Uint8Array, alarm: number, ms: number): boolean;
  /** An alarm that any thread may ring, -1 when there is none left. */
  takeAlarm(): number;
  giveAlarm(alarm: number): void;
  ringAlarm(alarm: number): void;
}

/** What a port counts. C reads this order too. */
export const PORT_FIGURE = {
  received: 0,
  sent: 1,
  /** Frames longer than a slot, of what was received. */
  oversize: 2,
  /** Frames that the kernel dropped because nobody read them in time; of those that it brought together it counts one. */
  overflow: 3,
  /** Calls that failed; and the system's number of the last error. */
  errors: 4,
  lastError: 5,
  /** 1 when the peer of a stream has gone. */
  ended: 6,
} as const;

/** The addon, or why there is none. */
export type LoadedAddon = { readonly addon: BurstAddon } | { readonly why: string };

/** Loads a file as the addon. Never throws. */
export function loadAddon(file: string): LoadedAddon {
  try {
    const addon = createRequire(import.meta.url)(file) as BurstAddon;
    if (addon.layoutVersion === LAYOUT_VERSION && addon.tableMagic === MAGIC) return { addon };
    return { why: 'the addon for bursts of frames is of another version; build it again' };
  } catch (error) {
    return { why: `the addon for bursts of frames cannot be loaded: ${messageOf(error).split('\n')[0]}` };
  }
}

let loaded: LoadedAddon | undefined;

/** The addon that was built here. Loaded once a thread. */
export function burstAddon(): LoadedAddon {
  loaded ??= loadBuilt();
  return loaded;
}

function loadBuilt(): LoadedAddon {
  try {
    return loadAddon(fileURLToPath(new URL('../../../.cache/native/burst.node', import.meta.url)));
  } catch (error) {
    return { why: `the addon for bursts of frames is not here: ${messageOf(error)}` };
  }
}

/** @param what  words for it, such as `the UDP port 502` @throws Error with the system's name of the error as its `code` */
export function portOf(opened: Opened, what: string): NativePort {
  if (typeof opened !== 'number') return opened;
  throw notOpened(what, opened);
}

/** @param error  the system's number, negative */
export function notOpened(what: string, error: number): Error {
  const code = getSystemErrorName(error);
  return Object.assign(new Error(`${what} could not be opened: ${code}`), { code });
}
