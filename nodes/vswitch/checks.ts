// What can be wrong with one virtual switch: where it is, what it is numbered, and what is wired to its cloud side.
import type { DrawnNode, Finding, Scope } from '../../runtime/model/lowering.ts';
import { listed } from '../../runtime/model/plain-text.ts';
import { PREFIX_LEAST, PREFIX_MOST, parseSubnet } from '../../runtime/model/subnet.ts';
import type { VswitchConfig } from './config.ts';

type Switch = DrawnNode<VswitchConfig>;
type Check = (node: Switch, scope: Scope) => Omit<Finding, 'node'> | undefined;

/** Reports everything that is wrong with the switch itself. */
export function checkSwitch(node: Switch, scope: Scope): void {
  for (const check of CHECKS) {
    const finding = check(node, scope);
    if (finding !== undefined) scope.report({ ...finding, node });
  }
}

const unused: Check = (node, scope) =>
  scope.gateways(node).length > 0 || scope.incoming(node).length > 0 || scope.hasWireFault(node)
    ? undefined
    : {
        severity: 'warning',
        code: 'GW_SWITCH_UNUSED',
        summary: `Nothing is wired to ${node.label}, so it is on no gateway.`,
        remedy: 'Wire a VM to it, or delete it.',
      };

const spans: Check = (node, scope) => {
  const gateways = scope.gateways(node);
  if (node.config.mode === 'overlay' || gateways.length < 2) return undefined;
  return {
    code: 'GW_SWITCH_SPANS',
    field: 'mode',
    summary: `${node.label} is a ${node.config.mode} switch, but what is wired to it is on ${listed(gateways)}.`,
    remedy: 'Make it an overlay, or draw one switch for each gateway.',
  };
};

const vni: Check = node =>
  node.config.mode !== 'overlay' || node.config.vni > 0
    ? undefined
    : {
        code: 'GW_VNI_MISSING',
        field: 'vni',
        summary: `${node.label} is an overlay without a VNI.`,
        remedy: 'Give it a VNI from 1 to 16777215 that no other switch has.',
      };

const vlan: Check = node =>
  node.config.mode !== 'vlan' || node.config.vlan > 0
    ? undefined
    : {
        code: 'GW_VLAN_MISSING',
        field: 'vlan',
        summary: `${node.label} is a VLAN switch without a VLAN id.`,
        remedy: 'Give it the VLAN id of the plant network, from 1 to 4094.',
      };

const vlanUplink: Check = (node, scope) =>
  node.config.mode !== 'vlan' ||
  scope.hasWireFault(node) ||
  scope.outgoing(node).some(one => scope.facets(one.to).uplink)
    ? undefined
    : {
        code: 'GW_VLAN_NO_UPLINK',
        field: 'mode',
        summary: `${node.label} is a VLAN switch, but no uplink carries its VLAN.`,
        remedy: 'Wire it through a firewall to an uplink, or make it a local switch.',
      };

const mtu: Check = node =>
  node.config.mtu === 0 || node.config.mtu >= 576
    ? undefined
    : {
        code: 'GW_FIELD_INVALID',
        field: 'mtu',
        summary: `The MTU of ${node.label} is ${node.config.mtu} bytes; IPv4 needs at least 576.`,
        remedy: 'Write 0 for automatic, or 576 to 9216.',
      };

const subnetSize: Check = node =>
  node.config.subnet === '' || parseSubnet(node.config.subnet) !== undefined
    ? undefined
    : {
        code: 'GW_SUBNET_SIZE',
        field: 'subnet',
        summary: `${node.config.subnet}, the network of ${node.label}, is too small or too large for a tenant.`,
        remedy: `Choose a network from /${PREFIX_LEAST} to /${PREFIX_MOST}.`,
      };

const tunnels: Check = (node, scope) => {
  if (node.config.mode !== 'overlay') return undefined;
  const without = scope.gateways(node).filter(name => scope.gatewayNamed(name)?.tunnelAddress === undefined);
  if (without.length === 0) return undefined;
  return {
    code: 'GW_TUNNEL_MISSING',
    field: 'mode',
    summary: `${node.label} is an overlay, but ${listed(without)} ${without.length === 1 ? 'has' : 'have'} no tunnel address.`,
    remedy:
      'Fill in the tunnel address in the gateway node: the address of the box in the network between the gateways.',
  };
};

const uplinks: Check = (node, scope) => {
  const found = scope.outgoing(node).filter(one => scope.facets(one.to).uplink !== undefined);
  if (found.length < 2) return undefined;
  return {
    code: 'GW_SWITCH_UPLINKS',
    summary: `${node.label} is wired to the uplinks ${listed(found.map(one => one.to.label))}; that can close a loop through the plant network.`,
    remedy: 'Keep one uplink, or draw one switch for each.',
    related: found.map(one => one.to),
  };
};

const routers: Check = (node, scope) => {
  const found = scope.outgoing(node).filter(one => scope.facets(one.to).router !== undefined);
  if (found.length < 2) return undefined;
  return {
    code: 'GW_SWITCH_ROUTERS',
    summary: `${node.label} is wired to the edge routers ${listed(found.map(one => one.to.label))}, which would have one address on it.`,
    remedy: 'Keep one edge router, or draw one switch for each.',
    related: found.map(one => one.to),
  };
};

const unguarded: Check = (node, scope) => {
  const open = scope.outgoing(node).find(one => scope.facets(one.to).uplink && one.firewalls.length === 0);
  if (open === undefined) return undefined;
  return {
    code: 'GW_UPLINK_UNGUARDED',
    summary: `${node.label} reaches the uplink ${open.to.label} without a firewall.`,
    remedy: 'Put a firewall on the wire between them.',
    related: [open.to],
  };
};

const CHECKS: readonly Check[] = [
  unused,
  spans,
  vni,
  vlan,
  vlanUplink,
  mtu,
  subnetSize,
  tunnels,
  uplinks,
  routers,
  unguarded,
];
