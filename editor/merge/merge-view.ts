// The dialog of a merge: what the other changed, what I changed, and a choice for each field that both changed.
import { button, element } from '../element.ts';
import { shortened, valueText } from '../sidebar/plan/change-text.ts';
import type { Words } from '../words.ts';
import type { Choice } from './changes.ts';
import { changesView } from './changes-view.ts';
import type { Compared } from './compared.ts';
import type { Conflict, Side } from './three-way.ts';

export interface MergeQuestion {
  /** Who deployed; `undefined` where that is not known. */
  readonly user: string | undefined;
  readonly sides: Readonly<Record<Choice, Side>>;
  /** What it means for gateways, where the platform says so. */
  readonly meaning: Readonly<Record<Choice, Compared | undefined>>;
  readonly conflicts: readonly Conflict[];
  /** Whether I changed anything at all. */
  readonly isMine: boolean;
}

/** @param decide  called once with a choice for every conflict, and whether to deploy at once */
export function mergeView(
  question: MergeQuestion,
  words: Words,
  decide: (choices: ReadonlyMap<string, Choice>, deploys: boolean) => void,
): { open(): void } {
  const { user } = question;
  const choices = new Map<string, Choice>();
  const dialog = element('dialog', { class: 'gw-merge', attributes: { 'aria-labelledby': 'gw-merge-title' } });
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  const answer = (deploys: boolean) => () => {
    close();
    decide(choices, deploys);
  };
  const deploy = button(words('merge.deploy'), answer(true), { class: 'primary', icon: 'check' });
  const only = button(words(question.isMine ? 'merge.only' : 'merge.load'), answer(false));
  const title = element('h3', { attributes: { id: 'gw-merge-title', tabindex: '-1' } }, said('title', user, words));
  const check = () => {
    const open = question.conflicts.length - choices.size;
    for (const one of [deploy, only]) one.disabled = open > 0;
  };
  dialog.append(
    title,
    element(
      'p',
      {},
      words(question.conflicts.length > 0 ? 'merge.choose' : question.isMine ? 'merge.agree' : 'merge.behind'),
    ),
    element(
      'div',
      { class: 'gw-merge-sides' },
      changesView(said('theirs', user, words), question.sides.theirs, question.meaning.theirs, words),
      changesView(words('merge.mine'), question.sides.mine, question.meaning.mine, words),
    ),
    ...question.conflicts.map(conflict =>
      conflictView(conflict, user, words, choice => {
        choices.set(conflict.key, choice);
        check();
      }),
    ),
    element(
      'div',
      { class: 'gw-actions' },
      question.isMine ? deploy : undefined,
      only,
      button(words('merge.leave'), close),
    ),
  );
  dialog.addEventListener('keydown', event => event.stopPropagation()); // keys of the canvas
  dialog.addEventListener('close', () => dialog.remove());
  check();
  return {
    open() {
      document.body.append(dialog);
      dialog.showModal();
      title.focus(); // so that it is read first
    },
  };
}

function conflictView(
  conflict: Conflict,
  user: string | undefined,
  words: Words,
  choose: (choice: Choice) => void,
): HTMLElement {
  const { key, label, field } = conflict;
  const legend = field === undefined ? words('merge.node', { label }) : words('merge.field', { label, field });
  return element(
    'fieldset',
    { class: 'gw-merge-conflict' },
    element('legend', {}, legend),
    option(key, words('merge.takeMine', { value: sideText(conflict, 'mine', words) }), () => choose('mine')),
    option(key, said('takeTheirs', user, words, sideText(conflict, 'theirs', words)), () => choose('theirs')),
  );
}

function option(name: string, text: string, choose: () => void): HTMLElement {
  const input = element('input', { attributes: { type: 'radio', name: `gw-merge-${name}` } });
  input.addEventListener('change', choose);
  return element('label', {}, input, ' ', text);
}

function sideText({ field, removedBy, ...values }: Conflict, side: Choice, words: Words): string {
  if (field === undefined) return words(removedBy === side ? 'merge.remove' : 'merge.keep');
  return shortened(valueText(values[side] ?? ''));
}

/** What is said of the other, by name where that is known. */
function said(what: 'title' | 'theirs' | 'takeTheirs', user: string | undefined, words: Words, value = ''): string {
  return user === undefined ? words(`merge.somebody.${what}`, { value }) : words(`merge.${what}`, { who: user, value });
}
