// A port over the addon: a burst a call, straight into the slots of its entrance and out of those of the lane.

import { EVERYTHING, type PortContext, type PortDriver } from '../engine/port.ts';
import type { Burst } from '../memory/burst.ts';
import { FrameMemory } from '../memory/frame-memory.ts';
import { BURST, SLOT } from '../memory/layout.ts';
import type { RingProducer } from '../memory/ring-producer.ts';
import { type BurstAddon, type NativePort, PORT_FIGURE } from './addon.ts';
import type { Awaited } from './kernel-wait.ts';

export interface NativePortOptions {
  readonly addon: BurstAddon;
  /** Closed with the driver. */
  readonly port: NativePort;
  /** `stream`: every byte counts, so the lane waits for it. `packets`: what finds no room is dropped. */
  readonly kind: 'stream' | 'packets';
}

/** Makes a port of the addon a port of a lane. */
export function nativePort(options: NativePortOptions, context: PortContext): PortDriver {
  return new NativeDriver(options, context);
}

/** Where bytes of streams go that nobody takes: they have to be read, or their sender would be stopped. Packets drop by themselves. */
let discards: Uint8Array | undefined;
const DISCARD_SLOTS = Int32Array.from({ length: BURST }, (_, slot) => slot);

class NativeDriver implements PortDriver {
  readonly waits = 'blocking';
  readonly awaited: Awaited;
  readonly #options: NativePortOptions;
  readonly #entrance: PortContext['entrance'];
  readonly #slots = new Int32Array(BURST);
  readonly #lengths = new Int32Array(BURST);
  readonly #times = new Float64Array(BURST);
  readonly #figures = new Float64Array(Object.keys(PORT_FIGURE).length);
  #overflow = 0;
  #wasFull = false;

  constructor(options: NativePortOptions, { entrance }: PortContext) {
    this.#options = options;
    this.#entrance = entrance;
    this.awaited = {
      port: options.port,
      holds: false,
      hasRoom: () => (entrance === undefined ? options.kind === 'stream' : entrance.room() > 0),
    };
  }

  room(): number {
    const { addon, port, kind } = this.#options;
    return kind === 'packets' ? EVERYTHING : addon.rest(port) > 0 ? 0 : BURST;
  }

  send(frames: Burst, memory: FrameMemory): number {
    const { addon, port } = this.#options;
    if (frames.count <= BURST) return addon.send(port, memory.bytes, frames.slots, frames.words, frames.count);
    let sent = 0;
    for (let at = 0; at < frames.count; at += BURST) {
      const [slots, words] = [frames.slots.subarray(at), frames.words.subarray(at)];
      sent += addon.send(port, memory.bytes, slots, words, Math.min(BURST, frames.count - at));
    }
    return sent;
  }

  /** While the entrance has no room, what comes stays in the kernel, which drops it, or stops its sender. */
  poll(): boolean {
    const { addon, port } = this.#options;
    const entrance = this.#entrance;
    if (entrance === undefined) return this.#discard();
    const room = entrance.reserveBurst(this.#slots, BURST);
    if (room === 0) return false;
    const count = addon.receive(port, entrance.ring.memory.bytes, this.#slots, room, this.#lengths, this.#times);
    if (count > 0) this.#bringIn(entrance, count);
    return count === BURST;
  }

  async close(): Promise<void> {
    this.#options.addon.close(this.#options.port);
  }

  /** The next free slot may lie before the one of a frame: those that are too long leave theirs free. */
  #bringIn(entrance: RingProducer, count: number): void {
    const { bytes } = entrance.ring.memory;
    let kept = 0;
    for (let index = 0; index < count; index += 1) {
      const length = this.#lengths[index] as number;
      if (length < 0) {
        entrance.drop();
        continue;
      }
      const [from, to] = [FrameMemory.at(this.#slots[index] as number), FrameMemory.at(this.#slots[kept] as number)];
      if (from !== to) bytes.copyWithin(to, from, from + length);
      entrance.commit(length, this.#times[index] as number);
      kept += 1;
    }
    entrance.publish();
    // The kernel drops only when much waits; it tells with the frames behind those.
    if (count === BURST || this.#wasFull) this.#countOverflow(entrance);
    this.#wasFull = count === BURST;
  }

  #countOverflow(entrance: RingProducer): void {
    const { addon, port } = this.#options;
    addon.figures(port, this.#figures);
    const overflow = this.#figures[PORT_FIGURE.overflow] ?? 0;
    if (overflow > this.#overflow) entrance.drop(overflow - this.#overflow);
    this.#overflow = overflow;
  }

  #discard(): boolean {
    const { addon, port, kind } = this.#options;
    if (kind === 'packets') return false;
    discards ??= new Uint8Array(BURST * SLOT.bytes);
    return addon.receive(port, discards, DISCARD_SLOTS, BURST, this.#lengths, this.#times) === BURST;
  }
}
