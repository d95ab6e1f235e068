// Puts frames of ordinary nodes into a lane. It never waits: a lane that has no room says so.
import type { RingProducer } from '../memory/ring-producer.ts';
import { frameTime } from './port.ts';

export class Injector {
  readonly #producer: RingProducer;
  #isOpen = true;

  /** @param producer  the one of the port in */
  constructor(producer: RingProducer) {
    this.#producer = producer;
  }

  /** @returns false when the frame was not taken: no room, too long, or the port in is gone */
  put(frame: Uint8Array): boolean {
    const isTaken = this.#isOpen && this.#producer.write(frame, frameTime());
    if (isTaken) this.#producer.publish();
    return isTaken;
  }

  /** Puts several in at once. @returns how many were taken, the first ones */
  putAll(frames: readonly Uint8Array[]): number {
    if (!this.#isOpen) return 0;
    const time = frameTime();
    const refused = frames.findIndex(frame => !this.#producer.write(frame, time));
    this.#producer.publish();
    return refused < 0 ? frames.length : refused;
  }

  /** The port in is gone: from now on nothing is taken. */
  close(): void {
    this.#isOpen = false;
  }
}
