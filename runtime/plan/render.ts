// A plan as text, like a shift hand-over: what people will notice, then what changes, tenant by tenant. Adds nothing to
// the plan; editor and command line show the same lines.
import type { Action, Plan, Step } from '../model/plan.ts';
import { noticesOf } from './notices.ts';
import { oneLine, renderChange } from './render-value.ts';

export const NOTHING_TO_DO = 'Nothing to do. Everything runs as drawn.';

/** Signs of the actions, as wide as the widest. */
export const GLYPHS = { create: '+  ', update: '~  ', remove: '-  ', replace: '-/+' } as const satisfies Record<
  Action,
  string
>;

/** Fields shown of one step; the rest is counted. */
const MOST_FIELDS = 12;

/** Lines of a plan, without line breaks and without colour. */
export function renderPlan(plan: Plan): readonly string[] {
  if (plan.steps.length === 0) return [NOTHING_TO_DO];
  const groups = byTenant(plan.steps);
  return [
    `${plan.gateway} (${plan.label}), generation ${plan.generation.from} to ${plan.generation.to}: ${tally(plan.steps)}.`,
    ...(plan.drivers ?? []).map(
      ({ kind, driver, label, because }) => `${kind} by ${driver} (${label}): ${oneLine(because)}.`,
    ),
    '',
    ...noticeLines(plan),
    ...[...groups].flatMap(([tenant, steps]) => ['', tenant, ...noticedFirst(steps).flatMap(stepLines)]),
  ];
}

/** `3 to create, 1 to remove`. */
export function tally(steps: readonly Step[]): string {
  const words = { create: 'to create', update: 'to change', replace: 'to make anew', remove: 'to remove' } as const;
  const counts = Object.entries(words).map(([action, word]) => {
    const count = steps.filter(step => step.action === action).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return counts.flat().join(', ');
}

function noticeLines(plan: Plan): readonly string[] {
  const notices = noticesOf(plan);
  if (notices.length === 0) return ['Nobody will notice.'];
  const width = Math.max(...notices.map(notice => notice.tenants.length));
  return ['What people will notice', ...notices.map(({ tenants, text }) => `  ${tenants.padEnd(width)}  ${text}`)];
}

/** Steps by tenant in the order of names; what belongs to nobody comes last as `shared`. */
function byTenant(steps: readonly Step[]): ReadonlyMap<string, readonly Step[]> {
  const tenants = [...new Set(steps.flatMap(step => step.tenant ?? []))].sort();
  const groups = tenants.map(tenant => [tenant, steps.filter(step => step.tenant === tenant)] as const);
  const shared = steps.filter(step => step.tenant === undefined);
  return new Map([...groups, ...(shared.length === 0 ? [] : [['shared', shared] as const])]);
}

function noticedFirst(steps: readonly Step[]): readonly Step[] {
  const noticed = (step: Step) => step.impact.dark.length > 0 || !step.impact.reversible;
  return [...steps.filter(noticed), ...steps.filter(step => !noticed(step))];
}

function stepLines(step: Step): readonly string[] {
  const mark = step.impact.reversible ? ' ' : '!';
  const undo = step.impact.reversible ? '' : '; cannot be undone';
  const shown = step.changes.slice(0, MOST_FIELDS);
  const rest = step.changes.length - shown.length;
  return [
    `${mark} ${GLYPHS[step.action]} ${step.address}  ${oneLine(step.reason)}${undo}`,
    ...shown.map(change => `        ${oneLine(change.field)}: ${renderChange(change.from, change.to)}`),
    ...(rest === 0 ? [] : [`        and ${rest} more`]),
  ];
}
