// The form of an uplink: it suggests the interfaces that the gateway's hardware has.
import facts from 'facts:uplink';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { interfaceLabels } from '../../editor/node-names.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#0072B2',
  icon: 'gatewright-uplink.svg',
  align: 'right',
  required: ['name', 'gateway', 'interface'],
  checks: { name: checks.name, interface: checks.name },
  prepare() {
    const labels = $('<datalist id="gw-interfaces">').insertAfter('#node-input-interface');
    $('#node-input-interface').attr('list', 'gw-interfaces');
    const gateway = $('#node-input-gateway');
    const update = () => {
      labels.empty();
      for (const label of interfaceLabels(String(gateway.val() ?? ''))) labels.append($('<option>').val(label));
    };
    gateway.on('change', update);
    update();
  },
});
