// The form of a virtual switch: VNI and VLAN id show only where they mean something.
import facts from 'facts:vswitch';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#0072B2',
  icon: 'gatewright-vswitch.svg',
  required: ['name', 'tenant'],
  checks: { name: checks.name, was: checks.name, subnet: checks.ipv4Network },
  prepare() {
    const mode = $('#node-input-mode');
    const update = () => {
      $('#gw-row-vni').toggle(mode.val() === 'overlay');
      $('#gw-row-vlan').toggle(mode.val() === 'vlan');
    };
    mode.on('change', update);
    update();
  },
});
