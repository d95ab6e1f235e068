// An engine for tests, with ports that pretend and rings that lead back to the test.

import type { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import type { PortSetup } from '../../../runtime/lanes/engine/setup.ts';
import type { SimOptions } from '../../../runtime/lanes/engine/sim-port.ts';
import { Burst } from '../../../runtime/lanes/memory/burst.ts';
import { Doorbell } from '../../../runtime/lanes/memory/doorbell.ts';
import { createFrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { createRing, type LaneRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';

const module = (name: string) => new URL(`../../../runtime/lanes/engine/${name}.ts`, import.meta.url).href;
export const testModule = (name: string) => new URL(`./${name}.ts`, import.meta.url).href;

/** A pretended device in front of a port in and behind ports out. */
export function simPort(id: string, options: SimOptions, node?: string, ...sends: string[]): PortSetup {
  const receives = node === undefined ? {} : { receives: { node, frameClass: 'bytes' as const, tenant: 7, port: 1 } };
  return { id, module: module('sim-port'), options, ...receives, sends };
}

/** Where a lane's frames come back to the test. */
export class Outlet {
  readonly ring: LaneRing;
  readonly #consumer: RingConsumer;
  readonly #burst = new Burst(BURST);

  constructor(capacity = 1024) {
    this.ring = createRing(createFrameMemory(capacity), { first: 0, count: capacity }, [new Doorbell()]);
    this.#consumer = new RingConsumer(this.ring, 0);
  }

  /** A port that sends for a port out into this. */
  port(id: string, node: string, whenFull: 'wait' | 'drop' = 'wait'): PortSetup {
    return { id, module: module('ring-port'), options: { ring: this.ring.shared, whenFull }, sends: [node] };
  }

  /** Hands over what is there. @returns how many frames */
  drain(take: (frame: Uint8Array) => void): number {
    const count = this.#consumer.take(this.#burst, BURST);
    for (let index = 0; index < count; index += 1)
      take(this.ring.memory.frame(this.#burst.slot(index), this.#burst.length(index)));
    this.#consumer.release(count);
    return count;
  }

  /** Hands over frames until so many have come, or more. */
  async collect(frames: number, take: (frame: Uint8Array) => void): Promise<void> {
    for (let left = frames; left > 0; ) {
      const count = this.drain(take);
      left -= count;
      if (count === 0) await new Promise(setImmediate);
    }
  }
}

/** Waits until something holds; the time-out of the test ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 1));
}

/** Runs something with an engine, and ends it whatever happens. */
export async function withEngine(engine: LaneEngine, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await engine.close();
  }
}
