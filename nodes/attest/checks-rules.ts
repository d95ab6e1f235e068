// What can be wrong with the rules of an attestation gate taken together. Each rule alone: event-rules.ts.
import { canonicalJson } from '../../runtime/model/canonical.ts';
import { foretoldPcrs } from '../../runtime/model/gate-rules.ts';
import type { EventRule } from '../../runtime/model/kinds/event-rule.ts';
import type { DrawnNode, Finding, Scope } from '../../runtime/model/lowering.ts';
import type { AttestConfig } from './config.ts';
import type { Subject } from './subject.ts';

type Gate = DrawnNode<AttestConfig>;

/** Reports rules that hide or undo each other, or that are about what is foretold. */
export function checkRules(node: Gate, scope: Scope, subject: Subject): void {
  const vm = subject.is === 'vm' ? scope.facets(subject.vm).vm : undefined;
  const drawn = node.config.foretold ? foretoldPcrs(vm?.boot.firmware) : [];
  for (const [index, rule] of node.config.rules.entries())
    for (const finding of findingsOf(node, rule, index, drawn)) scope.report(finding);
}

/** @param drawn  PCRs that are judged by what is drawn */
function findingsOf(node: Gate, rule: EventRule, index: number, drawn: readonly number[]): readonly Finding[] {
  const { rules } = node.config;
  const earlier = rules.slice(0, index);
  const twin = earlier.find(({ id }) => id === rule.id);
  const same = earlier.find(other => canonicalJson({ ...other, id: rule.id }) === canonicalJson(rule));
  const against = earlier.find(other => undoes(other, rule));
  const idle = rule.action !== 'forbid' && drawn.includes(rule.pcr);
  return [
    ...(twin === undefined ? [] : [twice(node, rule, index)]),
    ...(idle ? [overForetold(node, rule, index)] : []),
    ...(against === undefined ? [] : [undone(node, rule, against, index)]),
    ...(same === undefined || twin !== undefined ? [] : [repeated(node, rule, same, index)]),
  ];
}

/** Whether one rule forbids all that the other one wants or allows. */
function undoes(one: EventRule, other: EventRule): boolean {
  const [forbidding, wanting] = one.action === 'forbid' ? [one, other] : [other, one];
  if (forbidding.action !== 'forbid' || wanting.action === 'forbid' || one.pcr !== other.pcr) return false;
  const sameText = wanting.commandLine === undefined || wanting.commandLine === forbidding.commandLine;
  return sameText && wanting.digests.every(digest => forbidding.digests.includes(digest));
}

function twice(node: Gate, { id }: EventRule, index: number): Finding {
  return {
    code: 'GW_RULE_ID_TWICE',
    node,
    field: `rules[${index}].id`,
    summary: `Two rules of ${node.label} have the id ${id}, so a verdict could not tell which of them failed.`,
    remedy: 'Give each rule an id of its own.',
  };
}

function overForetold(node: Gate, { id, pcr, action }: EventRule, index: number): Finding {
  return {
    code: 'GW_GATE_RULE_FORETOLD',
    node,
    field: `rules[${index}]`,
    summary: `Rule ${id} of ${node.label} shall ${action} something in PCR ${pcr}, which is judged by what is drawn.`,
    remedy: 'Take the rule out, or judge by what was learned.',
  };
}

function undone(node: Gate, { id }: EventRule, against: EventRule, index: number): Finding {
  return {
    code: 'GW_GATE_RULE_UNDONE',
    node,
    field: `rules[${index}]`,
    summary: `The rules ${against.id} and ${id} of ${node.label} undo each other: one forbids all that the other one names.`,
    remedy: 'Take one of them out, or name other digests.',
  };
}

function repeated(node: Gate, { id }: EventRule, same: EventRule, index: number): Finding {
  return {
    severity: 'warning',
    code: 'GW_GATE_IDLE',
    node,
    field: `rules[${index}]`,
    summary: `Rule ${id} of ${node.label} says what ${same.id} says already.`,
    remedy: 'Take one of them out.',
  };
}
