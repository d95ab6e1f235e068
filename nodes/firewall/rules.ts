// What can be wrong with the rules of one firewall taken together. Each rule alone was checked by its schema.
import type { Rule } from '../../runtime/model/kinds/policy.ts';
import type { DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import { canRuleCovers } from '../../runtime/protocols/can/rule-cover.ts';
import type { CanLineRule } from '../../runtime/protocols/can/rules.ts';
import { modbusRuleCovers } from '../../runtime/protocols/modbus/rule-cover.ts';
import type { FirewallConfig } from './config.ts';
import { findHidden, type Hidden } from './hidden.ts';
import { findShadowed } from './shadow.ts';

type Firewall = DrawnNode<FirewallConfig>;
type List = 'rules' | 'modbusRules' | 'canRules';

export function checkRules(node: Firewall, scope: Scope): void {
  const { rules, modbusRules, canRules } = node.config;
  for (const list of ['rules', 'modbusRules', 'canRules'] as const) reportRepeatedIds(node, scope, list);
  for (const [index, rule] of rules.entries()) reportPorts(node, scope, rule, index);
  reportHidden(node, scope, 'rules', findShadowed(rules));
  reportHidden(node, scope, 'modbusRules', findHidden(modbusRules, modbusRuleCovers));
  reportHidden(node, scope, 'canRules', findHidden(canRules, canCovers));
}

function canCovers(earlier: CanLineRule, later: CanLineRule): boolean {
  return (earlier.direction === 'both' || earlier.direction === later.direction) && canRuleCovers(earlier, later);
}

function reportRepeatedIds(node: Firewall, scope: Scope, list: List): void {
  const seen = new Set<string>();
  for (const [index, { id }] of node.config[list].entries()) {
    if (seen.has(id))
      scope.report({
        code: 'GW_RULE_ID_TWICE',
        node,
        field: `${list}[${index}].id`,
        summary: `Two rules of ${node.label} have the id ${id}, so their counters could not be told apart.`,
        remedy: 'Give each rule an id of its own.',
      });
    seen.add(id);
  }
}

function reportPorts(node: Firewall, scope: Scope, rule: Rule, index: number): void {
  if (rule.ports.length === 0 || rule.protocol === 'tcp' || rule.protocol === 'udp') return;
  scope.report({
    code: 'GW_RULE_PORTS',
    node,
    field: `rules[${index}].ports`,
    summary: `Rule ${rule.id} of ${node.label} names ports, but its protocol is ${rule.protocol}; only tcp and udp have ports.`,
    remedy: 'Choose tcp or udp, or take the ports out.',
  });
}

function reportHidden(node: Firewall, scope: Scope, list: List, hidden: readonly Hidden[]): void {
  const rules = node.config[list];
  for (const { index, by } of hidden) {
    const [rule, earlier] = [rules[index], rules[by]];
    if (rule === undefined || earlier === undefined || rule.id === earlier.id) continue;
    scope.report({
      severity: 'warning',
      code: 'GW_RULE_UNREACHABLE',
      node,
      field: `${list}[${index}]`,
      summary: `Rule ${rule.id} of ${node.label} is never reached: the earlier rule ${earlier.id} matches everything it matches.`,
      remedy: `Move it above ${earlier.id}, or delete it.`,
    });
  }
}
