// The boxes of the picture. Pure.
import type { Address } from '../../../runtime/model/address.ts';
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { trustOf } from '../trust-of.ts';
import { factsOf } from './facts.ts';
import type { NodeKind, TopologyNode } from './graph.ts';
import { worstOf } from './marks.ts';
import { ofKind, partsOf, type Thing, tenantOf } from './thing.ts';

/** Kinds that are boxes as they are; those of a tenant stand in its zone. */
const BOXES = ['line', 'device', 'vm', 'segment', 'uplink'] as const satisfies readonly NodeKind[];

export function nodesOf(things: ReadonlyMap<Address, Thing>, state: GatewayState): readonly TopologyNode[] {
  const boxes = BOXES.flatMap(kind => ofKind(things, kind).map(thing => boxOf(thing, kind, state)));
  return [...boxes, ...routersOf(things)];
}

function boxOf(thing: Thing, kind: NodeKind, state: GatewayState): TopologyNode {
  const { address, name, gateway, standing, differences, source } = thing;
  return {
    ...{ id: address, kind, name, gateway, standing, differences, source },
    tenant: tenantOf(thing),
    addresses: [address],
    trust: kind === 'vm' ? trustOf(state, `vm.${name}`) : undefined,
    facts: factsOf(thing),
  };
}

/** A router is drawn once and shared; each tenant has legs of its own in it. */
function routersOf(things: ReadonlyMap<Address, Thing>): readonly TopologyNode[] {
  const legs = Map.groupBy(ofKind(things, 'edge'), routerOf);
  return [...legs].map(([id, own]) => ({
    ...{ id, kind: 'router', name: partsOf(id).name, gateway: own[0]?.gateway ?? '' },
    addresses: own.map(({ address }) => address),
    standing: worstOf(own.map(({ standing }) => standing)),
    facts: own.flatMap(factsOf),
    differences: own.flatMap(({ differences }) => differences),
    source: own.find(({ source }) => source !== undefined)?.source,
  }));
}

/** Id of the router that a leg belongs to. */
export function routerOf({ gateway, name, spec }: Thing<'edge'>): string {
  return `router.${gateway}/${spec.router ?? name.split('.')[0]}`;
}
