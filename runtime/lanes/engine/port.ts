// What a lane asks of what carries its frames: a socket, a serial line, another lane's ring, a pretended device.
import type { Burst } from '../memory/burst.ts';
import type { FrameMemory } from '../memory/frame-memory.ts';
import type { RingProducer } from '../memory/ring-producer.ts';
import type { Awaited } from '../native/kernel-wait.ts';

/** One open port. All calls come from the lane's thread; none may wait. */
export interface PortDriver {
  /**
   * `blocking`: it is asked again and again, so its thread may sleep in between without an event loop. `events`: frames come
   * by callbacks, so the event loop of its thread has to go on.
   */
  readonly waits: 'blocking' | 'events';
  /** Of a port that is asked again and again, and of which the kernel knows when there is something. */
  readonly awaited?: Awaited;
  /**
   * Frames that it surely takes now. Ports of streams say 0 while their peer does not read: then the lane stops in front of
   * them and nothing is lost. Ports of packets always have room, and drop.
   */
  room(): number;
  /**
   * Sends frames in order. Their slots may be read only until this returns.
   * @returns how many it took; the others are dropped and counted
   */
  send(frames: Burst, memory: FrameMemory): number;
  /** Brings in what has come; called once a turn. @returns whether there may be more at once */
  poll(): boolean;
  close(): Promise<void>;
}

export interface PortContext {
  /** Where frames come in; absent when nothing takes them. */
  readonly entrance: RingProducer | undefined;
  /** To be called when `room` or `poll` has something new, and the thread may be asleep. */
  wake(): void;
}

/**
 * What a module of ports exports as `openPort`.
 * @param options  what the setup says of the port; may hold shared memory
 * @throws when the port cannot be opened
 */
export type OpenPort = (options: unknown, context: PortContext) => PortDriver | Promise<PortDriver>;

const BORN = performance.timeOrigin;

/** Time as frames carry it: microseconds since 1970. */
export function frameTime(): number {
  return Math.round((BORN + performance.now()) * 1000);
}

/** Room of a port that takes whatever comes. WHY not infinity: that number would be an object in each turn, this one is none. */
export const EVERYTHING = 0x3fff_ffff;
