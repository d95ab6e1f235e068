// A CAN bus in user space: what one station sends, all others hear. Each station has a filter for what it may send, one for what
// it may hear, a queue of fixed size and counters. Not emulated: arbitration, bit timing, error frames and bus-off.
import { CanFrameError, FD_BYTES, frameProblem } from '../frame.ts';
import { FrameQueue } from './frame-queue.ts';

/** A burst of a saturated bus of 1 Mbit/s lasts 13 ms then. */
const PLACES = 256;

/** Decides over one frame. @param frame  16 or 72 bytes; neither kept nor changed @returns whether it may pass */
export type FrameVerdict = (frame: Uint8Array) => boolean;

export interface StationOptions {
  /** What this station may send; default: everything. */
  readonly maySend?: FrameVerdict;
  /** What this station may hear; default: everything. */
  readonly mayHear?: FrameVerdict;
  /** Whether it understands CAN FD; default no. */
  readonly fd?: boolean;
  /** Most frames that wait for it; default 256. */
  readonly places?: number;
  /** A frame waits that did not before. Called while another station sends, so it must only wake somebody. */
  readonly waiting?: () => void;
}

/**
 * Everything is accounted for: received = malformed + denied + sent on, and for what is offered to a station:
 * offered = classicOnly + unheard + full + delivered + forgotten + those that wait.
 */
export interface StationCounters {
  /** Frames that the station sent. */
  received: number;
  /** Of these: no frames, or CAN FD of a station without. */
  malformed: number;
  /** Of these: refused by what it may send. */
  denied: number;
  /** Frames of others, before any filter. */
  offered: number;
  /** Of these: CAN FD for a station without. A real one would disturb the bus. */
  classicOnly: number;
  /** Of these: refused by what it may hear. */
  unheard: number;
  /** Of these: no place left, because it does not read. */
  full: number;
  /** Of these: read by the station. */
  delivered: number;
  /** Of these: thrown away unread. */
  forgotten: number;
}

export interface Station {
  readonly name: string;
  readonly counters: Readonly<StationCounters>;
  /** Frames that wait. */
  readonly waits: number;
  /** Sends to all others. @param frame  16 or 72 bytes; may change when this returns @returns false when it went nowhere */
  send(frame: Uint8Array): boolean;
  /** The oldest frame that waits, good until `taken`; `undefined` when there is none. */
  next(): Uint8Array | undefined;
  /** The frame of `next` was delivered. */
  taken(): void;
  /** Throws away what waits. */
  forget(): void;
  /** Replaces the filters between two frames; what waits was allowed when it came. Absent: everything. */
  police(filters: Pick<StationOptions, 'maySend' | 'mayHear'>): void;
  /** Leaves the bus; what it sends then goes nowhere. */
  leave(): void;
}

/** One bus. Allocates nothing per frame. */
export class CanBus {
  readonly #stations = new Map<string, StationSide>();
  /** Replaced, never changed. */
  #order: readonly StationSide[] = [];

  /** Names of the stations, in the order they came. */
  get stations(): readonly string[] {
    return [...this.#stations.keys()];
  }

  /** @throws CanFrameError when a station of that name is there */
  join(name: string, options: StationOptions = {}): Station {
    if (this.#stations.has(name)) throw new CanFrameError(`there is a station ${name} on this bus already`);
    const side = new StationSide(name, options, {
      send: frame => this.#send(side, frame),
      leave: () => {
        if (this.#stations.get(name) !== side) return;
        this.#stations.delete(name);
        this.#order = [...this.#stations.values()];
      },
    });
    this.#stations.set(name, side);
    this.#order = [...this.#stations.values()];
    return side;
  }

  #send(from: StationSide, frame: Uint8Array): void {
    for (const to of this.#order) if (to !== from) to.offer(frame);
  }
}

interface BusSide {
  readonly send: (frame: Uint8Array) => void;
  readonly leave: () => void;
}

class StationSide implements Station {
  readonly name: string;
  readonly counters: StationCounters = {
    ...{ received: 0, malformed: 0, denied: 0, offered: 0 },
    ...{ classicOnly: 0, unheard: 0, full: 0, delivered: 0, forgotten: 0 },
  };
  readonly #fd: boolean;
  readonly #queue: FrameQueue;
  readonly #waiting: (() => void) | undefined;
  #bus: BusSide | undefined;
  #maySend: FrameVerdict | undefined;
  #mayHear: FrameVerdict | undefined;

  constructor(name: string, { maySend, mayHear, fd = false, places = PLACES, waiting }: StationOptions, bus: BusSide) {
    this.name = name;
    this.#fd = fd;
    this.#queue = new FrameQueue(places);
    this.#waiting = waiting;
    this.#bus = bus;
    this.#maySend = maySend;
    this.#mayHear = mayHear;
  }

  get waits(): number {
    return this.#queue.size;
  }

  send(frame: Uint8Array): boolean {
    this.counters.received += 1;
    if (frameProblem(frame) !== undefined || (!this.#fd && frame.length === FD_BYTES)) {
      this.counters.malformed += 1;
      return false;
    }
    // Off the bus nothing may be sent.
    if (this.#bus === undefined || this.#maySend?.(frame) === false) {
      this.counters.denied += 1;
      return false;
    }
    this.#bus.send(frame);
    return true;
  }

  offer(frame: Uint8Array): void {
    const { counters } = this;
    counters.offered += 1;
    if (!this.#fd && frame.length === FD_BYTES) counters.classicOnly += 1;
    else if (this.#mayHear?.(frame) === false) counters.unheard += 1;
    else if (!this.#queue.push(frame)) counters.full += 1;
    else if (this.#queue.size === 1) this.#waiting?.();
  }

  next(): Uint8Array | undefined {
    return this.#queue.first();
  }

  taken(): void {
    if (this.#queue.size === 0) return;
    this.#queue.shift();
    this.counters.delivered += 1;
  }

  forget(): void {
    this.counters.forgotten += this.#queue.clear();
  }

  police({ maySend, mayHear }: Pick<StationOptions, 'maySend' | 'mayHear'>): void {
    this.#maySend = maySend;
    this.#mayHear = mayHear;
  }

  leave(): void {
    this.#bus?.leave();
    this.#bus = undefined;
    this.forget();
  }
}
