// The form of a firewall: ordered lists of rules, one for networks and one for each protocol of buses that has rules. It shows
// what its wires can carry.
import facts from 'facts:firewall';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { drawingOf, wiredNode } from '../../editor/drawing.ts';
import { freshName } from '../../editor/fresh-name.ts';
import { kindsThrough, origins } from '../../editor/wiring.ts';
import { migrateFirewall } from './migrate.ts';

/** Lists of rules by the protocol of the bus they are for. */
const BY_PROTOCOL = { modbus: 'modbusRules', can: 'canRules' } as const;

defineNode(facts, {
  category: 'gateway',
  color: '#D55E00',
  icon: 'gatewright-firewall.svg',
  required: ['name'],
  checks: { name: checks.name, was: checks.name },
  migrate: migrateFirewall,
  former: ['lineRules'],
  prepare(node) {
    const kinds = kindsThrough(wiredNode(node), drawingOf());
    const protocols = protocolsThrough(node);
    const onNetwork = kinds.some(kind => kind !== 'field');
    $('#gw-part-rules').toggle(onNetwork || hasRows(node.rules));
    for (const [protocol, list] of Object.entries(BY_PROTOCOL)) {
      const onBus = kinds.includes('field') && (protocols.length === 0 || protocols.includes(protocol));
      // Modbus has a port of its own in networks.
      const may = onBus || (onNetwork && protocol === 'modbus');
      $(`#gw-part-${list}`).toggle(may || hasRows(node[list]));
    }
    $('#gw-part-modbusTcp').toggle(onNetwork);
    $('#gw-part-none').toggle(protocols.length > 0 && protocols.every(protocol => !(protocol in BY_PROTOCOL)));
  },
  lists: [
    {
      field: 'modbusRules',
      columns: [
        { field: 'id', kind: 'text', check: checks.name },
        { field: 'action', kind: 'choice', choices: ['accept', 'reject', 'drop'] },
        {
          field: 'exception',
          kind: 'choice',
          choices: [
            'illegal-function',
            'illegal-data-address',
            'illegal-data-value',
            'device-failure',
            'device-busy',
            'gateway-path-unavailable',
            'gateway-target-failed',
          ],
          only: { field: 'action', is: ['reject'] },
        },
        { field: 'direction', kind: 'choice', choices: ['from-vm', 'to-vm', 'both'] },
        { field: 'rate', kind: 'text', grow: 0.7, check: checks.rate },
        { field: 'units', kind: 'text', line: 2, grow: 0.7, check: checks.units },
        { field: 'functions', kind: 'text', line: 2, grow: 0.7, check: checks.functions },
        { field: 'registers', kind: 'text', line: 2, check: checks.registers },
        { field: 'values', kind: 'text', line: 2, grow: 0.7, check: checks.words },
        { field: 'log', kind: 'switch', line: 2 },
      ],
      fresh: entries => ({
        id: freshName('rule-', entries, 'id', 1),
        action: 'accept',
        exception: 'illegal-function',
        direction: 'both',
        rate: '',
        units: '',
        functions: 'read',
        registers: '',
        values: '',
        log: false,
      }),
    },
    {
      field: 'canRules',
      columns: [
        { field: 'id', kind: 'text', check: checks.name },
        { field: 'action', kind: 'choice', grow: 0.8, choices: ['accept', 'drop'] },
        { field: 'direction', kind: 'choice', choices: ['from-vm', 'to-vm', 'both'] },
        { field: 'ids', kind: 'text', grow: 1.4, check: checks.canIds },
        { field: 'format', kind: 'choice', line: 2, choices: ['any', 'standard', 'extended'] },
        { field: 'remote', kind: 'choice', line: 2, choices: ['any', 'data', 'remote'] },
        { field: 'type', kind: 'choice', line: 2, choices: ['any', 'classic', 'fd'] },
        { field: 'lengths', kind: 'text', line: 3, grow: 0.7, check: checks.lengths },
        { field: 'data', kind: 'text', line: 3, grow: 1.3, check: checks.canData },
        { field: 'rate', kind: 'text', line: 3, check: checks.rate },
        { field: 'log', kind: 'switch', line: 3 },
      ],
      fresh: entries => ({
        id: freshName('rule-', entries, 'id', 1),
        action: 'accept',
        direction: 'both',
        ids: '',
        format: 'standard',
        remote: 'any',
        type: 'any',
        lengths: '',
        data: '',
        rate: '',
        log: false,
      }),
    },
    {
      field: 'rules',
      columns: [
        { field: 'id', kind: 'text', check: checks.name },
        { field: 'direction', kind: 'choice', choices: ['outbound', 'inbound'] },
        { field: 'action', kind: 'choice', choices: ['accept', 'drop'] },
        { field: 'protocol', kind: 'choice', grow: 0.7, choices: ['any', 'tcp', 'udp', 'icmp'] },
        { field: 'sources', kind: 'text', line: 2, check: checks.ipv4Ranges },
        { field: 'destinations', kind: 'text', line: 2, check: checks.ipv4Ranges },
        { field: 'ports', kind: 'text', line: 2, grow: 0.7, check: checks.portRanges },
        { field: 'log', kind: 'switch', line: 2 },
      ],
      fresh: entries => ({
        id: freshName('rule-', entries, 'id', 1),
        direction: 'outbound',
        action: 'accept',
        protocol: 'tcp',
        sources: '',
        destinations: '',
        ports: '',
        log: false,
      }),
    },
  ],
});

/** Protocols of the buses whose links pass through, as they are drawn now. */
function protocolsThrough(node: EditorNode): readonly string[] {
  return origins(wiredNode(node), drawingOf()).flatMap(({ id, type }) => {
    const protocol = type === 'gatewright-bus' ? RED.nodes.node(id)?.protocol : undefined;
    return typeof protocol === 'string' ? [protocol] : [];
  });
}

/** What is there is shown, whatever is wired. */
function hasRows(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
