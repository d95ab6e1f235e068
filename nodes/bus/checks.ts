// What can be wrong with one bus and the wires that leave it. What concerns two buses is found between resources.
import { parseAddress } from '../../runtime/model/address.ts';
import type { LineRule } from '../../runtime/model/kinds/line.ts';
import type { DrawnNode, Finding, RulesFacet, Scope } from '../../runtime/model/lowering.ts';
import { quoted } from '../../runtime/model/plain-text.ts';
import { portFinding } from '../../runtime/model/serial-name.ts';
import { WORDS } from '../../runtime/protocols/catalog.ts';
import type { BusConfig } from './config.ts';
import { connectorOption } from './options.ts';
import { mostVms, optionsOf, tenantRows, titleOf } from './settings.ts';

type Bus = DrawnNode<BusConfig>;
type Check = (node: Bus, scope: Scope) => readonly (Omit<Finding, 'node'> & Partial<Pick<Finding, 'node'>>)[];

/** Reports everything that is wrong with the bus and its wires. */
export function checkBus(node: Bus, scope: Scope): void {
  for (const finding of CHECKS.flatMap(check => check(node, scope))) scope.report({ node, ...finding });
}

/** Who wires a connector gets this warning at the hardware node. */
const numbered: Check = ({ config: { protocol, settings } }) => {
  const option = connectorOption(optionsOf(protocol), settings);
  const path = option === undefined ? undefined : settings[option.field];
  const finding = typeof path === 'string' ? portFinding(path.trim()) : undefined;
  return finding === undefined ? [] : [{ severity: 'warning', field: `settings.${option?.field}`, ...finding }];
};

export const unused: Check = (node, scope) =>
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

export const elsewhere: Check = (node, scope) => {
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

const crowded: Check = (node, scope) => {
  const most = mostVms(node.config.protocol);
  const vms = scope.outgoing(node).map(({ to }) => to);
  if (vms.length <= most) return [];
  return [
    {
      code: most === 1 ? 'GW_LINE_ONE' : 'GW_LINE_CROWDED',
      summary: `The bus ${node.label} is wired to ${vms.length} VMs; a line of its protocol can have ${most}.`,
      remedy:
        most === 1
          ? 'Keep one wire, or let the VMs speak a protocol that tells who is meant.'
          : `Keep ${most} wires, and draw another bus for the other VMs.`,
      related: vms,
    },
  ];
};

/** Firewalls between the bus and its VMs, each once. */
function guardsOf(node: Bus, scope: Scope): readonly (readonly [DrawnNode, RulesFacet])[] {
  const firewalls = new Set(scope.outgoing(node).flatMap(attachment => attachment.firewalls));
  return [...firewalls].flatMap(firewall => {
    const { rules } = scope.facets(firewall);
    return rules === undefined ? [] : [[firewall, rules] as const];
  });
}

/** The box that is wired to it is another one. */
export const foreign: Check = (node, scope) => {
  const own = scope.gateway(node)?.name;
  return scope.incoming(node).flatMap(({ from }) => {
    const gateway = scope.facets(from).hardware?.gateway;
    if (gateway === undefined || gateway === own) return [];
    return [
      {
        code: 'GW_LINE_GATEWAY' as const,
        summary: `The bus ${node.label} is on ${own}, and ${from.label} is the hardware of ${gateway}.`,
        remedy: 'Wire it to the hardware of its own gateway.',
        related: [from],
      },
    ];
  });
};

/** Says nothing of protocols whose words are not known here. */
const unruled: Check = (node, scope) => {
  const words = WORDS[node.config.protocol];
  if (words === undefined || words.guard !== undefined) return [];
  return guardsOf(node, scope).map(([firewall]) => ({
    code: 'GW_LINE_RULES_NONE' as const,
    node: firewall,
    summary: `The firewall ${firewall.label} is on the bus ${node.label}, whose protocol has no rules.`,
    remedy: 'Wire the bus to the VM without it, or let the VM speak a protocol that has rules.',
    related: [node],
  }));
};

const denied: Check = (node, scope) => {
  const { protocol } = node.config;
  if (WORDS[protocol]?.guard === undefined) return [];
  return guardsOf(node, scope).flatMap(([firewall, { lines }]) => {
    if ((lines[protocol] ?? []).some(rule => !isForOthers(protocol, rule))) return [];
    return [
      {
        severity: 'warning' as const,
        code: 'GW_LINE_DENIED' as const,
        node: firewall,
        summary: `The firewall ${firewall.label} has no rule for ${titleOf(protocol)}, so nothing of ${node.label} passes it.`,
        remedy: 'Add a rule for what shall pass.',
        related: [node],
      },
    ];
  });
};

/** Where answers need no rule, only VMs ask: a rule for what a VM is asked waits in vain. */
function isForOthers(protocol: string, { direction }: LineRule): boolean {
  return direction === 'to-vm' && WORDS[protocol]?.guard?.('none', []).toVm === undefined;
}

const neverAsked: Check = (node, scope) => {
  const { protocol } = node.config;
  return guardsOf(node, scope).flatMap(([firewall, { lines }]) =>
    (lines[protocol] ?? [])
      .filter(rule => isForOthers(protocol, rule))
      .map(rule => ({
        severity: 'warning' as const,
        code: 'GW_RULE_NEVER_ASKED' as const,
        node: firewall,
        summary: `Rule ${rule.id} of ${firewall.label} is never reached on ${node.label}: it is about what a VM is asked, and on a bus of ${titleOf(protocol)} only VMs ask.`,
        remedy: 'Let the rule hold for what the VM asks, or for both, or delete it.',
        related: [node],
      })),
  );
};

/** Says nothing while it is not known whose VMs are wired to it. */
const strangers: Check = (node, scope) => {
  const tenants = scope.outgoing(node).map(({ to }) => scope.facets(to).vm?.tenant);
  if (tenants.length === 0 || tenants.includes(undefined) || scope.hasWireFault(node)) return [];
  return tenantRows(node.config).flatMap(({ field, title, tenant }) => {
    if (tenants.some(name => name === tenant)) return [];
    const name = quoted(tenant);
    return [
      {
        severity: 'warning' as const,
        code: 'GW_LINE_TENANT' as const,
        field: `settings.${field}`,
        summary: `The bus ${node.label} names the tenant ${name} in ${title}, and no VM of it is wired to the bus.`,
        remedy: 'Correct the tenant, wire a VM of it to the bus, or delete the row.',
      },
    ];
  });
};

const CHECKS: readonly Check[] = [
  numbered,
  unused,
  elsewhere,
  foreign,
  crowded,
  unruled,
  denied,
  neverAsked,
  strangers,
];
