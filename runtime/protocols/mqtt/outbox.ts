// The messages of QoS 1 that the broker has not acknowledged: a store of fixed size, in memory. It refuses the newest when it
// is full, so that what was taken once is never thrown away for something else.
import type { GatewrightError } from '../../model/errors.ts';

export interface Outgoing {
  readonly topic: string;
  /** Ours: nobody changes it. */
  readonly payload: Buffer;
  readonly retain: boolean;
  /** Called once: acknowledged, or why not. */
  readonly ended: (error?: GatewrightError) => void;
}

/** Bytes that a message needs beside its payload, and its topic in UTF-8: at most so many in the packet too. */
const HEAD_BYTES = 32;

export function sizeOf({ topic, payload }: { readonly topic: string; readonly payload: Uint8Array }): number {
  return HEAD_BYTES + Buffer.byteLength(topic) + payload.length;
}

export class Outbox {
  readonly #messages: number;
  readonly #bytes: number;
  /** In the order they came. */
  readonly #waiting = new Set<Outgoing>();
  readonly #underWay = new Set<Outgoing>();
  #held = 0;

  constructor(messages: number, bytes: number) {
    this.#messages = messages;
    this.#bytes = bytes;
  }

  /** Messages that are not acknowledged. */
  get size(): number {
    return this.#waiting.size + this.#underWay.size;
  }

  get bytes(): number {
    return this.#held;
  }

  /** Messages that were handed to the connection and not acknowledged. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** @returns false when there is no room */
  offer(message: Outgoing): boolean {
    const size = sizeOf(message);
    if (this.size >= this.#messages || this.#held + size > this.#bytes) return false;
    this.#waiting.add(message);
    this.#held += size;
    return true;
  }

  /** Hands the oldest out; it keeps its room until `settle`. */
  next(): Outgoing | undefined {
    for (const message of this.#waiting) {
      this.#waiting.delete(message);
      this.#underWay.add(message);
      return message;
    }
    return undefined;
  }

  /** The broker has answered. @returns false when that was known */
  settle(message: Outgoing): boolean {
    if (!this.#underWay.delete(message)) return false;
    this.#held -= sizeOf(message);
    return true;
  }

  /** Throws all away. @returns what was thrown away */
  clear(): readonly Outgoing[] {
    const all = [...this.#underWay, ...this.#waiting];
    this.#underWay.clear();
    this.#waiting.clear();
    this.#held = 0;
    return all;
  }
}
