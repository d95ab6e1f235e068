// Rules about what a boot measures, as they are written in the form, and what can be wrong with one of them.
import { z } from 'zod';
import { COMPONENTS, componentsIn, QUOTED_PCRS } from '../../runtime/model/boot-component.ts';
import type { Code } from '../../runtime/model/codes.ts';
import * as fields from '../../runtime/model/fields.ts';
import { CommandLine, EventRule, MOST_EVENT_RULES, MOST_RULE_DIGESTS } from '../../runtime/model/kinds/event-rule.ts';
import { listed } from '../../runtime/model/plain-text.ts';

const digest = (text: string) => (/^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : undefined);

const row = z.object({
  id: fields.name('rule id'),
  action: EventRule.shape.action.default('allow'),
  pcr: fields.integer(0, 23).default(4),
  component: fields.choice(COMPONENTS).default('boot loader'),
  digests: fields
    .entries(digest, 'a SHA-256 digest', 'Write 64 hex digits for each, with commas between them.')
    .default([]),
  commandLine: fields.text(2_048).default(''),
});
type Row = z.output<typeof row>;

/** Rules that a gate has, in drawing order. */
export const eventRules = () =>
  fields
    .rows(
      row.transform((written, context): EventRule => {
        const fault = faultOf(written);
        if (fault === undefined) return ruleOf(written);
        context.addIssue({ code: 'custom', message: fault.fact, params: { ...fault } });
        return z.NEVER;
      }),
      MOST_EVENT_RULES,
    )
    .default([]);

function ruleOf({ id, action, pcr, component, digests, commandLine }: Row): EventRule {
  return {
    ...{ id, action, pcr: pcr as EventRule['pcr'], component, digests: [...new Set(digests)].sort() },
    ...(commandLine === '' ? {} : { commandLine }),
  };
}

interface Fault {
  readonly code: Code;
  readonly fact: string;
  readonly remedy: string;
}

/** What no boot could satisfy, or what would count for nothing. */
function faultOf({ id, pcr, component, digests, commandLine }: Row): Fault | undefined {
  const fault = (fact: string, remedy: string): Fault => ({ code: 'GW_GATE_RULE', fact, remedy });
  if (!QUOTED_PCRS.some(quoted => quoted === pcr))
    return fault(
      `rule ${id} is about PCR ${pcr}, which a gate cannot judge`,
      `Choose one of ${QUOTED_PCRS.join(', ')}.`,
    );
  const possible = componentsIn(pcr);
  if (!possible.includes(component))
    return fault(
      `rule ${id} is about the ${component} in PCR ${pcr}, where none is measured`,
      `Choose ${listed(possible, 'or')}, or another PCR.`,
    );
  if (digests.length > MOST_RULE_DIGESTS)
    return fault(
      `rule ${id} has ${digests.length} digests`,
      `Write at most ${MOST_RULE_DIGESTS}, and the rest in another rule.`,
    );
  if (commandLine !== '' && component !== 'command line')
    return fault(
      `rule ${id} has the text of a command line, and is about the ${component}`,
      'Take the text out, or choose command line.',
    );
  if (commandLine !== '' && !CommandLine.safeParse(commandLine).success)
    return fault(
      `the command line of rule ${id} is not printable ASCII`,
      'Write it as /proc/cmdline shows it, or its digest.',
    );
  if (digests.length === 0 && commandLine === '')
    return fault(
      `rule ${id} says nothing of what is measured`,
      'Write the SHA-256 of what is measured, or a command line as /proc/cmdline shows it.',
    );
  return undefined;
}
