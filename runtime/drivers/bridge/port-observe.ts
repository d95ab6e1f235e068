// Reads ports back from taps and forwarding entries. The tap's alias carries what no device shows: tenant, addresses, and
// VM and NIC where the address does not spell them. Pure.
import type { FdbEntry } from '../../host/linux/fdb.ts';
import { ownTag } from '../../host/linux/link-tag.ts';
import type { Link } from '../../host/linux/links.ts';
import { type Address, type Name, parseAddress } from '../../model/address.ts';
import type { Spec } from '../../model/kind.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import { parseTag } from '../../model/tag.ts';

/** What a tap's alias has to carry besides the address. */
export function portFacts({ address, spec }: Resource<'port'>): Record<string, string> {
  const spelled = spelledBy(address);
  return {
    tenant: spec.tenant,
    ...(spelled.vm === spec.vm && spelled.nic === spec.nic ? {} : { vm: spec.vm, nic: spec.nic }),
    ...(spec.ips.length === 0 ? {} : { ips: spec.ips.join(',') }),
  };
}

/** `port.cell-7/robot-a.eth0` spells the VM and its NIC. */
function spelledBy(address: Address<'port'>): { vm?: Name; nic?: Name } {
  const [vm, nic] = parseAddress(address)?.name.split('.') ?? [];
  return vm === undefined || nic === undefined ? {} : { vm, nic };
}

/** All ports of a gateway. A tap that is switched off or unplugged shows no segment. */
export function observePorts(
  links: readonly Link[],
  fdb: readonly FdbEntry[],
  gateway: Name,
): readonly ObservedResource<'port'>[] {
  return links.flatMap(link => {
    const tag = ownTag(link, 'port', gateway);
    if (tag === undefined || link.type !== 'tun') return [];
    const { address, generation, facts } = tag;
    const { tenant, vm, nic, ips } = facts;
    const spec: Partial<Spec<'port'>> = {
      ...(tenant === undefined ? {} : { tenant }),
      ...(vm === undefined || nic === undefined ? spelledBy(address) : { vm, nic }),
      ...segmentOf(link, links),
      ...stationAt(link, fdb),
      ips: ips === undefined ? [] : ips.split(','),
      mtu: link.mtu,
    };
    return [{ address, kind: 'port' as const, spec, generation, status: { device: link.name, carrier: link.carrier } }];
  });
}

function segmentOf(link: Link, links: readonly Link[]): { segment?: Address<'segment'> } {
  const bridge = links.find(candidate => candidate.name === link.master);
  const address = bridge === undefined ? undefined : parseTag(bridge.alias)?.address;
  if (!link.up || address === undefined || parseAddress(address)?.kind !== 'segment') return {};
  return { segment: address as Address<'segment'> };
}

/** Stations entered at the tap; more than one is shown as what it is, so that it differs from any design. */
function stationAt(link: Link, fdb: readonly FdbEntry[]): { mac?: string } {
  const macs = fdb.filter(entry => entry.device === link.name && entry.state === 'static');
  return macs.length === 0 ? {} : { mac: macs.map(entry => entry.mac).join(' ') };
}
