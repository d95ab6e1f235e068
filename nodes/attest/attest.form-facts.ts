// What the rules of an attestation gate can be chosen from: what can be said of the events of a boot.
import { COMPONENTS, componentsIn, QUOTED_PCRS } from '../../runtime/model/boot-component.ts';
import { EventRule } from '../../runtime/model/kinds/event-rule.ts';

export const formFacts = {
  actions: EventRule.shape.action.options as readonly string[],
  /** Those that are measured into a PCR that can be judged. */
  components: COMPONENTS.filter(one => QUOTED_PCRS.some(pcr => componentsIn(pcr).includes(one))) as readonly string[],
  pcrs: QUOTED_PCRS.map(String) as readonly string[],
};
