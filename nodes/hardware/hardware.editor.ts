// The form of a hardware profile: a model fills in what its data sheet says.
import facts from 'facts:hardware';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { freshName } from '../../editor/fresh-name.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#8A8F98',
  icon: 'gatewright-hardware.svg',
  required: ['name', 'gateway'],
  checks: { name: checks.name },
  lists: [
    {
      field: 'interfaces',
      isPorts: true,
      columns: [
        { field: 'label', kind: 'text', check: checks.name },
        { field: 'device', kind: 'text', check: checks.device },
        { field: 'role', kind: 'choice', choices: ['management', 'plant', 'uplink'] },
        { field: 'mac', kind: 'text', grow: 1.4, check: checks.mac },
      ],
      fresh: entries => ({ label: freshName('lan-', entries, 'label', 1), device: '', role: 'plant', mac: '' }),
    },
  ],
});
