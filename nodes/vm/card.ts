// One network card of a VM: the port it becomes, and the firewalls on its wire.
import { type Address, formatAddress } from '../../runtime/model/address.ts';
import type { DrawnLink } from '../../runtime/model/kinds/policy.ts';
import type { VmNic } from '../../runtime/model/kinds/vm.ts';
import type { Draft, DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import { deriveMac } from '../../runtime/model/mac.ts';
import { police } from '../../runtime/model/police.ts';
import { checkPlug, reportDisconnected, reportTwice } from './card-checks.ts';
import type { Card, CardPlace, Plug } from './plug.ts';

export interface DrawnCard {
  readonly resources: readonly Draft<'port'>[];
  readonly nics: readonly VmNic[];
  readonly links: readonly DrawnLink[];
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
  checkPlug(node, scope, { place, card, attachment, segment });
  return plug(node, scope, { place, card, attachment, segment });
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
  return {
    resources: [port],
    nics: [{ name: card.name, port: address as Address<'port'>, mac, mtu: segment.mtu }],
    links,
  };
}
