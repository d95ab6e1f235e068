// Frames that leave a lane for another thread: copied into a ring whose consumer sits there.
import { FrameMemory } from '../memory/frame-memory.ts';
import { openRing, type SharedRing } from '../memory/lane-ring.ts';
import { RingProducer } from '../memory/ring-producer.ts';
import { EVERYTHING, type OpenPort } from './port.ts';

export interface RingPortOptions {
  readonly ring: SharedRing;
  /** `wait`: the lane stops while the ring is full. `drop`: it goes on. */
  readonly whenFull: 'wait' | 'drop';
}

export const openPort: OpenPort = options => {
  const { ring: shared, whenFull } = options as RingPortOptions;
  const ring = openRing(new FrameMemory(shared.frames), shared);
  const producer = new RingProducer(ring, { port: 0, frameClass: 0, tenant: 0 });
  return {
    waits: 'blocking',
    room: () => (whenFull === 'drop' ? EVERYTHING : producer.room()),
    send(frames, memory) {
      let sent = 0;
      for (let index = 0; index < frames.count; index += 1)
        if (producer.forward(memory, frames.slot(index), frames.words[index] ?? 0)) sent += 1;
      producer.publish();
      return sent;
    },
    poll: () => false,
    close: async () => {},
  };
};
