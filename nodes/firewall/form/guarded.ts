// What a firewall guards, as the platform compiled the last deploy: lines with the VMs behind it, networks, and gateways. Pure.
import type { Address } from '../../../runtime/model/address.ts';
import type { Design } from '../../../runtime/model/design.ts';
import type { LineSpec } from '../../../runtime/model/kinds/line.ts';
import type { PolicySpec } from '../../../runtime/model/kinds/policy.ts';

export interface GuardedBus {
  readonly line: Address<'line'>;
  readonly protocol: string;
  /** Those whose wires pass this firewall. */
  readonly vms: readonly Address<'vm'>[];
}

/** The links of one tenant's network on one gateway that pass this firewall. */
export interface GuardedNetwork {
  readonly policy: Address<'policy'>;
  readonly tenant: string;
  readonly gateway: string;
}

export interface Guarded {
  readonly buses: readonly GuardedBus[];
  readonly networks: readonly GuardedNetwork[];
  /** Where it decides anything, networks included. */
  readonly gateways: readonly string[];
}

/** @param firewall  its name as it was deployed */
export function guardedBy(firewall: string, design: Pick<Design, 'resources'> | null): Guarded {
  const resources = Object.values(design?.resources ?? {});
  const buses = resources.flatMap(({ kind, address, spec }) => {
    if (kind !== 'line') return [];
    const { protocol, ports } = spec as LineSpec;
    const vms = ports.filter(({ guards }) => guards.some(guard => guard.firewall === firewall)).map(({ vm }) => vm);
    return vms.length === 0 ? [] : [{ line: address as Address<'line'>, protocol, vms }];
  });
  const networks = resources.flatMap(({ kind, address, spec }) => {
    if (kind !== 'policy') return [];
    const { links, tenant } = spec as PolicySpec;
    if (!links.some(link => link.firewall === firewall)) return [];
    return [{ policy: address as Address<'policy'>, tenant, gateway: gatewayOf(address) }];
  });
  const gateways = [...buses.map(({ line }) => gatewayOf(line)), ...networks.map(({ gateway }) => gateway)];
  return { buses, networks, gateways: [...new Set(gateways)].sort() };
}

function gatewayOf(address: string): string {
  return address.slice(address.indexOf('.') + 1, address.indexOf('/'));
}
