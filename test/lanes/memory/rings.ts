// Rings for tests, with frames that carry a number, so that a lost, repeated or foreign one is seen.
import { Burst } from '../../../runtime/lanes/memory/burst.ts';
import { Doorbell } from '../../../runtime/lanes/memory/doorbell.ts';
import { createFrameMemory, FrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { createRing, type LaneRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import type { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';

export const ORIGIN = { port: 3, frameClass: 1, tenant: 77 };
export const CAPACITY = 4 * BURST;

/** A ring in a memory of its own. */
export function ringOf(seats: number, capacity = CAPACITY): LaneRing {
  const bells = Array.from({ length: seats }, () => new Doorbell());
  return createRing(createFrameMemory(capacity), { first: 0, count: capacity }, bells);
}

/** A frame of some bytes that begins with a number. */
export function numbered(number: number, length = 16): Uint8Array {
  const frame = new Uint8Array(length).fill(number & 0xff);
  new DataView(frame.buffer).setUint32(0, number);
  return frame;
}

/** The number of a frame. @throws Error when its other bytes do not belong to it */
export function numberOf(frame: Uint8Array): number {
  const number = new DataView(frame.buffer, frame.byteOffset).getUint32(0);
  const foreign = frame.subarray(4).findIndex(byte => byte !== (number & 0xff));
  if (foreign >= 0) throw new Error(`byte ${foreign + 4} of frame ${number} belongs to another`);
  return number;
}

/** Numbers of what a consumer takes at most, without releasing. */
export function taken(consumer: RingConsumer, most: number): number[] {
  const burst = new Burst(CAPACITY);
  const count = consumer.take(burst, most);
  const { bytes } = consumer.ring.memory;
  return Array.from({ length: count }, (_, index) => {
    const at = FrameMemory.at(burst.slot(index));
    return numberOf(bytes.subarray(at, at + burst.length(index)));
  });
}
