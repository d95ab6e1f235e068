// The last retained message of each topic, for VMs that come when the broker has long sent it: it sends it once to us, and would
// send it to each of them if they were connected themselves. Bounded.
import type { MqttMessage } from './link.ts';

export interface RetainedBounds {
  readonly messages: number;
  readonly bytes: number;
}

/** What a gateway keeps of one line. */
const USUAL: RetainedBounds = { messages: 1_000, bytes: 8 * 1024 * 1024 };

interface Kept {
  /** As VMs hear it. */
  readonly line: Uint8Array;
  readonly session: number;
}

export class RetainedMessages {
  readonly #most: RetainedBounds;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  #session = 0;
  /** Messages that were not kept for want of room. */
  leftOut = 0;

  constructor(most: RetainedBounds = USUAL) {
    this.#most = most;
  }

  /** Topics with what VMs hear of them. */
  *all(): Generator<readonly [topic: string, line: Uint8Array], void> {
    for (const [topic, { line }] of this.#kept) yield [topic, line];
  }

  /** A message came. One without a payload takes the retained one of its topic back [MQTT 5.0, 3.3.1.3]. */
  heard({ topic, payload, retain }: Pick<MqttMessage, 'topic' | 'payload' | 'retain'>, line: Uint8Array): void {
    if (!retain) return;
    this.#forget(topic);
    if (payload.length === 0) return;
    if (this.#kept.size >= this.#most.messages || this.#bytes + line.length > this.#most.bytes) {
      this.leftOut += 1;
      return;
    }
    this.#kept.set(topic, { line, session: this.#session });
    this.#bytes += line.length;
  }

  /** The connection is gone; what comes from now on comes over the next one. */
  lost(): void {
    this.#session += 1;
  }

  /** The broker has begun a new session, so it has sent all that it retains: the rest was taken back meanwhile. */
  renewed(): void {
    for (const [topic, { session }] of this.#kept) if (session < this.#session) this.#forget(topic);
  }

  #forget(topic: string): void {
    this.#bytes -= this.#kept.get(topic)?.line.length ?? 0;
    this.#kept.delete(topic);
  }
}
