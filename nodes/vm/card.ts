// One network card of a VM: where it is plugged in, and what is wrong with that.
import { type Address, formatAddress, type Name } from '../../runtime/model/address.ts';
import type { PolicedLink } from '../../runtime/model/kinds/policy.ts';
import type { VmNic } from '../../runtime/model/kinds/vm.ts';
import type { Attachment, Draft, DrawnNode, Scope, SegmentFacet } from '../../runtime/model/lowering.ts';
import { deriveMac } from '../../runtime/model/mac.ts';
import { contains, ipv4ToNumber, numberToIpv4 } from '../../runtime/model/network.ts';
import { listed } from '../../runtime/model/plain-text.ts';
import { police } from '../../runtime/model/police.ts';
import { parseSubnet } from '../../runtime/model/subnet.ts';

export interface CardPlace {
  readonly gateway: Name;
  readonly tenant: Name;
  readonly vm: Name;
  /** Name of the VM before a declared rename. */
  readonly was: Name;
}

export interface Card {
  readonly index: number;
  readonly name: Name;
  readonly mac: string;
  readonly address: string;
}

export interface DrawnCard {
  readonly resources: readonly Draft<'port'>[];
  readonly nics: readonly VmNic[];
  readonly links: readonly PolicedLink[];
}

const NOTHING: DrawnCard = { resources: [], nics: [], links: [] };

export function drawCard(node: DrawnNode, scope: Scope, place: CardPlace, card: Card): DrawnCard {
  const found = scope.outgoing(node).filter(attachment => attachment.output === card.index);
  const [attachment] = found;
  if (attachment === undefined) {
    if (!scope.hasWireFault(node)) reportDisconnected(node, scope, card);
    return NOTHING;
  }
  if (found.length > 1) reportTwice(node, scope, card, found);
  const { segment } = scope.facets(attachment.to);
  if (segment === undefined) return NOTHING;
  reportPlace(node, scope, { place, card, attachment, segment });
  return plug(node, scope, { place, card, attachment, segment });
}

interface Plug {
  readonly place: CardPlace;
  readonly card: Card;
  readonly attachment: Attachment;
  readonly segment: SegmentFacet;
}

function plug(node: DrawnNode, scope: Scope, { place, card, attachment, segment }: Plug): DrawnCard {
  const address = formatAddress('port', place.gateway, `${place.vm}.${card.name}`);
  const was = formatAddress('port', place.gateway, `${place.was}.${card.name}`);
  // A derived MAC follows the former name, so that a rename does not change the card.
  const mac = card.mac || deriveMac(was);
  const on = formatAddress('segment', place.gateway, segment.name);
  const port: Draft<'port'> = {
    address,
    kind: 'port',
    ...(was === address ? {} : { was }),
    source: { ...node.source, field: `nics[${card.index}]` },
    spec: {
      tenant: place.tenant,
      vm: place.vm,
      nic: card.name,
      segment: on,
      mac,
      ips: card.address === '' ? [] : [card.address],
      mtu: segment.mtu,
    },
  };
  const links = police([attachment], scope, { segment: on, port: address, outbound: 'from-port' });
  return { resources: [port], nics: [{ name: card.name, port: address as Address<'port'>, mac }], links };
}

function reportDisconnected(node: DrawnNode, scope: Scope, card: Card): void {
  scope.report({
    code: 'GW_NIC_DISCONNECTED',
    node,
    field: `nics[${card.index}]`,
    summary: `Network card ${card.name} of ${node.label} is not connected.`,
    remedy: 'Wire it to a virtual switch, or take the network card out of the VM.',
  });
}

function reportTwice(node: DrawnNode, scope: Scope, card: Card, found: readonly Attachment[]): void {
  scope.report({
    code: 'GW_NIC_TWICE',
    node,
    field: `nics[${card.index}]`,
    summary: `Network card ${card.name} of ${node.label} is wired to ${listed(found.map(one => one.to.label))}; it has only one socket.`,
    remedy: 'Remove all wires but one, or give the VM another network card.',
    related: found.map(one => one.to),
  });
}

function reportPlace(node: DrawnNode, scope: Scope, { place, card, attachment, segment }: Plug): void {
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
  if (card.address === '' || subnet === undefined) return;
  const finding = { node, field: `nics[${card.index}].address`, related: [attachment.to] };
  const value = ipv4ToNumber(card.address);
  const free = `Choose an address from ${numberToIpv4(subnet.router + 1)} to ${numberToIpv4(subnet.broadcast - 1)}.`;
  if (!contains(subnet.cidr, value))
    scope.report({
      ...finding,
      code: 'GW_ADDRESS_OUTSIDE',
      summary: `${card.address} of ${node.label} is outside ${segment.subnet}, the network of ${segment.name}.`,
      remedy: free,
    });
  else {
    const routers = scope.outgoing(attachment.to).filter(one => scope.facets(one.to).router !== undefined);
    const taken = new Map([
      [subnet.network, 'the network itself'],
      [subnet.broadcast, 'the broadcast address'],
      ...routers.map(one => [subnet.router, `the address of the router ${one.to.label}`] as const),
    ]).get(value);
    if (taken !== undefined)
      scope.report({
        ...finding,
        code: 'GW_ADDRESS_RESERVED',
        summary: `${card.address} of ${node.label} is ${taken} on ${segment.name}.`,
        remedy: free,
      });
  }
}
