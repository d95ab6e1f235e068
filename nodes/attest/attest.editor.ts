// The form of an attestation gate.
import facts from 'facts:attest';
import known from 'form-facts:attest';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { freshName } from '../../editor/fresh-name.ts';
import type { formFacts } from './attest.form-facts.ts';

const RULES = known as typeof formFacts;

defineNode(facts, {
  category: 'gateway',
  color: '#CC79A7',
  icon: 'gatewright-attest.svg',
  required: ['name', 'gateway'],
  checks: { name: checks.name, was: checks.name, vm: checks.name },
  lists: [
    {
      field: 'rules',
      columns: [
        { field: 'id', kind: 'text', check: checks.name },
        { field: 'action', kind: 'choice', choices: RULES.actions },
        { field: 'component', kind: 'choice', choices: RULES.components },
        { field: 'pcr', kind: 'choice', grow: 1.2, choices: RULES.pcrs },
        { field: 'digests', kind: 'text', line: 2, check: checks.sha256 },
        {
          field: 'commandLine',
          kind: 'text',
          line: 2,
          check: checks.commandLine,
          only: { field: 'component', is: ['command line'] },
        },
      ],
      fresh: entries => ({
        id: freshName('rule-', entries, 'id', 1),
        action: 'allow',
        component: 'boot loader',
        pcr: '4',
        digests: '',
        commandLine: '',
      }),
    },
  ],
  prepare() {
    const subject = $('#node-input-subject');
    const show = () => $('#gw-row-vm').toggle(subject.val() === 'named');
    subject.on('change', show);
    show();
  },
});
