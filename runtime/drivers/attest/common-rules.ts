// What the gates on one machine allow together: no more than each of them alone.
import { canonicalJson } from '../../model/canonical.ts';
import { GatewrightError } from '../../model/errors.ts';
import { rulesAtOdds } from '../../model/gate-rules.ts';
import type { EventRule } from '../../model/kinds/event-rule.ts';
import { type GateSpec, machineOf } from '../../model/kinds/gate.ts';

/** @throws GatewrightError GW_ATTEST_RULES when gates allow different things in one PCR */
export function commonRules(gates: readonly { readonly spec: GateSpec }[]): readonly EventRule[] {
  const odds = rulesAtOdds(gates);
  if (odds !== undefined)
    throw new GatewrightError(
      'GW_ATTEST_RULES',
      `gates on ${machineOf(odds.gates[0].spec)} have different rules about PCR ${odds.pcr}; give them the same`,
    );
  const all = gates.flatMap(({ spec }) => spec.rules ?? []);
  return [...new Map(all.map(rule => [canonicalJson(rule), rule])).values()];
}
