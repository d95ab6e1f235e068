// What can be wrong with one bus and the wires that leave it. What concerns two buses is found between resources.
import { parseAddress } from '../../runtime/model/address.ts';
import type { DrawnNode, Finding, Scope } from '../../runtime/model/lowering.ts';
import { portFinding } from '../../runtime/model/serial-name.ts';
import type { BusConfig } from './config.ts';

type Bus = DrawnNode<BusConfig>;
type Check = (node: Bus, scope: Scope) => readonly (Omit<Finding, 'node'> & Partial<Pick<Finding, 'node'>>)[];

/** Reports everything that is wrong with the bus and its wires. */
export function checkBus(node: Bus, scope: Scope): void {
  for (const finding of CHECKS.flatMap(check => check(node, scope))) scope.report({ node, ...finding });
}

const device: Check = ({ label, config }) =>
  config.protocol === 'modbus-tcp' && config.device.startsWith('/')
    ? [
        {
          code: 'GW_LINE_DEVICE',
          field: 'device',
          summary: `The bus ${label} speaks Modbus TCP, and ${config.device} is a serial port.`,
          remedy: 'Write the address of the device, such as tcp://192.168.50.10:502, or choose Modbus RTU.',
        },
      ]
    : [];

const numbered: Check = ({ config }) => {
  const finding = portFinding(config.device);
  return finding === undefined ? [] : [{ severity: 'warning', field: 'device', ...finding }];
};

const unused: Check = (node, scope) =>
  scope.outgoing(node).length > 0 || scope.hasWireFault(node)
    ? []
    : [
        {
          severity: 'warning',
          code: 'GW_LINE_UNUSED',
          summary: `No VM is wired to the bus ${node.label}.`,
          remedy: 'Wire a VM to it, or delete it.',
        },
      ];

const elsewhere: Check = (node, scope) => {
  const own = scope.gateway(node)?.name;
  return scope.outgoing(node).flatMap(({ to }) => {
    const address = scope.facets(to).vm?.address;
    const gateway = address === undefined ? own : parseAddress(address)?.gateway;
    if (gateway === own) return [];
    return [
      {
        code: 'GW_LINE_GATEWAY' as const,
        summary: `The bus ${node.label} is on ${own}, and the VM ${to.label} is on ${gateway}.`,
        remedy: 'Wire it to a VM of its own gateway.',
        related: [to],
      },
    ];
  });
};

const denied: Check = (node, scope) =>
  [...new Set(scope.outgoing(node).flatMap(({ firewalls }) => firewalls))].flatMap(firewall => {
    const { rules } = scope.facets(firewall);
    if (rules === undefined || rules.line.length > 0) return [];
    return [
      {
        severity: 'warning' as const,
        code: 'GW_LINE_DENIED' as const,
        node: firewall,
        field: 'lineRules',
        summary: `The firewall ${firewall.label} has no bus rule, so nothing of ${node.label} passes it.`,
        remedy: 'Add a bus rule for what shall pass.',
        related: [node],
      },
    ];
  });

const CHECKS: readonly Check[] = [device, numbered, unused, elsewhere, denied];
