// One field line of the box. Shared by the VMs that are wired to it, the host owns it and filters, and what it can be set to, its
// protocol declares; passed through, one VM owns its device.
import { formatAddress } from '../../runtime/model/address.ts';
import { gatesField, gatesOn } from '../../runtime/model/gating.ts';
import type { LinePort, LineSpec } from '../../runtime/model/kinds/line.ts';
import type { Attachment, DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { WORDS } from '../../runtime/protocols/catalog.ts';
import { checkBus } from './checks.ts';
import { BusConfig } from './config.ts';
import { placedSettings } from './connector.ts';
import { migrateBus } from './migrate.ts';
import { drawDevice } from './passthrough.ts';
import { settingFaults, soundSettings } from './settings.ts';

export const bus: NodeType<BusConfig> = {
  type: 'gatewright-bus',
  version: 2,
  role: 'design',
  config: BusConfig,
  migrate: migrateBus,
  faults: config => (config.mode === 'passthrough' ? [] : settingFaults(config)),
  defaults: {
    name: '',
    was: '',
    gateway: '',
    mode: 'shared',
    device: '',
    protocol: 'modbus',
    settings: {},
    messages: 'none',
    taps: 'frames',
  },
  references: { gateway: 'gatewright-gateway' },
  accepts: ['interface'],
  takesMessages: true,
  outputs: () => [
    { name: 'link', kind: 'field' },
    { name: 'answers', kind: 'message' },
  ],
  facets: ({ config: { mode } }) => ({
    line: { owned: mode === 'passthrough' },
  }),
  lower(node, scope) {
    const gateway = scope.gateway(node)?.name;
    if (gateway === undefined) return {};
    if (node.config.mode === 'passthrough') return drawDevice(node, scope, gateway);
    checkBus(node, scope);
    const spec = specOf(node, scope);
    if (spec === undefined) return {};
    const { name, was } = node.config;
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

/** `undefined` when its settings are none, which is reported. */
function specOf(node: DrawnNode<BusConfig>, scope: Scope): LineSpec | undefined {
  const { protocol, messages } = node.config;
  const placed = placedSettings(node, scope);
  if (placed === undefined) return undefined;
  const settings = soundSettings(protocol, placed);
  if ('faults' in settings) {
    for (const { fact, ...fault } of settings.faults)
      scope.report({ node, ...fault, summary: `In ${node.label}, ${fact}.` });
    return undefined;
  }
  const device = WORDS[protocol]?.device(settings.whole);
  const ports = scope.outgoing(node).flatMap(attachment => portOf(attachment, protocol, scope));
  return {
    ...{ protocol, settings: settings.counting, ...(device === undefined ? {} : { device }), messages },
    ports: ports.sort((a, b) => (a.vm < b.vm ? -1 : 1)),
  };
}

function portOf(attachment: Attachment, protocol: string, scope: Scope): readonly LinePort[] {
  const { to, firewalls } = attachment;
  const { vm } = scope.facets(to);
  if (vm?.address === undefined) return [];
  const guards = firewalls.flatMap(one => scope.facets(one).rules ?? []);
  const drawn = guards.map(({ firewall, lines }) => ({ firewall, rules: [...(lines[protocol] ?? [])] }));
  return [{ vm: vm.address, tenant: vm.tenant, guards: drawn, ...gatesField(gatesOn(attachment, scope)) }];
}
