// The form of a bus: what a line can be set to is drawn from what its protocol declares.
import facts from 'facts:bus';
import known from 'form-facts:bus';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import type { formFacts } from './bus.form-facts.ts';
import { inLanguage } from './form-language.ts';
import { FORMER_FIELDS, migrateBus } from './migrate.ts';
import { settingsField } from './settings-form.ts';

const PROTOCOLS = known as typeof formFacts;

defineNode(facts, {
  category: 'gateway',
  color: '#E69F00',
  icon: 'gatewright-bus.svg',
  required: ['name', 'gateway'],
  checks: { name: checks.name, was: checks.name },
  migrate: migrateBus,
  former: FORMER_FIELDS,
  prepare() {
    const mode = $('#node-input-mode');
    // What the host would say on the line, and what the VM has, are never both asked for.
    const show = () => {
      const isOwned = mode.val() === 'passthrough';
      $('#gw-bus-shared').toggle(!isOwned);
      $('#gw-bus-passthrough').toggle(isOwned);
    };
    mode.on('change', show);
    show();
  },
  drawn: { settings: settingsField(() => PROTOCOLS.map(protocol => inLanguage(protocol, RED.i18n.lang()))) },
});
