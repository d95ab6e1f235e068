// A lane's port to a CAN interface of the host, by way of npm socketcan. For hosts without the native port; one callback and one
// object a frame are its price.
import type { Host } from '../../../host/host.ts';
import { frameTime, type PortContext, type PortDriver } from '../../../lanes/engine/port.ts';
import { loadPackage, type SocketCanPackage } from './package.ts';
import { SteadySocketCan } from './steady-port.ts';

export interface SocketCanLaneOptions {
  /** Name of the interface. */
  readonly interface: string;
  /** The interface went: why; frames to it are dropped. `undefined`: it is back. */
  readonly changed?: (why: string | undefined) => void;
  /** Gives the package; default: the installed one. */
  readonly load?: () => SocketCanPackage;
}

/** @throws GatewrightError when the interface cannot be used now; see SocketCanPort.open */
export async function socketCanLanePort(
  host: Host,
  { interface: name, changed = () => {}, load = loadPackage }: SocketCanLaneOptions,
  { entrance }: PortContext,
): Promise<PortDriver> {
  /** Frames of one wake-up of the package are shown together. */
  let isPlanned = false;
  const show = () => {
    isPlanned = false;
    entrance?.publish();
  };
  const frame = (bytes: Uint8Array) => {
    entrance?.write(bytes, frameTime());
    if (isPlanned) return;
    isPlanned = true;
    setImmediate(show);
  };
  const port = await SteadySocketCan.open(host, name, { frame, changed }, { load });
  return {
    waits: 'events',
    // A bus waits for nobody: what its queue does not take is dropped, and counted by the lane.
    room: () => Number.POSITIVE_INFINITY,
    send(frames, memory) {
      let sent = 0;
      for (let index = 0; index < frames.count; index += 1)
        if (port.send(memory.frame(frames.slot(index), frames.length(index)))) sent += 1;
      return sent;
    },
    poll: () => false,
    close: async () => port.close(),
  };
}
