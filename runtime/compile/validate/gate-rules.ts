// Gates that ask one machine get one answer, so their rules about events must not contradict each other.
import { parseAddress } from '../../model/address.ts';
import { rulesAtOdds } from '../../model/gate-rules.ts';
import { machineOf } from '../../model/kinds/gate.ts';
import type { Draft } from '../../model/lowering.ts';
import { draftsOf } from '../drafts.ts';
import { gatewayOf } from '../weave/stations.ts';
import type { Compilation } from './compilation.ts';

export function checkGateRules({ resources, findings }: Compilation): void {
  const machines = Map.groupBy(draftsOf('gate', resources), gate => `${gatewayOf(gate)} ${machineOf(gate.spec)}`);
  for (const gates of machines.values()) {
    const odds = rulesAtOdds(gates);
    if (odds === undefined) continue;
    // Told where the rules are.
    const [one, other] = odds.gates[0].spec.rules === undefined ? [odds.gates[1], odds.gates[0]] : odds.gates;
    findings.add({
      code: 'GW_GATE_RULES_DIFFER',
      source: one.source,
      field: 'rules',
      summary: `The gates ${nameOf(one)} and ${nameOf(other)} ask one machine and allow different things in PCR ${odds.pcr}, so neither would open.`,
      remedy: `Give both the same rules, or let one of them alone judge PCR ${odds.pcr}.`,
      related: [other.source],
    });
  }
}

function nameOf({ address }: Draft): string {
  return parseAddress(address)?.name ?? address;
}
