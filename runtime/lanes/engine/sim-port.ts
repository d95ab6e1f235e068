// A pretended device: sends numbered frames, takes what it is sent at its own pace. For the simulated back end, tests and
// benches; as fast as asked for.
import { z } from 'zod';
import { FrameMemory } from '../memory/frame-memory.ts';
import { BURST, SLOT } from '../memory/layout.ts';
import type { RingProducer } from '../memory/ring-producer.ts';
import { EVERYTHING, frameTime, type OpenPort } from './port.ts';

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
  const device = source === undefined || entrance === undefined ? undefined : new SimSource(source, entrance);
  let left = takesPerTurn ?? EVERYTHING;
  return {
    waits: 'blocking',
    room: () => left,
    send(frames) {
      const taken = Math.min(frames.count, left);
      if (takesPerTurn !== undefined) left -= taken;
      return taken;
    },
    poll() {
      if (takesPerTurn !== undefined) left = takesPerTurn;
      return device?.sendSome() ?? false;
    },
    close: async () => {},
  };
};

class SimSource {
  readonly #options: NonNullable<SimOptions['source']>;
  readonly #entrance: RingProducer;
  #sent: number;

  /** WHY by the ring's own figures: after a crash the device goes on where it was. */
  constructor(options: NonNullable<SimOptions['source']>, entrance: RingProducer) {
    this.#options = options;
    this.#entrance = entrance;
    const { published, dropped } = entrance.ring.counted();
    this.#sent = published + dropped;
  }

  /** @returns whether anything was sent */
  sendSome(): boolean {
    const { frames, perTurn, regardless } = this.#options;
    const most = Math.min(frames - this.#sent, perTurn);
    const count = regardless ? most : Math.min(most, this.#entrance.room());
    if (count <= 0) return false;
    const time = frameTime();
    for (let index = 0; index < count; index += 1) this.#send(this.#sent + index, time);
    this.#entrance.publish();
    this.#sent += count;
    return true;
  }

  #send(number: number, time: number): void {
    const entrance = this.#entrance;
    const slot = entrance.reserve();
    if (slot < 0) return;
    const { bytes } = entrance.ring.memory;
    const at = FrameMemory.at(slot);
    bytes[at] = number >>> 24;
    bytes[at + 1] = number >>> 16;
    bytes[at + 2] = number >>> 8;
    bytes[at + 3] = number;
    bytes.fill(number, at + 4, at + this.#options.length);
    entrance.commit(this.#options.length, time);
  }
}
