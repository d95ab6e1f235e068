// Ordered rules for the links that pass through: the first rule that matches decides, nothing matching is dropped.
import type { Rule } from '../../runtime/model/kinds/policy.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { FirewallConfig } from './config.ts';
import { migrateFirewall } from './migrate.ts';
import { checkRules } from './rules.ts';

export const firewall: NodeType<FirewallConfig> = {
  type: 'gatewright-firewall',
  version: 2,
  role: 'design',
  config: FirewallConfig,
  migrate: migrateFirewall,
  defaults: { name: '', was: '', rules: [], modbusRules: [], canRules: [] },
  references: {},
  accepts: ['field', 'nic', 'segment', 'routed'],
  outputs: () => [],
  passes: true,
  facets: ({ config: { name, rules, modbusRules, canRules } }) => ({
    rules: { firewall: name, rules: rules satisfies Rule[], lines: { modbus: modbusRules, can: canRules } },
  }),
  lower(node, scope) {
    checkRules(node, scope);
    return {};
  },
};
