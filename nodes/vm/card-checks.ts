// What can be wrong with one network card of a VM: its wire, and its address on the switch.
import type { Attachment, DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import { contains, ipv4ToNumber, numberToIpv4 } from '../../runtime/model/network.ts';
import { listed } from '../../runtime/model/plain-text.ts';
import { parseSubnet, type Subnet } from '../../runtime/model/subnet.ts';
import type { Card, Plug } from './plug.ts';

export function reportDisconnected(node: DrawnNode, scope: Scope, card: Card): void {
  scope.report({
    code: 'GW_NIC_DISCONNECTED',
    node,
    field: `nics[${card.index}]`,
    summary: `Network card ${card.name} of ${node.label} is not connected.`,
    remedy: 'Wire it to a virtual switch, or take the network card out of the VM.',
  });
}

export function reportTwice(node: DrawnNode, scope: Scope, card: Card, found: readonly Attachment[]): void {
  scope.report({
    code: 'GW_NIC_TWICE',
    node,
    field: `nics[${card.index}]`,
    summary: `Network card ${card.name} of ${node.label} is wired to ${listed(found.map(one => one.to.label))}; it has only one socket.`,
    remedy: 'Remove all wires but one, or give the VM another network card.',
    related: found.map(one => one.to),
  });
}

/** Reports what is wrong with a card where it is plugged in. */
export function checkPlug(node: DrawnNode, scope: Scope, plug: Plug): void {
  const { place, attachment, segment } = plug;
  if (segment.tenant !== place.tenant)
    scope.report({
      code: 'GW_TENANT_MIXED',
      node,
      field: 'tenant',
      summary: `${node.label} belongs to ${place.tenant}, but ${segment.name} is a switch of ${segment.tenant}.`,
      remedy: `Wire it to a switch of ${place.tenant}, or give both to one tenant.`,
      related: [attachment.to],
    });
  const subnet = segment.subnet === undefined ? undefined : parseSubnet(segment.subnet);
  if (plug.card.address !== '' && subnet !== undefined) checkAddress(node, scope, plug, subnet);
}

function checkAddress(node: DrawnNode, scope: Scope, { card, attachment, segment }: Plug, subnet: Subnet): void {
  const finding = {
    node,
    field: `nics[${card.index}].address`,
    remedy: `Choose an address from ${numberToIpv4(subnet.router + 1)} to ${numberToIpv4(subnet.broadcast - 1)}.`,
    related: [attachment.to],
  };
  const value = ipv4ToNumber(card.address);
  if (!contains(subnet.cidr, value)) {
    const summary = `${card.address} of ${node.label} is outside ${segment.subnet}, the network of ${segment.name}.`;
    scope.report({ ...finding, code: 'GW_ADDRESS_OUTSIDE', summary });
    return;
  }
  const taken = ownerOf(value, subnet, routersOn(attachment.to, scope));
  if (taken === undefined) return;
  const summary = `${card.address} of ${node.label} is ${taken} on ${segment.name}.`;
  scope.report({ ...finding, code: 'GW_ADDRESS_RESERVED', summary });
}

function routersOn(segment: DrawnNode, scope: Scope): readonly DrawnNode[] {
  const ends = scope.outgoing(segment).map(one => one.to);
  return ends.filter(end => scope.facets(end).router !== undefined);
}

/** What an address of the subnet is, in words, when no VM can have it. The first host is the router's once there is one. */
function ownerOf(value: number, subnet: Subnet, [router]: readonly DrawnNode[]): string | undefined {
  if (value === subnet.network) return 'the network itself';
  if (value === subnet.broadcast) return 'the broadcast address';
  return router !== undefined && value === subnet.router ? `the address of the router ${router.label}` : undefined;
}
