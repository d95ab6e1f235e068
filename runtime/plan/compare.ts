// What sets two designs apart, for people: thing by thing as it is drawn, whatever kinds of resources it became. Asks no gateway.
import type { Address, Kind, Name } from '../model/address.ts';
import type { Design } from '../model/design.ts';
import type { FieldChange } from '../model/plan.ts';
import type { Resource, Source } from '../model/resource.ts';
import { diff } from './diff.ts';
import { byLayer, compareText } from './layers.ts';

/** A resource that only one design has, or that both have and differs. */
export interface DesignChange {
  readonly action: 'create' | 'update' | 'remove';
  readonly address: Address;
  readonly kind: Kind;
  readonly tenant?: Name;
  /** Its address in the first design, when the second says that it was renamed. */
  readonly was?: Address;
  /** With `update`. */
  readonly changes: readonly FieldChange[];
  /** The node that draws it. */
  readonly source: Source;
}

/** A gateway or a tenant that only one design has, or that both have and differs. */
export interface OwnerChange {
  readonly action: DesignChange['action'];
  readonly of: 'gateway' | 'tenant';
  readonly name: Name;
  readonly changes: readonly FieldChange[];
}

export interface DesignComparison {
  readonly owners: readonly OwnerChange[];
  /** What carries others first. */
  readonly resources: readonly DesignChange[];
}

/** Pure and deterministic; empty exactly when both designs ask for the same. */
export function compareDesigns(from: Design, to: Design): DesignComparison {
  return {
    owners: [
      ...ownerChanges('gateway', from.gateways, to.gateways),
      ...ownerChanges('tenant', from.tenants, to.tenants),
    ],
    resources: byLayer(resourceChanges(from, to)),
  };
}

function ownerChanges(
  of: OwnerChange['of'],
  from: Readonly<Record<Name, unknown>>,
  to: Readonly<Record<Name, unknown>>,
): readonly OwnerChange[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort(compareText);
  return names.flatMap((name): readonly OwnerChange[] => {
    if (!Object.hasOwn(to, name)) return [{ action: 'remove', of, name, changes: [] }];
    if (!Object.hasOwn(from, name)) return [{ action: 'create', of, name, changes: [] }];
    const changes = diff(from[name], to[name]);
    return changes.length === 0 ? [] : [{ action: 'update', of, name, changes }];
  });
}

function resourceChanges(from: Design, to: Design): readonly DesignChange[] {
  const taken = new Set<string>();
  const changed = Object.values(to.resources).flatMap((resource): readonly DesignChange[] => {
    const before = earlier(resource, from);
    if (before === undefined) return [{ action: 'create', changes: [], ...partsOf(resource) }];
    taken.add(before.address);
    const changes = diff(before.spec, resource.spec);
    if (changes.length === 0 && before.address === resource.address) return [];
    const was = before.address === resource.address ? {} : { was: before.address };
    return [{ action: 'update', changes, ...partsOf(resource), ...was }];
  });
  const gone = Object.values(from.resources).filter(({ address }) => !taken.has(address));
  return [...changed, ...gone.map(one => ({ action: 'remove' as const, changes: [], ...partsOf(one) }))];
}

/** What the first design calls the same thing. */
function earlier({ address, was }: Resource, from: Design): Resource | undefined {
  return from.resources[address] ?? (was === undefined ? undefined : from.resources[was]);
}

function partsOf({ address, kind, spec, source }: Resource) {
  const tenant = 'tenant' in spec ? spec.tenant : undefined;
  return { address, kind, source, ...(tenant === undefined ? {} : { tenant }) };
}
