// Where a packet goes next: the longest prefix that holds its address.
import type { EdgeSpec } from '../../model/kinds/edge.ts';
import { contains, ipv4ToNumber, netmask, parseCidr } from '../../model/network.ts';

export type SideName = 'inside' | 'outside';

export interface Route {
  readonly network: number;
  readonly mask: number;
  readonly prefix: number;
  readonly side: SideName;
  /** The router to hand the packet to; absent when the addresses are on the wire. */
  readonly via?: number;
}

export class Routes {
  /** Longest prefix first. */
  readonly #routes: readonly Route[];

  /** @param spec a valid spec: a route whose router is on neither side leads nowhere and is left out, as Linux refuses it */
  constructor(spec: Pick<EdgeSpec, 'inside' | 'outside' | 'defaultGateway' | 'routes'>) {
    const wires = [connected('inside', spec.inside), connected('outside', spec.outside)];
    const wanted = [...spec.routes];
    if (spec.defaultGateway !== undefined) wanted.push({ destination: '0.0.0.0/0', via: spec.defaultGateway });
    const beyond = wanted.flatMap(({ destination, via }) => {
      const router = ipv4ToNumber(via);
      const wire = wires.find(({ network, prefix }) => contains({ address: network, prefix }, router));
      return wire === undefined ? [] : [{ ...networkOf(destination), side: wire.side, via: router }];
    });
    this.#routes = [...wires, ...beyond].sort((one, other) => other.prefix - one.prefix);
  }

  /** @param address unsigned number  @returns undefined when there is no route */
  find(address: number): Route | undefined {
    for (const route of this.#routes) if ((address & route.mask) >>> 0 === route.network) return route;
    return undefined;
  }
}

function connected(side: SideName, address: string): Route {
  return { ...networkOf(address), side };
}

function networkOf(text: string): { network: number; mask: number; prefix: number } {
  const { address, prefix } = parseCidr(text) ?? { address: 0, prefix: 32 };
  const mask = netmask(prefix);
  return { network: (address & mask) >>> 0, mask, prefix };
}
