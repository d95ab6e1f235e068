// The form of an attestation gate.
import facts from 'facts:attest';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';

defineNode(facts, {
  category: 'gateway',
  color: '#CC79A7',
  icon: 'gatewright-attest.svg',
  required: ['name', 'gateway'],
  checks: { name: checks.name, was: checks.name, vm: checks.name },
  prepare() {
    const subject = $('#node-input-subject');
    const show = () => $('#gw-row-vm').toggle(subject.val() === 'named');
    subject.on('change', show);
    show();
  },
});
