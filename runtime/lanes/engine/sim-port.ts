// A pretended device: sends numbered frames, takes what it is sent at its own pace. For the simulated back end, tests and
// benches; as fast as asked for.
import { z } from 'zod';
import { FrameMemory } from '../memory/frame-memory.ts';
import { BURST, SLOT } from '../memory/layout.ts';
import type { RingProducer } from '../memory/ring-producer.ts';
import { frameTime, type OpenPort } from './port.ts';

export const SimOptions = z.strictObject({
  /** What it sends into the lane: frames that begin with their number, a 32-bit big-endian one. Absent: nothing. */
  source: z
    .strictObject({
      frames: z.number().int().min(0).max(0xffff_ffff),
      length: z.number().int().min(4).max(SLOT.dataBytes),
      /** At most so many a turn of the lane. */
      perTurn: z.number().int().min(1).max(BURST),
      /** Sends on whether there is room or not, as a bus does; else it waits. */
      regardless: z.boolean(),
    })
    .optional(),
  /** Takes at most so many frames a turn; absent: all. */
  takesPerTurn: z.number().int().min(0).max(BURST).optional(),
});
export type SimOptions = z.infer<typeof SimOptions>;

export const openPort: OpenPort = (options, { entrance }) => {
  const { source, takesPerTurn } = SimOptions.parse(options);
  let left = takesPerTurn ?? Number.POSITIVE_INFINITY;
  return {
    waits: 'blocking',
    room: () => left,
    send(frames) {
      const taken = Math.min(frames.count, left);
      left -= taken;
      return taken;
    },
    poll() {
      left = takesPerTurn ?? Number.POSITIVE_INFINITY;
      return source !== undefined && entrance !== undefined && sendSome(source, entrance);
    },
    close: async () => {},
  };
};

/** WHY by the ring's own figures: after a crash the device goes on where it was. @returns whether there is more to send */
function sendSome(source: NonNullable<SimOptions['source']>, entrance: RingProducer): boolean {
  const { published, dropped } = entrance.ring.counted();
  const sent = published + dropped;
  const most = Math.min(source.frames - sent, source.perTurn);
  const count = source.regardless ? most : Math.min(most, entrance.room());
  const time = frameTime();
  const { bytes } = entrance.ring.memory;
  for (let index = 0; index < count; index += 1) {
    const slot = entrance.reserve();
    if (slot < 0) continue;
    const at = FrameMemory.at(slot);
    const number = sent + index;
    bytes[at] = number >>> 24;
    bytes[at + 1] = number >>> 16;
    bytes[at + 2] = number >>> 8;
    bytes[at + 3] = number;
    bytes.fill(number, at + 4, at + source.length);
    entrance.commit(source.length, time);
  }
  entrance.publish();
  return count > 0;
}
