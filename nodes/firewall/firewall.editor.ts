// The form of a firewall: ordered lists of rules, one for networks and one for buses. It shows what its wires can carry.
import facts from 'facts:firewall';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { drawingOf, wiredNode } from '../../editor/drawing.ts';
import { freshName } from '../../editor/fresh-name.ts';
import { kindsThrough } from '../../editor/wiring.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#D55E00',
  icon: 'gatewright-firewall.svg',
  required: ['name'],
  checks: { name: checks.name, was: checks.name },
  prepare(node) {
    const kinds = kindsThrough(wiredNode(node), drawingOf());
    $('#gw-part-rules').toggle(kinds.some(kind => kind !== 'field'));
    $('#gw-part-lineRules').toggle(kinds.includes('field'));
  },
  lists: [
    {
      field: 'lineRules',
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
        },
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
        rate: '',
        units: '',
        functions: 'read',
        registers: '',
        values: '',
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
