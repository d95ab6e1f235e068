// Who can be met on each drawn switch, over all gateways it spans: VMs' cards and the insides of edge legs.
import { type Address, parseAddress } from '../../model/address.ts';
import type { Draft } from '../../model/lowering.ts';
import { draftsOf } from '../drafts.ts';

export interface Station {
  readonly mac: string;
  readonly ips: readonly string[];
  readonly gateway: string;
  /** The VM; absent for a router. */
  readonly vm?: string;
  readonly draft: Draft;
}

/** The segments of one drawn switch and everyone on them. */
export interface Switch {
  readonly segments: readonly Draft<'segment'>[];
  readonly stations: readonly Station[];
}

/** All drawn switches, by the address of each of their segments. */
export function findSwitches(drafts: readonly Draft[]): ReadonlyMap<Address, Switch> {
  const segments = draftsOf('segment', drafts);
  const stations = Map.groupBy([...cards(drafts), ...routers(drafts)], ({ segment }) => segment);
  const groups = Map.groupBy(segments, segment => segment.source.node);
  const found = [...groups.values()].flatMap(group => {
    const all = group.flatMap(segment => (stations.get(segment.address) ?? []).map(entry => entry.station));
    const one: Switch = { segments: group, stations: all };
    return group.map(segment => [segment.address, one] as const);
  });
  return new Map(found);
}

/**
 * Cards of VMs on the VMs' side of a guarded link: behind a VM's port its own, otherwise all of the switch.
 * @param port  the device's end of the link
 */
export function cardsBeside(port: Address, on: Switch | undefined): readonly Station[] {
  const cards = (on?.stations ?? []).filter(({ vm }) => vm !== undefined);
  return parseAddress(port)?.kind === 'port' ? cards.filter(({ draft }) => draft.address === port) : cards;
}

interface Placed {
  readonly segment: Address;
  readonly station: Station;
}

function cards(drafts: readonly Draft[]): readonly Placed[] {
  return draftsOf('port', drafts).map(draft => {
    const { mac, ips, vm, segment } = draft.spec;
    return { segment, station: { mac, ips, vm, draft, gateway: gatewayOf(draft) } };
  });
}

function routers(drafts: readonly Draft[]): readonly Placed[] {
  return draftsOf('edge', drafts).map(draft => {
    const { insideMac, inside, segment } = draft.spec;
    return {
      segment,
      station: { mac: insideMac, ips: inside.split('/').slice(0, 1), draft, gateway: gatewayOf(draft) },
    };
  });
}

export function gatewayOf(draft: Pick<Draft, 'address'>): string {
  return parseAddress(draft.address)?.gateway ?? '';
}
