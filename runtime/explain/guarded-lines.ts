// Where rules of field protocols stand: at the VMs' ends of a line, and at the device's end of a guarded link of a network.
import type { Address, Kind } from '../model/address.ts';
import type { Spec } from '../model/kind.ts';
import type { LineGuard, LinePort } from '../model/kinds/line.ts';

export interface GuardedEnd {
  /** A VM on a line; the port of a guarded link. */
  readonly end: Address;
  /** All must accept; none = everything passes. */
  readonly guards: readonly LineGuard[];
  /** Attestation gates that stand before them; absent = none. */
  readonly gates?: readonly Address<'gate'>[];
}

/** A line, or a guarded link with a proxy. */
export interface GuardedLine {
  readonly protocol: string;
  readonly ends: readonly GuardedEnd[];
}

/** What is drawn, or what runs. */
export interface Side {
  /** By the address of the line or the proxy. */
  readonly lines: ReadonlyMap<Address, GuardedLine>;
  /** Addresses of everything there is. */
  readonly all: ReadonlySet<Address>;
}

/** A resource, as it is drawn or as it is observed: the latter may lack something. */
interface KnownResource<K extends Kind = Kind> {
  readonly address: Address<K>;
  readonly kind: K;
  readonly spec: Partial<Spec<K>>;
}

export function sideOf(resources: readonly KnownResource[]): Side {
  const lines = resources.flatMap(resource => {
    const line = guardedLine(resource);
    return line === undefined ? [] : [[resource.address, line] as const];
  });
  return { lines: new Map(lines), all: new Set(resources.map(({ address }) => address)) };
}

function guardedLine({ kind, spec }: KnownResource): GuardedLine | undefined {
  if (kind === 'line') {
    const { protocol, ports = [] } = spec as Partial<Spec<'line'>>;
    return protocol === undefined ? undefined : { protocol, ends: ports.map(endOf) };
  }
  if (kind !== 'proxy') return undefined;
  const { port, guards = [] } = spec as Partial<Spec<'proxy'>>;
  return port === undefined ? undefined : { protocol: 'modbus', ends: [{ end: port as Address, guards }] };
}

function endOf({ vm, guards, gates }: LinePort): GuardedEnd {
  return { end: vm, guards, ...(gates === undefined ? {} : { gates: gates.map(({ by }) => by) }) };
}
