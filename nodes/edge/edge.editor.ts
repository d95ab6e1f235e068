// The form of an edge router: one outside address for each switch it serves.
import facts from 'facts:edge';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { nodeNames } from '../../editor/node-names.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#56B4E9',
  icon: 'gatewright-edge.svg',
  required: ['name'],
  checks: { name: checks.name, was: checks.name, dns: checks.ipv4List, defaultGateway: checks.ipv4 },
  lists: [
    {
      field: 'outside',
      columns: [
        { field: 'vswitch', kind: 'text', check: checks.name, suggest: () => nodeNames('gatewright-vswitch') },
        { field: 'address', kind: 'text', check: checks.ipv4Interface },
      ],
      fresh: entries => ({
        vswitch: nodeNames('gatewright-vswitch').find(name => entries.every(entry => entry.vswitch !== name)) ?? '',
        address: '',
      }),
    },
    {
      field: 'routes',
      columns: [
        { field: 'destination', kind: 'text', check: checks.ipv4Network },
        { field: 'via', kind: 'text', check: checks.ipv4 },
      ],
      fresh: () => ({ destination: '', via: '' }),
    },
  ],
  prepare() {
    const dhcp = $('#node-input-dhcp');
    const update = () => $('#gw-row-leaseSeconds').toggle(dhcp.prop('checked') === true);
    dhcp.on('change', update);
    update();
  },
});
