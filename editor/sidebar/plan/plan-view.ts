// A plan as a hand-over: how much changes, what people will notice, then tenant by tenant what is done.
import type { Plan, PlannedDriver } from '../../../runtime/model/plan.ts';
import type { GatewayState, StepSign } from '../../../runtime/platform/platform-port.ts';
import { element } from '../../element.ts';
import type { Words } from '../../words.ts';
import { groupsOf, type StepGroup, talliesOf } from './step-groups.ts';
import { type StepView, stepView } from './step-view.ts';
import { tenantSign } from './tenant-colours.ts';

/** In a plan of more steps, those that only add something and that nobody notices are folded. */
const FOLD_ABOVE = 20;

type Notices = NonNullable<GatewayState['notices']>;

/** What is always in sight: how much changes, who realizes it, and what people will notice. */
export function noticeView(plan: Plan, notices: Notices, words: Words): HTMLElement {
  const { steps, drivers = [], generation } = plan;
  if (steps.length === 0)
    return element('div', { class: 'gw-plan' }, element('p', { class: 'gw-plan-calm' }, words('plan.nothing')));
  const tallies = talliesOf(steps).map(({ action, count }) => words(`plan.tally.${action}`, { count }));
  return element(
    'div',
    { class: 'gw-plan' },
    element('p', { class: 'gw-plan-headline' }, tallies.join(', ')),
    element('p', { class: 'gw-note' }, words('plan.generations', { ...generation })),
    ...drivers.map(driver => driverView(driver, words)),
    ...(notices.length === 0 ? [element('p', {}, words('plan.nobody'))] : noticesView(notices, words)),
  );
}

function driverView({ kind, driver, label, because }: PlannedDriver, words: Words): HTMLElement {
  const text = words('plan.driver', { kind, driver, label: words(`label.${label}.word`), because });
  return element('p', { class: 'gw-note' }, text);
}

function noticesView(notices: Notices, words: Words): readonly HTMLElement[] {
  const rows = notices.map(({ tenants, text, lasting }) =>
    element(
      'li',
      { class: lasting === true ? 'gw-notice gw-irreversible' : 'gw-notice' },
      tenants === '' ? undefined : element('span', { class: 'gw-notice-tenants' }, tenantSign(tenants), tenants),
      unbroken(text),
    ),
  );
  return [element('h5', {}, words('plan.notice')), element('ul', { class: 'gw-notices' }, ...rows)];
}

/** A number stays with its unit when a line is full. */
function unbroken(text: string): string {
  return text.replace(/(\d) (?=(?:s|min)\b)/g, '$1\u00a0');
}

export interface StepsView {
  readonly root: HTMLElement;
  /** @param signs  by ids of steps */
  mark(signs: Readonly<Record<string, StepSign>>): void;
}

/** The steps, tenant by tenant. */
export function stepsView({ steps }: Plan, words: Words): StepsView {
  const views = new Map<string, StepView>(steps.map(step => [step.id, stepView(step, words)]));
  const folded = steps.length > FOLD_ABOVE;
  const groups = groupsOf(steps).map(group => groupView(group, views, folded, words));
  return {
    root: element('div', { class: 'gw-plan-steps' }, ...groups),
    mark(signs) {
      for (const [id, view] of views) view.mark(signs[id]);
    },
  };
}

function groupView({ tenant, first, rest }: StepGroup, views: Map<string, StepView>, folded: boolean, words: Words) {
  const list = (steps: StepGroup['first']) =>
    element('ol', { class: 'gw-plan-list' }, ...steps.flatMap(({ id }) => views.get(id)?.root ?? []));
  const name = tenant ?? words('plan.shared');
  const heading = element('h5', {}, tenant === undefined ? undefined : tenantSign(tenant), name);
  const summary = words(first.length === 0 ? 'plan.rest' : 'plan.moreSteps', { count: rest.length });
  const details = element('details', { class: 'gw-fold' }, element('summary', {}, summary), list(rest));
  const parts = [
    ...(first.length === 0 ? [] : [list(first)]),
    ...(rest.length === 0 ? [] : [folded ? details : list(rest)]),
  ];
  return element('section', { class: 'gw-plan-group', attributes: { 'aria-label': name } }, heading, ...parts);
}
