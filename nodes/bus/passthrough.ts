// A bus whose device one VM owns: no protocol of ours is spoken on it, so only where it is and who has it count.
import { type Address, formatAddress, type Name } from '../../runtime/model/address.ts';
import { parseAttach } from '../../runtime/model/attach-text.ts';
import type { Attach, DeviceSpec } from '../../runtime/model/kinds/device.ts';
import type { Attachment, Contribution, DrawnNode, Finding, Scope } from '../../runtime/model/lowering.ts';
import { listed, quoted } from '../../runtime/model/plain-text.ts';
import { portFinding } from '../../runtime/model/serial-name.ts';
import { elsewhere, foreign, unused } from './checks.ts';
import type { BusConfig } from './config.ts';
import { connectorAt, nameOf, several } from './connector.ts';

type Bus = DrawnNode<BusConfig>;

/** The device that the bus gives to its VM; nothing while it is open which device, or which VM. */
export function drawDevice(node: Bus, scope: Scope, gateway: Name): Contribution {
  for (const check of [unused, elsewhere, foreign])
    for (const finding of check(node, scope)) scope.report({ node, ...finding });
  const place = placeOf(node, scope);
  const owner = ownerOf(node, scope);
  if (place === undefined || owner === undefined) return {};
  const { name, was } = node.config;
  return {
    resources: [
      {
        ...{ address: formatAddress('device', gateway, name), kind: 'device', source: node.source },
        ...(was === '' ? {} : { was: formatAddress('device', gateway, was) }),
        spec: { ...owner, ...place, plugged: true },
      },
    ],
  };
}

type Owner = Pick<DeviceSpec, 'vm' | 'tenant'>;

function ownerOf(node: Bus, scope: Scope): Owner | undefined {
  const wires = scope.outgoing(node);
  for (const firewall of new Set(wires.flatMap(({ firewalls }) => firewalls))) scope.report(unseen(node, firewall));
  const vms = [...new Set(wires.map(({ to }) => to))];
  if (vms.length > 1) scope.report(shared(node, vms));
  const vm = vms[0] === undefined ? undefined : scope.facets(vms[0]).vm;
  return vm?.address === undefined ? undefined : { vm: vm.address as Address<'vm'>, tenant: vm.tenant };
}

type Place = Pick<DeviceSpec, 'attach' | 'label'>;

/** `undefined` when it is open which device of the box is meant, which is reported. */
function placeOf(node: Bus, scope: Scope): Place | undefined {
  const { device, name } = node.config;
  const [wire, ...others] = scope.incoming(node);
  if (wire !== undefined && others.length > 0) return several(node, scope, [wire, ...others]);
  if (wire !== undefined && device !== '') return reported(scope, twice(node, wire));
  if (wire !== undefined) return connectedTo(node, scope, wire);
  if (device === '') return reported(scope, missing(node));
  const attach = parseAttach(device);
  return attach === undefined ? reported(scope, unreadable(node, device)) : { attach, label: name };
}

function connectedTo(node: Bus, scope: Scope, wire: Attachment): Place | undefined {
  const connector = connectorAt(wire, scope);
  if (connector === undefined) return undefined;
  const attach: Attach | undefined = connector.attach ?? parseAttach(connector.device);
  if (attach !== undefined) return { attach, label: connector.label };
  if (portFinding(connector.device) !== undefined)
    return reported(scope, { ...unstable(connector.device), node: wire.from, field: 'interfaces', related: [node] });
  return reported(scope, unplaced(node, wire));
}

function reported(scope: Scope, finding: Finding): undefined {
  scope.report(finding);
  return undefined;
}

function missing(node: Bus): Finding {
  return {
    code: 'GW_DEVICE_PLACE',
    node,
    field: 'device',
    summary: `The bus ${node.label} gives its device to a VM and does not say which device of the box that is.`,
    remedy: 'Wire a connector of a hardware node to it, or write its PCI address, USB port or serial port.',
  };
}

function unreadable(node: Bus, device: string): Finding {
  if (portFinding(device) !== undefined) return { ...unstable(device), node, field: 'device' };
  return {
    code: 'GW_DEVICE_PLACE',
    node,
    field: 'device',
    summary: `${quoted(device)}, the device of the bus ${node.label}, is no device of a box.`,
    remedy: 'Write a PCI address such as 0000:02:00.0, a USB port such as 1-4.1, or a path below /dev/serial/by-path.',
  };
}

function unstable(device: string): Omit<Finding, 'node'> {
  return {
    code: 'GW_DEVICE_UNSTABLE',
    summary: `${device} may be another adapter after the next start, and would then go to the VM.`,
    remedy: 'Write its name below /dev/serial/by-path, which stays with the socket it is plugged into.',
  };
}

function unplaced(node: Bus, wire: Attachment): Finding {
  return {
    code: 'GW_DEVICE_PLACE',
    node: wire.from,
    field: 'interfaces',
    summary: `${nameOf(wire)} is wired to the bus ${node.label}, and nothing says where it is on the buses of the box.`,
    remedy: `Take the profile of the real box for ${wire.from.label}, or remove the wire and write the device into the bus.`,
    related: [node],
  };
}

function twice(node: Bus, wire: Attachment): Finding {
  return {
    code: 'GW_LINE_CONNECTOR_TWICE',
    node,
    field: 'device',
    summary: `The bus ${node.label} is wired to ${nameOf(wire)}, and its device names ${quoted(node.config.device)}.`,
    remedy: 'Clear the device, or remove the wire.',
    related: [wire.from],
  };
}

function shared(node: Bus, vms: readonly DrawnNode[]): Finding {
  return {
    code: 'GW_DEVICE_OWNERS',
    node,
    field: 'mode',
    summary: `The bus ${node.label} gives its device to one VM and is wired to ${listed(vms.map(({ label }) => label))}.`,
    remedy: 'Keep one wire, or set its mode to shared.',
    related: vms,
  };
}

function unseen(node: Bus, firewall: DrawnNode): Finding {
  return {
    code: 'GW_DEVICE_FIREWALL',
    node: firewall,
    summary: `The firewall ${firewall.label} is on the bus ${node.label}, whose device the VM has alone: the gateway sees nothing of it.`,
    remedy: 'Set the mode of the bus to shared, or wire it to the VM without the firewall.',
    related: [node],
  };
}
