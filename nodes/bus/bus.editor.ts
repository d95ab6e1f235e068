// The form of a bus: speed and parity matter to a serial port only.
import facts from 'facts:bus';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#CC79A7',
  icon: 'gatewright-bus.svg',
  required: ['name', 'gateway', 'device'],
  checks: { name: checks.name, was: checks.name, device: checks.line },
  prepare() {
    const device = $('#node-input-device');
    const update = () => $('#gw-part-serial').toggle(!String(device.val() ?? '').startsWith('tcp:'));
    device.on('input', update);
    update();
  },
});
