// Who hears what goes over the cables of VMs, on the VM's side of all rules. A cable that nobody hears looks once for each frame
// whether somebody does.
import { PortTeller } from '../../lanes/recording/port-teller.ts';
import type { Address } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { HeardPortFrames, PortFrame, PortOrder } from '../../model/port-frame.ts';

/** @param frame  valid until the call returns */
export type PortEar = (direction: PortFrame['direction'], frame: Uint8Array) => void;

/** The place for ears of one cable, which stays the same as long as it is plugged. */
export interface EarPlace {
  /** `undefined`: nobody hears it. */
  ear: PortEar | undefined;
}

interface Listener {
  readonly hear: PortEar;
  readonly ended: () => void;
}

interface Plugged {
  readonly place: EarPlace;
  readonly listeners: Set<Listener>;
}

export class PortEars {
  readonly #plugged = new Map<Address, Plugged>();

  /** The place of a cable that is plugged in now. */
  plug(address: Address): EarPlace {
    const known = this.#plugged.get(address);
    if (known !== undefined) return known.place;
    const place: EarPlace = { ear: undefined };
    this.#plugged.set(address, { place, listeners: new Set() });
    return place;
  }

  /** Forgets cables of all other ports, whose listeners are told. One that is plugged in anew is heard on. */
  keep(addresses: ReadonlySet<Address>): void {
    for (const [address, { listeners }] of this.#plugged) {
      if (addresses.has(address)) continue;
      this.#plugged.delete(address);
      for (const { ended } of listeners) ended();
    }
  }

  /** @returns how to stop; `undefined` when there is no such cable */
  listen(address: Address, listener: Listener): (() => void) | undefined {
    const plugged = this.#plugged.get(address);
    if (plugged === undefined) return undefined;
    const { place, listeners } = plugged;
    const settle = () => {
      const ears = [...listeners];
      place.ear =
        ears.length === 0
          ? undefined
          : (direction, frame) => {
              for (const { hear } of ears) hear(direction, frame);
            };
    };
    listeners.add(listener);
    settle();
    return () => {
      listeners.delete(listener);
      settle();
    };
  }
}

/** @returns how to stop @throws GatewrightError GW_ADDRESS_UNKNOWN */
export function hearPort(
  ears: PortEars,
  port: Address<'port'>,
  order: PortOrder,
  { heard, ended }: { readonly heard: HeardPortFrames; readonly ended: () => void },
): () => void {
  const teller = new PortTeller({ ...order, heard });
  const unplug = ears.listen(port, {
    hear: (direction, frame) => teller.hear(direction, frame, frame.length, microseconds()),
    ended() {
      teller.close();
      ended();
    },
  });
  if (unplug === undefined)
    throw new GatewrightError('GW_ADDRESS_UNKNOWN', `${port} is not there now; apply the drawing first`);
  return () => {
    unplug();
    teller.close();
  };
}

/** Since 1970. WHY not Date: its milliseconds would give many frames one time. */
function microseconds(): number {
  return (performance.timeOrigin + performance.now()) * 1_000;
}
