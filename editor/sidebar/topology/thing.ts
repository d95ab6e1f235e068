// One resource of a gateway as it is, with what the drawing says of it. Pure.
import type { Address, Kind, Name } from '../../../runtime/model/address.ts';
import type { Design } from '../../../runtime/model/design.ts';
import type { Spec } from '../../../runtime/model/kind.ts';
import type { Observed, ObservedResource } from '../../../runtime/model/observed.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import type { GatewayState, ResourceState } from '../../../runtime/platform/platform-port.ts';
import type { Difference, Standing } from './graph.ts';

/** What is known of one gateway. */
export interface GatewaySight {
  readonly state: GatewayState;
  /** Absent when nobody could look at it. */
  readonly observed?: Observed | undefined;
}

export interface Thing<K extends Kind = Kind> {
  readonly address: Address<K>;
  readonly kind: K;
  readonly gateway: Name;
  readonly name: string;
  /** As it is; what was not seen of it, as it is drawn. */
  readonly spec: Partial<Spec<K>>;
  readonly standing: Standing;
  readonly differences: readonly Difference[];
  readonly source?: string | undefined;
}

/** Splits an address that was checked where it came from. */
export function partsOf(address: string): { readonly kind: string; readonly gateway: string; readonly name: string } {
  const [, kind = '', gateway = '', name = ''] = /^([a-z]+)\.([^/]+)\/(.+)$/.exec(address) ?? [];
  return { kind, gateway, name };
}

/** Whose zone a thing is in. A device is the box's own, whoever has it now; what it is plugged into shows by its wire. */
export function tenantOf({ kind, spec }: Thing): Name | undefined {
  return kind !== 'device' && 'tenant' in spec ? spec.tenant : undefined;
}

/** Everything that is there or drawn on a gateway, by address, sorted. */
export function thingsOf(design: Pick<Design, 'resources'> | null, sight: GatewaySight): ReadonlyMap<Address, Thing> {
  const { name } = sight.state;
  const drawn = Object.values(design?.resources ?? {}).filter(({ address }) => partsOf(address).gateway === name);
  const seen = Object.values(sight.observed?.resources ?? {});
  const addresses = [...new Set([...drawn, ...seen].map(({ address }) => address))].sort();
  const drawnBy = new Map(drawn.map(resource => [resource.address, resource]));
  const seenBy = new Map(seen.map(resource => [resource.address, resource]));
  return new Map(
    addresses.map(address => [address, thingOf(address, drawnBy.get(address), seenBy.get(address), sight)]),
  );
}

/** Those of one kind. */
export function ofKind<K extends Kind>(things: ReadonlyMap<Address, Thing>, kind: K): readonly Thing<K>[] {
  return [...things.values()].filter((thing): thing is Thing<K> => thing.kind === kind);
}

function thingOf(
  address: Address,
  drawn: Resource | undefined,
  seen: ObservedResource | undefined,
  { state, observed }: GatewaySight,
): Thing {
  const { kind, name } = partsOf(address);
  const standing = state.connected
    ? standingOf(state.resources[address], drawn !== undefined, seen, observed !== undefined)
    : 'unknown';
  return {
    ...{ address, kind: kind as Kind, gateway: state.name, name, standing },
    spec: { ...drawn?.spec, ...seen?.spec },
    differences: differencesOf(address, state),
    source: drawn?.source.node,
  };
}

function standingOf(
  state: ResourceState | undefined,
  isDrawn: boolean,
  seen: ObservedResource | undefined,
  looked: boolean,
): Standing {
  if (!isDrawn) return state === 'changing' || state === 'blocked' ? state : 'surplus';
  switch (state) {
    case undefined:
      return 'unknown';
    case 'running':
      return seen === undefined && looked ? 'drift' : asItIs(seen);
    case 'planned':
      return seen === undefined ? 'planned' : 'to-change';
    default:
      return state;
  }
}

/** Of what is as drawn: whether it works. Drivers say that in their status, each VM also in its spec. */
function asItIs(seen: ObservedResource | undefined): Standing {
  if (seen === undefined) return 'in-place';
  const { kind, spec, status } = seen;
  if (kind === 'line') return status.state === undefined || status.state === 'open' ? 'in-place' : 'no-device';
  if (kind !== 'vm') return 'in-place';
  if (status.state === 'paused') return 'paused';
  if (Array.isArray(status.waitsFor) && status.waitsFor.length > 0) return 'waiting';
  return (spec as Partial<Spec<'vm'>>).running === false ? 'off' : 'running';
}

/** How it would change, when it is there already. */
function differencesOf(address: Address, { plan }: GatewayState): readonly Difference[] {
  const steps = (plan?.steps ?? []).filter(step => step.address === address && step.action !== 'remove');
  return steps.flatMap(({ action, changes }) =>
    action === 'create' ? [] : changes.map(({ field, from, to }) => ({ address, field, from, to })),
  );
}
