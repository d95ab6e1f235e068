// A thread that takes frames off a ring, checks that every one is whole and the next in order, and sleeps when there is none.
import { parentPort, workerData } from 'node:worker_threads';
import { Burst } from '../../../runtime/lanes/memory/burst.ts';
import type { Doorbell } from '../../../runtime/lanes/memory/doorbell.ts';
import { FrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { openRing, type SharedRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';
import { numberOf } from './rings.ts';

export interface ConsumerOrder {
  readonly shared: SharedRing;
  readonly seat: number;
  /** Ends behind so many frames. */
  readonly frames: number;
}

export interface ConsumerReport {
  readonly sleeps: number;
  readonly bytes: number;
}

const { shared, seat, frames } = workerData as ConsumerOrder;
const ring = openRing(new FrameMemory(shared.frames), shared);
const consumer = new RingConsumer(ring, seat);
const bell = ring.bells[seat] as Doorbell;
const burst = new Burst(BURST);
parentPort?.postMessage('seated');

let [next, sleeps, bytes] = [0, 0, 0];
while (next < frames) {
  if (consumer.take(burst, BURST) === 0) {
    sleeps += 1;
    bell.sleep(60_000, () => consumer.waiting() > 0);
    continue;
  }
  for (let index = 0; index < burst.count; index += 1) {
    const frame = ring.memory.frame(burst.slot(index), burst.length(index));
    const number = numberOf(frame);
    if (number !== next) throw new Error(`frame ${number} came where ${next} was due`);
    next += 1;
    bytes += frame.length;
  }
  consumer.release(burst.count);
}
parentPort?.postMessage({ sleeps, bytes } satisfies ConsumerReport);
