// One difference: what is, what was applied, and what people may do about it. Each decision is asked for in place.
import type { Drifted } from '../../../runtime/model/drift.ts';
import { button, element } from '../../element.ts';
import { revealNode } from '../../reveal.ts';
import type { Words } from '../../words.ts';
import { noticeView } from '../plan/plan-view.ts';
import type { RestorePlan } from './drift-client.ts';
import { exceptForm } from './except-form.ts';

export interface RowCommands {
  adopt(): Promise<void>;
  planRestoring(): Promise<RestorePlan>;
  restore(planHash: string): Promise<void>;
  except(untilMs: number, reason: string): Promise<void>;
}

/** What the user's role may. */
export interface RowRights {
  readonly apply: boolean;
  readonly draw: boolean;
}

export function driftRow(drifted: Drifted, words: Words, may: RowRights, commands: RowCommands): HTMLElement {
  const asked = element('div', { attributes: { 'aria-live': 'polite' } });
  const actions = element('div', { class: 'gw-actions' });
  const close = () => {
    asked.replaceChildren();
    actions.hidden = false;
  };
  const open = (...parts: readonly HTMLElement[]) => {
    asked.replaceChildren(...parts);
    actions.hidden = true;
  };
  /** Runs what was decided; what is refused is said here, where it was asked for. */
  const run = async (work: () => Promise<void>) => {
    try {
      await work();
      close();
    } catch (error) {
      close();
      asked.replaceChildren(element('p', { class: 'gw-note gw-drift-refused' }, refusalOf(error, words)));
    }
  };
  const restore = async () => {
    const { plan, notices } = await commands.planRestoring();
    const go = button(words('drift.restoreNow'), () => void run(() => commands.restore(plan.hash)), {
      class: 'primary',
      icon: 'check',
    });
    open(
      noticeView(plan, notices, words),
      element('div', { class: 'gw-actions' }, go, button(words('drift.leave'), close)),
    );
    go.focus();
  };
  const except = () => {
    const form = exceptForm(words, (untilMs, reason) => void run(() => commands.except(untilMs, reason)), close);
    open(form.root);
    form.focus();
  };
  const fits = drifted.whole === undefined;
  if (may.draw && fits)
    actions.append(button(words('drift.adopt'), () => void run(() => commands.adopt()), { icon: 'pencil' }));
  if (may.apply)
    actions.append(
      button(words('drift.restore'), () => void restore().catch(error => run(() => Promise.reject(error))), {
        icon: 'undo',
      }),
    );
  if (may.apply && fits) actions.append(button(words('drift.exceptAsk'), except, { icon: 'clock-o' }));
  const name = words('drift.item', { thing: drifted.address });
  return element(
    'li',
    { class: 'gw-drift-row', attributes: { 'aria-label': `${name} ${drifted.words.field}`.trim() } },
    headOf(drifted, words),
    actions,
    asked,
  );
}

function headOf({ address, words: said, whole, source }: Drifted, words: Words): HTMLElement {
  const what =
    whole === undefined ? words('drift.differs', { is: said.is, applied: said.applied }) : words(`drift.${whole}`);
  const parts = [
    element('span', { class: 'gw-drift-field' }, said.field === '' ? address : said.field),
    said.field === '' ? undefined : element('span', { class: 'gw-note' }, ` ${address}`),
    element('span', { class: 'gw-drift-values' }, what),
  ];
  if (source === undefined) return element('div', {}, ...parts);
  const leads = {
    attributes: { type: 'button', title: words('findings.reveal') },
    onClick: () => revealNode(source.node),
  };
  return element('button', { class: 'gw-link gw-drift-head', ...leads }, ...parts);
}

function refusalOf(error: unknown, words: Words): string {
  const { message = '', remedy = '' } = (error ?? {}) as { readonly message?: string; readonly remedy?: string };
  return message === '' ? words('platform.away') : `${message} ${remedy}`.trim();
}
