// One difference that somebody lets stand: what it is, who decided so, when, why, and until when.
import type { DriftException } from '../../../runtime/model/drift.ts';
import { button, element } from '../../element.ts';
import { dateText } from '../../time-text.ts';
import type { Words } from '../../words.ts';

/** @param end  absent where the user's role may not */
export function standingRow(exception: DriftException, words: Words, end: (() => void) | undefined): HTMLElement {
  const { address, field, value, user, reason, atMs, untilMs } = exception;
  const is = value === undefined ? words('drift.none') : typeof value === 'string' ? value : JSON.stringify(value);
  return element(
    'li',
    { class: 'gw-drift-row' },
    element('span', { class: 'gw-drift-field' }, field),
    element('span', { class: 'gw-note' }, ` ${address}`),
    element('span', { class: 'gw-drift-values' }, words('drift.standsAt', { is, until: dateText(untilMs) })),
    element('p', { class: 'gw-note' }, words('drift.by', { user, at: dateText(atMs), reason })),
    end === undefined ? undefined : element('div', { class: 'gw-actions' }, button(words('drift.end'), end)),
  );
}
