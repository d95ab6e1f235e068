// One field line of the box, shared by the VMs that are wired to it: the host owns it, asks one after the other, and filters.
import { formatAddress } from '../../runtime/model/address.ts';
import type { LinePort, LineSettings, LineSpec } from '../../runtime/model/kinds/line.ts';
import type { Attachment, DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { checkBus } from './checks.ts';
import { BusConfig } from './config.ts';

export const bus: NodeType<BusConfig> = {
  type: 'gatewright-bus',
  version: 1,
  role: 'design',
  config: BusConfig,
  defaults: {
    name: '',
    was: '',
    gateway: '',
    protocol: 'modbus-rtu',
    device: '',
    baudRate: 9600,
    parity: 'even',
    stopBits: '1',
    answerMs: 1000,
    messages: 'none',
  },
  references: { gateway: 'gatewright-gateway' },
  accepts: [],
  takesMessages: true,
  outputs: () => [
    { name: 'link', kind: 'field' },
    { name: 'answers', kind: 'message' },
  ],
  lower(node, scope) {
    const gateway = scope.gateway(node)?.name;
    if (gateway === undefined) return {};
    checkBus(node, scope);
    const { name, was } = node.config;
    const spec = specOf(node, scope);
    return {
      resources: [
        {
          ...{ address: formatAddress('line', gateway, name), kind: 'line', source: node.source, spec },
          ...(was === '' ? {} : { was: formatAddress('line', gateway, was) }),
        },
      ],
    };
  },
};

function specOf(node: DrawnNode<BusConfig>, scope: Scope): LineSpec {
  const { device, messages } = node.config;
  const ports = scope.outgoing(node).flatMap(attachment => portOf(attachment, scope));
  return {
    ...{ protocol: 'modbus', settings: settingsOf(node.config), device, messages },
    ports: ports.sort((a, b) => (a.vm < b.vm ? -1 : 1)),
  };
}

function settingsOf({ protocol, device, baudRate, parity, stopBits, answerMs }: BusConfig): LineSettings {
  if (device.startsWith('/'))
    return { carrier: 'rtu', path: device, baudRate, parity, stopBits: Number(stopBits), answerMs };
  const carrier = protocol === 'modbus-tcp' ? 'tcp' : 'rtu-over-tcp';
  const { hostname, port } = new URL(device);
  return { carrier, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), answerMs };
}

function portOf({ to, firewalls }: Attachment, scope: Scope): readonly LinePort[] {
  const { vm } = scope.facets(to);
  if (vm?.address === undefined) return [];
  const guards = firewalls.flatMap(one => scope.facets(one).rules ?? []);
  const drawn = guards.map(({ firewall, line }) => ({ firewall, rules: [...line] }));
  return [{ vm: vm.address, tenant: vm.tenant, guards: drawn }];
}
