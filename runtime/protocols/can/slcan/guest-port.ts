// The port of a lane to a VM whose serial port ends in what it takes for a CAN adapter: the socket of that serial port, kept open
// while the machine comes and goes. While nobody is there its frames are dropped, and counted by the lane.
import { z } from 'zod';
import { type Held, KeptOpen } from '../../../host/kept-open.ts';
import { connectSocket } from '../../../host/local-ipc.ts';
import { EVERYTHING, type OpenPort, type PortContext, type PortDriver } from '../../../lanes/engine/port.ts';
import type { Burst } from '../../../lanes/memory/burst.ts';
import type { FrameMemory } from '../../../lanes/memory/frame-memory.ts';
import { GuestFigures } from './guest-figures.ts';
import { slcanLanePort } from './lane-port.ts';

/** To try again costs one call of the system. */
const AGAIN = { againMs: 20, againMostMs: 500 };

export const GuestPortOptions = z.strictObject({
  /** Unix stream socket. */
  path: z.string().min(1).max(4000),
  fd: z.boolean(),
  /** Frames that may wait for a guest that does not read. */
  places: z.number().int().min(1).max(65_536),
  /** Memory of {@link GuestFigures}. */
  figures: z.instanceof(SharedArrayBuffer),
});
export type GuestPortOptions = z.infer<typeof GuestPortOptions>;

export const openPort: OpenPort = (input, context) => new GuestPort(GuestPortOptions.parse(input), context);

interface Guest extends Held {
  readonly port: PortDriver;
}

class GuestPort implements PortDriver {
  readonly waits = 'events';
  readonly #kept: KeptOpen<Guest>;

  constructor({ path, fd, places, figures }: GuestPortOptions, context: PortContext) {
    const counts = new GuestFigures(figures);
    const plugged = (is: boolean) => {
      counts.plugged = is;
    };
    // A thread before this one may have ended with it plugged.
    plugged(false);
    const options = { fd, places, count: (what: 'malformed' | 'refused') => counts.count(what) };
    this.#kept = new KeptOpen<Guest>(
      async lost => {
        const port = slcanLanePort(await connectSocket(path), { ...options, ended: lost }, context);
        return { port, close: () => port.close() };
      },
      AGAIN,
      { opened: () => plugged(true), lost: () => plugged(false), failed: () => {} },
    );
    this.#kept.start();
  }

  /** A bus waits for nobody. */
  room(): number {
    return EVERYTHING;
  }

  send(frames: Burst, memory: FrameMemory): number {
    return this.#kept.held?.port.send(frames, memory) ?? 0;
  }

  poll(): boolean {
    return this.#kept.held?.port.poll() ?? false;
  }

  close(): Promise<void> {
    return this.#kept.close();
  }
}
