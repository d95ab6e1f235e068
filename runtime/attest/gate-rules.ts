// What rules of a gate about events make of a policy. A PCR of which they allow or require something is judged event by event, by them and by
// what was learned, in place of its value; what they forbid is forbidden in every one.
import { createHash } from 'node:crypto';
import { GatewrightError } from '../model/errors.ts';
import type { EventRule } from '../model/kinds/event-rule.ts';
import { Policy } from './policy.ts';

/**
 * @param policy  by values that were learned, or that were foretold
 * @throws GatewrightError GW_ATTEST_RULES when rules allow something in a PCR that was foretold
 */
export function allowedByRules(policy: Policy, rules: readonly EventRule[]): Policy {
  const ruled = new Set<number>(rules.filter(({ action }) => action !== 'forbid').map(({ pcr }) => pcr));
  const foretold = [...ruled].filter(pcr => policy.golden[pcr] === undefined);
  if (foretold.length > 0)
    throw new GatewrightError(
      'GW_ATTEST_RULES',
      `PCR ${foretold.join(', ')} is judged by what is drawn and by rules; take the rules out of one gate or the other`,
    );
  const golden = Object.entries(policy.golden).filter(([pcr]) => !ruled.has(Number(pcr)));
  const learned = policy.events.filter(({ pcr }) => ruled.has(pcr));
  return Policy.parse({
    ...policy,
    golden: Object.fromEntries(golden),
    events: policy.events.filter(({ pcr }) => !ruled.has(pcr)),
    rules: [...rulesOfBoot(learned, rules), ...rules.filter(({ action }) => action !== 'forbid').map(policyRule)],
    ...forbiddenBy(rules),
  });
}

/** What was learned in those PCRs, as rules: each event has to be there, or one of its component where rules allow others. */
function rulesOfBoot(learned: Policy['events'], rules: readonly EventRule[]): Policy['rules'] {
  const by = (action: EventRule['action'], { pcr, component }: Policy['events'][number]) =>
    rules.filter(rule => rule.action === action && rule.pcr === pcr && rule.component === component);
  const kept = learned.filter(event => by('require', event).length === 0);
  const groups = Map.groupBy(kept, event => {
    const { pcr, component, digest } = event;
    return by('allow', event).length === 0 ? `${pcr} ${component} ${digest}` : `${pcr} ${component}`;
  });
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const also = by('allow', first).flatMap(digestsOf);
    const digests = [...new Set([...[first, ...others].map(({ digest }) => digest), ...also])];
    return [{ pcr: first.pcr, component: first.component, digests }];
  });
}

function policyRule(rule: EventRule): Policy['rules'][number] {
  const { id, pcr, component, action } = rule;
  return {
    ...{ name: id, pcr, component, digests: [...digestsOf(rule)] },
    ...(action === 'allow' ? { optional: true as const } : {}),
  };
}

function forbiddenBy(rules: readonly EventRule[]): Pick<Policy, 'forbidden'> {
  const forbidden = rules
    .filter(({ action }) => action === 'forbid')
    .map(rule => ({ name: rule.id, pcr: rule.pcr, component: rule.component, digests: [...digestsOf(rule)] }));
  return forbidden.length === 0 ? {} : { forbidden };
}

function digestsOf({ digests, commandLine }: EventRule): readonly string[] {
  return commandLine === undefined ? digests : [...digests, ...commandLineDigests(commandLine)];
}

/**
 * SHA-256 of a command line as it may be measured: in UTF-16 with a zero at its end (EFI stub of Linux, systemd-boot, PCR 9 and 12), as bytes
 * with and without that zero (section of a unified kernel image, PCR 11), without the mark that GRUB puts before it (PCR 8).
 * @param text  as `/proc/cmdline` shows it
 */
export function commandLineDigests(text: string): readonly string[] {
  const forms = [
    Buffer.from(`${text}\0`, 'utf16le'),
    Buffer.from(text),
    Buffer.from(`${text}\0`),
    Buffer.from(text.replace(/^BOOT_IMAGE=/, '')),
  ];
  return [...new Set(forms.map(form => createHash('sha256').update(form).digest('hex')))];
}
