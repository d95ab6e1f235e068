// Why a frame passes the firewalls between a line and a VM or does not. The rules are asked as they are on the line: by the programs
// that are made of them. Pure.
import { decisionAt, isAccepted } from '../lanes/filter/decision.ts';
import { type Explanation, explain } from '../lanes/filter/explain.ts';
import type { FilterProgram } from '../lanes/filter/ir.ts';
import { nearestRule } from '../lanes/filter/nearest.ts';
import type { Explained, ExplainedGuard, NamedRule } from '../model/explained.ts';
import type { LineGuard } from '../model/kinds/line.ts';
import { RECORDINGS } from '../protocols/recordings.ts';
import { judgedForm } from './given-frame.ts';
import type { GuardedEnd } from './guarded-lines.ts';
import { programsOf, type Way } from './way-rules.ts';

/**
 * @param frame  in the form of the line, as in `LineFrame`
 * @throws GatewrightError GW_FRAME_UNREADABLE, GW_LINE_RULE
 */
export function explainFrame(protocol: string, end: GuardedEnd, way: Way, frame: Uint8Array): Explained {
  const judged = judgedForm(protocol, frame);
  const all = programsOf(protocol, end, way).map(({ firewall, program }) => {
    const numbers = numbersOf(end.guards.find(guard => guard.firewall === firewall));
    return guardOf(firewall, program, numbers, judged);
  });
  const denied = all.findIndex(({ accepted }) => !accepted);
  return {
    says: RECORDINGS[protocol]?.words(frame) ?? '',
    accepted: denied === -1,
    guards: denied === -1 ? all : all.slice(0, denied + 1),
    gates: end.gates ?? [],
  };
}

/** Places of rules as they are drawn: programs leave out those for the other way. */
type Numbers = (rule: string) => NamedRule;

function numbersOf(guard: LineGuard | undefined): Numbers {
  return rule => ({ rule, number: (guard?.rules.findIndex(({ id }) => id === rule) ?? -1) + 1 });
}

function guardOf(firewall: string, program: FilterProgram, numbers: Numbers, frame: Uint8Array): ExplainedGuard {
  const { decision, rule } = explain(program, frame);
  const accepted = isAccepted(decision);
  const near = accepted ? undefined : nearestRule(program, frame, placeOf(program, rule));
  return {
    ...{ firewall, accepted },
    ...(rule === undefined ? {} : { by: numbers(rule) }),
    ...aboveRate(program, rule, numbers, frame),
    ...(near === undefined ? {} : { nearest: { ...numbers(near.rule), differs: near.differs } }),
  };
}

function placeOf({ rules }: FilterProgram, rule: string | undefined): number {
  return rule === undefined ? rules.length : rules.findIndex(({ id }) => id === rule);
}

/** WHY without all limited rules: when one limit is reached the others may be too, and the worst is what people look for. */
function aboveRate(
  program: FilterProgram,
  rule: Explanation['rule'],
  numbers: Numbers,
  frame: Uint8Array,
): Pick<ExplainedGuard, 'aboveRate'> {
  const limited = program.rules.find(({ id }) => id === rule)?.rate !== undefined;
  if (!limited) return {};
  const unlimited = { ...program, rules: program.rules.filter(({ rate }) => rate === undefined) };
  const then = explain(unlimited, frame);
  const place = placeOf(unlimited, then.rule);
  return {
    aboveRate: {
      accepted: isAccepted(decisionAt(unlimited, place)),
      ...(then.rule === undefined ? {} : { by: numbers(then.rule) }),
    },
  };
}
