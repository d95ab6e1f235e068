// Ordered rules for the links that pass through: the first rule that matches decides, nothing matching is dropped.
import type { Rule } from '../../runtime/model/kinds/policy.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { FirewallConfig } from './config.ts';
import { checkRules } from './rules.ts';

export const firewall: NodeType<FirewallConfig> = {
  type: 'gatewright-firewall',
  version: 1,
  role: 'design',
  config: FirewallConfig,
  defaults: { name: '', was: '', rules: [], lineRules: [] },
  references: {},
  accepts: ['field', 'nic', 'segment', 'routed'],
  outputs: () => [],
  passes: true,
  facets: ({ config: { name, rules, lineRules } }) => ({
    rules: { firewall: name, rules: rules satisfies Rule[], line: lineRules },
  }),
  lower(node, scope) {
    checkRules(node, scope);
    return {};
  },
};
