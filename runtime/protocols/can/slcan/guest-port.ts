// The port of a lane to a VM whose serial port ends in what it takes for a CAN adapter: the socket of that serial port, kept open
// while the machine comes and goes. While nobody is there its frames are dropped, and counted by the lane.
import { z } from 'zod';
import { EVERYTHING, type OpenPort, type PortContext, type PortDriver } from '../../../lanes/engine/port.ts';
import type { Burst } from '../../../lanes/memory/burst.ts';
import type { FrameMemory } from '../../../lanes/memory/frame-memory.ts';
import { VmSocket } from '../../vm-socket.ts';
import { GuestFigures } from './guest-figures.ts';
import { slcanLanePort } from './lane-port.ts';

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

class GuestPort implements PortDriver {
  readonly waits = 'events';
  readonly #vm: VmSocket;
  /** Of the connection there is. */
  #port: PortDriver | undefined;

  constructor({ path, fd, places, figures }: GuestPortOptions, context: PortContext) {
    const counts = new GuestFigures(figures);
    // A thread before this one may have ended with it plugged.
    counts.plugged = false;
    const options = { fd, places, count: (what: 'malformed' | 'refused') => counts.count(what) };
    this.#vm = new VmSocket(path, (socket, closed) => {
      const port = slcanLanePort(socket, options, context);
      this.#port = port;
      counts.plugged = true;
      void closed.then(() => {
        if (this.#port !== port) return;
        this.#port = undefined;
        counts.plugged = false;
      });
    });
  }

  /** A bus waits for nobody. */
  room(): number {
    return EVERYTHING;
  }

  send(frames: Burst, memory: FrameMemory): number {
    return this.#port?.send(frames, memory) ?? 0;
  }

  poll(): boolean {
    return this.#port?.poll() ?? false;
  }

  close(): Promise<void> {
    return this.#vm.close();
  }
}
