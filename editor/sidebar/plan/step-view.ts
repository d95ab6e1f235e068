// One step of a plan: what happens to what and why, field by field, how it stands, and the way to the node it was drawn at.
import type { Action, FieldChange, Step } from '../../../runtime/model/plan.ts';
import type { StepSign } from '../../../runtime/platform/platform-port.ts';
import { element } from '../../element.ts';
import { revealNode } from '../../reveal.ts';
import type { Words } from '../../words.ts';
import { setText } from '../keyed-rows.ts';
import { changeText, shortened } from './change-text.ts';

/** The signs of the plan's text. */
const SIGNS: Readonly<Record<Action, string>> = { create: '+', update: '~', remove: '−', replace: '−/+' };
/** More fields than this are folded. */
const MOST_FIELDS = 12;

export interface StepView {
  readonly root: HTMLElement;
  /** Shows how the step stands; `undefined` while it has not begun. */
  mark(sign: StepSign | undefined): void;
}

export function stepView(step: Step, words: Words): StepView {
  const state = element('span', { class: 'gw-step-state' });
  const lasting = step.impact.reversible
    ? undefined
    : element('p', { class: 'gw-step-lasting' }, words('plan.lasting'));
  const look = step.impact.reversible ? 'gw-plan-step' : 'gw-plan-step gw-irreversible';
  const root = element('li', { class: look }, headOf(step, words), lasting, state, ...fieldsOf(step, words));
  return {
    root,
    mark(sign) {
      root.dataset.state = sign?.state ?? '';
      setText(state, sign === undefined ? '' : words(`step.${sign.state}`, { message: sign.message ?? '' }));
      state.hidden = sign === undefined;
    },
  };
}

/** A step leads to the node it was drawn at. */
function headOf({ action, address, reason, source }: Step, words: Words): HTMLElement {
  const what = words(`plan.action.${action}`);
  const parts = [
    element(
      'span',
      { class: 'gw-step-sign', title: what, attributes: { role: 'img', 'aria-label': what } },
      SIGNS[action],
    ),
    element('span', { class: 'gw-step-address' }, address),
    element('span', { class: 'gw-step-reason' }, reason),
  ];
  if (source === undefined) return element('div', { class: 'gw-step' }, ...parts);
  const leads = { attributes: { type: 'button' }, onClick: () => revealNode(source.node) };
  return element('button', { class: 'gw-step gw-link', title: words('findings.reveal'), ...leads }, ...parts);
}

function fieldsOf({ changes }: Step, words: Words): readonly HTMLElement[] {
  const rows = changes.map(change => fieldOf(change, words));
  if (rows.length <= MOST_FIELDS) return rows;
  const more = element('summary', {}, words('plan.moreFields', { count: rows.length - MOST_FIELDS }));
  return [
    ...rows.slice(0, MOST_FIELDS),
    element('details', { class: 'gw-fold gw-plan-field' }, more, ...rows.slice(MOST_FIELDS)),
  ];
}

function fieldOf(change: FieldChange, words: Words): HTMLElement {
  const { field, from, to } = changeText(change);
  const old = from === undefined ? [] : [element('del', { title: from }, shortened(from))];
  const next = to === undefined ? words('plan.takenOut') : element('ins', { title: to }, shortened(to));
  const between = from === undefined ? `${field}: ` : ' → ';
  const lead = from === undefined ? [] : [`${field}: `];
  const restart =
    change.how === 'restart' ? element('span', { class: 'gw-plan-restart' }, ` ${words('plan.restarts')}`) : undefined;
  return element('div', { class: 'gw-plan-field' }, ...lead, ...old, between, next, restart);
}
