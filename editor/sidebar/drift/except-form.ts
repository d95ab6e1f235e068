// How long a difference may stand, and why: a date and a sentence.
import { button, element } from '../../element.ts';
import type { Words } from '../../words.ts';

const DAY_MS = 86_400_000;
/** What is offered first. */
const USUAL_DAYS = 7;
/** As much as the platform takes. */
const MOST_REASON = 300;

export interface ExceptForm {
  readonly root: HTMLFormElement;
  focus(): void;
}

/**
 * @param done    called with a time and a reason that are complete
 * @param leave   called when nothing shall be decided
 */
export function exceptForm(
  words: Words,
  done: (untilMs: number, reason: string) => void,
  leave: () => void,
): ExceptForm {
  const until = element('input', {
    attributes: { type: 'date', required: '', min: dayOf(Date.now()), max: dayOf(Date.now() + 365 * DAY_MS) },
  });
  until.value = dayOf(Date.now() + USUAL_DAYS * DAY_MS);
  const reason = element('input', { attributes: { type: 'text', required: '', maxlength: String(MOST_REASON) } });
  const save = button(words('drift.except'), () => {}, { class: 'primary', icon: 'clock-o' });
  save.setAttribute('type', 'submit');
  const root = element(
    'form',
    { class: 'gw-drift-form' },
    element('label', {}, words('drift.until'), ' ', until),
    element('label', {}, words('drift.why'), ' ', reason),
    element('div', { class: 'gw-actions' }, save, button(words('drift.leave'), leave)),
  );
  root.addEventListener('submit', event => {
    event.preventDefault();
    const untilMs = endOfDay(until.value);
    if (untilMs !== undefined && reason.value.trim() !== '') done(untilMs, reason.value.trim());
  });
  root.addEventListener('keydown', event => {
    event.stopPropagation(); // keys of the canvas would move what is selected there
    if (event.key === 'Escape') leave();
  });
  return { root, focus: () => reason.focus() };
}

/** The whole day counts, by the clock of the reader. @returns Unix time in ms */
export function endOfDay(day: string): number | undefined {
  const atMs = Date.parse(`${day}T23:59:59.999`);
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** `2026-11-26`, where the reader is. */
export function dayOf(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
}
