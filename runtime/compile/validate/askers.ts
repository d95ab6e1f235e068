// Rules for Modbus may say who asks. On a network that is known by the addresses of VMs, so those need one.
import { draftsOf } from '../drafts.ts';
import { cardsBeside, findSwitches, type Station } from '../weave/stations.ts';
import type { Compilation } from './compilation.ts';

const EFFECT = 'rules for Modbus that let pass one side only let pass neither';

export function checkAskers({ resources, findings }: Compilation): void {
  const switches = findSwitches(resources);
  const reported = new Set<string>();
  for (const { source, spec } of draftsOf('proxy', resources)) {
    if (spec.vms === undefined) continue;
    const on = switches.get(spec.segment);
    const cards = cardsBeside(spec.port, on);
    const firewalls = spec.guards.map(({ firewall }) => firewall).join(', ');
    if (cards.length === 0)
      findings.add({
        severity: 'warning',
        code: 'GW_RULE_ASKER_UNKNOWN',
        source,
        summary: `There is no VM on ${on?.segments[0]?.spec.vswitch ?? spec.segment}, so ${EFFECT} in ${firewalls}.`,
        remedy: 'Let these rules hold both ways, and say in the rules for networks who may open a connection.',
      });
    for (const card of cards) {
      if (card.ips.length > 0 || reported.has(card.draft.address)) continue;
      reported.add(card.draft.address);
      findings.add({
        severity: 'warning',
        code: 'GW_RULE_ASKER_UNKNOWN',
        ...placeOf(card),
        summary: `A card of ${card.vm} has no address of its own, by which it is told who asks; for it ${EFFECT} in ${firewalls}.`,
        remedy: 'Give the card an address, or let these rules hold both ways.',
      });
    }
  }
}

function placeOf({ draft }: Station) {
  const { field: card, ...source } = draft.source;
  return { source, field: card === undefined ? 'address' : `${card}.address` };
}
