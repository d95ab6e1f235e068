// The live switches of a gateway: one for every segment and every uplink. What is plugged into one names it by its serial
// number as well, so that it is plugged in anew when the switch is another one of the same address.
import { type Address, parseAddress } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { Guard } from '../../switch/fabric/guard.ts';
import { SegmentSwitch } from '../../switch/fabric/segment-switch.ts';

/** What a network card carries at most; the segments behind it have smaller limits of their own. */
const UPLINK_MTU = 9216;

interface Live {
  readonly serial: number;
  readonly segment: SegmentSwitch;
}

export class Switches {
  readonly #now: () => number;
  readonly #live = new Map<Address, Live>();
  #made = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Makes the switch of an address, or changes the one that is there. @param guard  `undefined` lets everything pass */
  ensure(address: Address, mtu: number = UPLINK_MTU, guard?: Guard): void {
    const found = this.#live.get(address);
    if (found === undefined) {
      this.#made += 1;
      const options = { now: this.#now, mtu, ...(guard === undefined ? {} : { guard }) };
      this.#live.set(address, { serial: this.#made, segment: new SegmentSwitch(options) });
    } else {
      found.segment.mtu = mtu;
      found.segment.guard = guard;
    }
  }

  /** Drops the switches of all other addresses; what is plugged into them has to go first, or is left on nothing. */
  keep(addresses: ReadonlySet<Address>): void {
    for (const address of this.#live.keys()) if (!addresses.has(address)) this.#live.delete(address);
  }

  /** Part of the key of whatever is plugged in there. */
  serial(address: Address): number {
    return this.#live.get(address)?.serial ?? 0;
  }

  find(address: Address): SegmentSwitch | undefined {
    return this.#live.get(address)?.segment;
  }

  /** @throws GatewrightError GW_NETWORK_ORDER when it is not there */
  get(address: Address, needed: Address): SegmentSwitch {
    const found = this.find(address);
    if (found !== undefined) return found;
    const message = `${needed} needs ${address}, which is not there; plan again`;
    throw new GatewrightError('GW_NETWORK_ORDER', message, { address: needed });
  }
}

/** Whether an address is one of a kind that has a switch. */
export function hasSwitch(address: Address): boolean {
  const kind = parseAddress(address)?.kind;
  return kind === 'segment' || kind === 'uplink';
}
