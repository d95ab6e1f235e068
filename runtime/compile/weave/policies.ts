// One policy for each tenant and gateway: who may send from which port, and the rules of every policed link there.
import { type Address, formatAddress, parseAddress } from '../../model/address.ts';
import type { DrawnLink, LegStation, PolicedLink, PortBinding } from '../../model/kinds/policy.ts';
import type { Draft } from '../../model/lowering.ts';
import type { Source } from '../../model/resource.ts';
import { compareText, draftsOf } from '../drafts.ts';

interface Part {
  readonly tenant: string;
  readonly gateway: string;
  readonly binding?: PortBinding;
  readonly link?: PolicedLink;
}

/**
 * @param tenants  where each tenant was drawn, by name
 */
export function drawPolicies(
  drafts: readonly Draft[],
  links: readonly DrawnLink[],
  tenants: ReadonlyMap<string, Source>,
): readonly Draft<'policy'>[] {
  const parts = [...bindingsOf(drafts), ...legsOf(drafts), ...linksOf(drafts, links)];
  const groups = Map.groupBy(parts, part => formatAddress('policy', part.gateway, part.tenant));
  return [...groups].map(([address, group]) => policy(address, group, tenants));
}

function policy(
  address: Address<'policy'>,
  parts: readonly Part[],
  tenants: ReadonlyMap<string, Source>,
): Draft<'policy'> {
  const tenant = parts[0]?.tenant ?? '';
  const bindings = parts.flatMap(part => part.binding ?? []).sort((a, b) => compareText(a.port, b.port));
  // Sorting keeps the order of firewalls on one link.
  const links = parts.flatMap(part => part.link ?? []).sort((a, b) => compareText(a.port, b.port));
  const spec = { tenant, bindings, links, bridgeNetfilter: true };
  return { address, kind: 'policy', spec, source: tenants.get(tenant) ?? { node: '', label: tenant } };
}

function bindingsOf(drafts: readonly Draft[]): readonly Part[] {
  return draftsOf('port', drafts).map(({ address, spec }) => ({
    tenant: spec.tenant,
    gateway: gatewayOf(address),
    binding: { port: address, segment: spec.segment, mac: spec.mac, ips: spec.ips },
  }));
}

/** A tenant with a leg on a gateway needs a policy there even when its VMs are elsewhere. */
function legsOf(drafts: readonly Draft[]): readonly Part[] {
  return draftsOf('edge', drafts).map(({ address, spec }) => ({ tenant: spec.tenant, gateway: gatewayOf(address) }));
}

function linksOf(drafts: readonly Draft[], links: readonly DrawnLink[]): readonly Part[] {
  const owners = new Map(draftsOf('segment', drafts).map(({ address, spec }) => [address, spec.tenant]));
  return links.flatMap(({ modbus, ...link }) => {
    const tenant = owners.get(link.segment);
    const proxied = modbus.length === 0 ? {} : { proxied: { legs: legStations(drafts, link.segment) } };
    return tenant === undefined ? [] : [{ tenant, gateway: gatewayOf(link.port), link: { ...link, ...proxied } }];
  });
}

function legStations(drafts: readonly Draft[], segment: Address<'segment'>): LegStation[] {
  const legs = draftsOf('edge', drafts).filter(({ spec }) => spec.segment === segment);
  return legs
    .map(({ address, spec }) => ({ leg: address, mac: spec.insideMac }))
    .sort((a, b) => compareText(a.leg, b.leg));
}

function gatewayOf(address: Address): string {
  return parseAddress(address)?.gateway ?? '';
}
