// The form of a gateway: the agent's socket matters to a Linux box only, the hypervisor to an embedded one.
import facts from 'facts:gateway';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';

defineNode(facts, {
  category: 'config',
  color: '#8A8F98',
  required: ['name'],
  checks: { name: checks.name, tunnelAddress: checks.ipv4 },
  prepare() {
    const backend = $('#node-config-input-backend');
    const update = () => {
      $('#gw-row-agentSocket').toggle(backend.val() === 'linux');
      $('#gw-row-hypervisor').toggle(backend.val() === 'embedded');
    };
    backend.on('change', update);
    update();
  },
});
