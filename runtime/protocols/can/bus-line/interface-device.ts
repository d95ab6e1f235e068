// A CAN interface of the kernel as the device of a bus. The thread of the lane reads it itself, so that frames of it never pass
// an event loop; here it is only watched.
import type { Host } from '../../../host/host.ts';
import { type Held, KeptOpen, type KeptState } from '../../../host/kept-open.ts';
import type { PortSetup } from '../../../lanes/engine/setup.ts';
import { messageOf } from '../../../model/errors.ts';
import { canInterfaces, requireCanInterface } from '../socketcan/probe.ts';
import { type BusDevice, DEVICE_AGAIN } from './bus-device.ts';

const LOOK_EVERY_MS = 2_000;

/** Has the lane open a port, or none. Rejects when it does not open; the lane goes on without. */
export type PlugPort = (port: PortSetup | undefined) => Promise<void>;

export class InterfaceDevice implements BusDevice {
  /** The port of a lane counts both. */
  readonly malformed = 0;
  readonly dropped = 0;
  readonly #host: Host;
  readonly #name: string;
  readonly #plug: PlugPort;
  readonly #port: PortSetup;
  readonly #kept: KeptOpen<Held>;
  #why: string | undefined;

  /** @param port  of the lane, for the interface of this name */
  constructor(host: Host, name: string, port: PortSetup, plug: PlugPort) {
    this.#host = host;
    this.#name = name;
    this.#port = port;
    this.#plug = plug;
    const down = (why: unknown) => {
      this.#why = messageOf(why);
    };
    this.#kept = new KeptOpen(lost => this.#open(lost), DEVICE_AGAIN, {
      opened: () => {
        this.#why = undefined;
      },
      lost: down,
      failed: down,
    });
  }

  get state(): KeptState {
    return this.#kept.state;
  }

  get why(): string | undefined {
    return this.#why;
  }

  start(): void {
    this.#kept.start();
  }

  close(): Promise<void> {
    return this.#kept.close();
  }

  async #open(lost: (why: unknown) => void): Promise<Held> {
    const { index } = await requireCanInterface(this.#host, this.#name);
    await this.#plug(this.#port);
    const timer = setInterval(() => void this.#look(index, lost), LOOK_EVERY_MS);
    return {
      close: async () => {
        clearInterval(timer);
        // A lane that is closed has no port any more.
        await this.#plug(undefined).catch(() => {});
      },
    };
  }

  /** WHY the index: an interface that came back under its name is another one, which the open socket knows nothing of. */
  async #look(index: number, lost: (why: unknown) => void): Promise<void> {
    try {
      const now = (await canInterfaces(this.#host)).find(each => each.index === index);
      if (now?.up !== true)
        lost(new Error(`the CAN interface ${this.#name} is ${now === undefined ? 'gone' : 'down'}`));
    } catch {
      // Whoever cannot look does not know that it is gone.
    }
  }
}
