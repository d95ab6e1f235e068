// What can be wrong with one uplink: the card it names, and who uses it.

import type { InterfaceRole } from '../../runtime/model/kinds/uplink.ts';
import type { Attachment, DrawnNode, Scope, UplinkFacet } from '../../runtime/model/lowering.ts';
import { listed } from '../../runtime/model/plain-text.ts';

/** An uplink with the role of its card; `undefined` when the gateway has no such card. */
export type FoundUplink = UplinkFacet & { readonly role: InterfaceRole | undefined };

/** Reports everything that is wrong with the uplink itself. */
export function checkUplink(node: DrawnNode, scope: Scope, uplink: FoundUplink): void {
  if (uplink.role === undefined && !scope.hardwareNode(uplink.gateway)?.broken) reportInterface(node, scope, uplink);
  const users = scope.incoming(node);
  if (users.length === 0 && !scope.hasWireFault(node)) reportUnused(node, scope);
  if (users.length > 1 && !sharesByVlan(users, scope)) reportShared(node, scope, users);
  if (users.length > 0 && uplink.role === 'management') reportManagement(node, scope, uplink, users);
}

function reportInterface(node: DrawnNode, scope: Scope, { gateway, label }: UplinkFacet): void {
  const hardware = scope.hardware(gateway);
  const finding = { code: 'GW_UPLINK_INTERFACE' as const, node, field: 'interface' };
  if (hardware === undefined)
    scope.report({
      ...finding,
      summary: `${node.label} uses interface ${label} of ${gateway}, whose hardware is not drawn.`,
      remedy: `Draw a hardware node for ${gateway} with an interface ${label}.`,
    });
  else {
    const labels = hardware.interfaces.filter(one => one.role !== 'management').map(one => one.label);
    scope.report({
      ...finding,
      summary: `${gateway} has no interface labelled ${label}.`,
      remedy:
        labels.length === 0
          ? `Add it to the hardware node of ${gateway}.`
          : `Choose ${listed(labels, 'or')}, or add it to the hardware node of ${gateway}.`,
    });
  }
}

function reportUnused(node: DrawnNode, scope: Scope): void {
  scope.report({
    severity: 'warning',
    code: 'GW_UPLINK_UNUSED',
    node,
    summary: `Nothing is wired to the uplink ${node.label}.`,
    remedy: 'Wire an edge router or a switch to it, or delete it.',
  });
}

/** VLANs with different ids keep apart on one wire. */
function sharesByVlan(users: readonly Attachment[], scope: Scope): boolean {
  const vlans = users.map(user => scope.facets(user.from).segment?.vlan);
  return !vlans.includes(undefined) && new Set(vlans).size === vlans.length;
}

function reportShared(node: DrawnNode, scope: Scope, users: readonly Attachment[]): void {
  const names = users.map(user => user.from.label);
  const vlans = users.every(user => scope.facets(user.from).segment?.vlan !== undefined);
  scope.report({
    code: 'GW_UPLINK_TWICE',
    node,
    summary: vlans
      ? `Two of the switches ${listed(names)} have one VLAN id on the uplink ${node.label}.`
      : `The uplink ${node.label} is used by ${listed(names)}; untagged it can serve one.`,
    remedy: vlans
      ? 'Give each switch a VLAN id of its own.'
      : 'Wire the switches to one edge router, which keeps tenants apart, or use VLAN switches.',
    related: users.map(user => user.from),
  });
}

function reportManagement(node: DrawnNode, scope: Scope, uplink: FoundUplink, users: readonly Attachment[]): void {
  scope.report({
    code: 'GW_UPLINK_MANAGEMENT',
    node,
    field: 'interface',
    summary: `${uplink.label} is the management interface of ${uplink.gateway}; tenant traffic never uses it.`,
    remedy: `Choose a plant or uplink interface for ${node.label}.`,
    related: users.map(user => user.from),
  });
}
