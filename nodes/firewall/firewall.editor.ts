// The form of a firewall: an ordered list of rules.
import facts from 'facts:firewall';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { freshName } from '../../editor/fresh-name.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#D55E00',
  icon: 'gatewright-firewall.svg',
  required: ['name'],
  checks: { name: checks.name, was: checks.name },
  lists: [
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
