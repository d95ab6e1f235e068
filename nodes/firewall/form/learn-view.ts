// Learns the rules of a bus or of a network from what is said there, and puts those that somebody chose into the list of the form.
import { button, element } from '../../../editor/element.ts';
import { addRow, type Entry, type ListForm, readList } from '../../../editor/list-form.ts';
import { countText } from '../../../editor/traffic/figures.ts';
import type { Learned } from '../../../runtime/model/learned.ts';
import { canRow, linkRow, modbusRow, type RuleRow } from '../written-rules.ts';
import { type LearningSubject, lookAtLearning, startLearning } from './firewall-client.ts';

const EVERY_MS = 1_000;
const USUAL_SECONDS = 60;
const MOST_SECONDS = 28_800;
/** By protocol, how a proposed rule is written. */
const ROWS: Readonly<Record<string, (rule: never) => RuleRow>> = { modbus: modbusRow, can: canRow, ip: linkRow };

export interface Learnable {
  readonly subject: LearningSubject;
  /** Group of the catalogue that has the words for its kind. */
  readonly words: 'learn.line' | 'learn.network';
  /** What the title names it by. */
  readonly names: Readonly<Record<string, string>>;
}

/**
 * A part of the form that learns one bus or network.
 * @param list  where chosen rules go
 */
export function learnView(node: EditorNode, { subject, words, names }: Learnable, list: ListForm): HTMLElement {
  const bounds = { type: 'number', min: '1', max: String(MOST_SECONDS), value: String(USUAL_SECONDS) };
  const seconds = element('input', { class: 'gw-number', attributes: bounds });
  const refused = element('input', { attributes: { type: 'checkbox' } });
  // A firewall without rules refuses everything: then that is all there is to learn from.
  refused.checked = readList(list).length === 0;
  const said = element('p', { class: 'gw-hint', attributes: { role: 'status' } });
  const proposed = element('ul', { class: 'gw-proposed' });
  const learning = learningOf(subject, tell);
  const start = button(node._('learn.start'), () => {
    if (seconds.reportValidity()) learning.start({ seconds: Number(seconds.value), refused: refused.checked });
  });
  const stop = button(node._('learn.stop'), () => learning.stop());
  const add = button(node._('learn.add'), () => {
    for (const row of chosen(proposed)) addRow(list, withFreshId(row, readList(list)));
    proposed.replaceChildren();
    add.hidden = true;
    said.textContent = node._('learn.added');
  });
  [stop.hidden, add.hidden] = [true, true];
  const root = element(
    'details',
    { class: 'gw-learn' },
    element('summary', {}, node._(`${words}.title`, names)),
    element('label', {}, element('span', {}, node._('learn.seconds')), seconds),
    element('label', {}, refused, element('span', {}, node._('learn.refused'))),
    element('div', { class: 'gw-actions' }, start, stop, add),
    said,
    proposed,
  );
  learning.while(() => root.isConnected);
  return root;

  function tell(learned: Learned | Error | undefined): void {
    const goesOn = learned === undefined || (!(learned instanceof Error) && learned.state === 'listening');
    [start.hidden, stop.hidden] = [goesOn, !goesOn];
    if (learned === undefined) said.textContent = node._('learn.begins');
    else if (learned instanceof Error) said.textContent = learned.message || node._('learn.away');
    else show(learned, goesOn);
  }

  function show(learned: Learned, goesOn: boolean): void {
    said.textContent = stateText(node, words, learned);
    const unchosen = new Set(unchosenIds(proposed));
    proposed.replaceChildren(
      ...learned.rules.map(rule =>
        proposedItem(node, list, ROWS[learned.protocol]?.(rule.rule as never) ?? {}, rule.frames, unchosen),
      ),
    );
    add.hidden = goesOn || learned.rules.length === 0;
  }
}

function stateText(node: EditorNode, words: Learnable['words'], learned: Learned): string {
  const { state, taken, untilMs, rules } = learned;
  const seconds = Math.max(0, Math.ceil((untilMs - Date.now()) / 1_000));
  const remarks = (['lost', 'left', 'unsound'] as const).filter(what => learned[what] > 0);
  const parts = [
    node._(`${words}.${state}`, { seconds, count: countText(taken), rules: rules.length }),
    ...remarks.map(what => node._(`learn.${what}`, { count: countText(learned[what]) })),
    ...(state !== 'listening' && taken === 0 ? [node._(`${words}.nothing`)] : []),
  ];
  return parts.join(' ');
}

const rowsByItem = new WeakMap<Element, RuleRow>();

function proposedItem(
  node: EditorNode,
  list: ListForm,
  row: RuleRow,
  frames: number,
  unchosen: ReadonlySet<string>,
): HTMLElement {
  const box = element('input', { attributes: { type: 'checkbox' } });
  box.checked = !unchosen.has(String(row.id));
  const text = `${rowText(node, list, row)} (${node._('learn.frames', { count: countText(frames) })})`;
  const item = element('li', {}, element('label', {}, box, element('span', {}, text)));
  rowsByItem.set(item, row);
  return item;
}

const SILENT: ReadonlySet<unknown> = new Set(['', 'any', 'both', false]);

/** What says something, in the words and the order of the form. All that is learned lets pass. */
function rowText(node: EditorNode, { field: list, columns }: ListForm, row: RuleRow): string {
  const said = columns.filter(
    ({ field }) => !['id', 'action', 'exception'].includes(field) && !SILENT.has(row[field] ?? ''),
  );
  const wordOf = (field: string, isChoice: boolean) =>
    isChoice ? node._(`choice.${field}.${row[field]}`) : `${node._(`list.${list}.${field}`)} ${row[field]}`;
  return `${row.id}: ${said.map(({ field, kind }) => wordOf(field, kind === 'choice')).join('; ')}`;
}

function unchosenIds(proposed: Element): readonly string[] {
  return [...proposed.children].filter(item => !isChosen(item)).map(item => String(rowsByItem.get(item)?.id));
}

function chosen(proposed: Element): readonly RuleRow[] {
  return [...proposed.children]
    .filter(isChosen)
    .map(item => rowsByItem.get(item))
    .filter(row => row !== undefined);
}

function isChosen(item: Element): boolean {
  return item.querySelector('input')?.checked === true;
}

function withFreshId(row: RuleRow, entries: readonly Entry[]): Entry {
  const taken = new Set(entries.map(entry => entry.id));
  const id = String(row.id);
  let free = id;
  for (let number = 2; taken.has(free); number += 1) free = `${id}-${number}`;
  return { ...row, id: free };
}

/** One learning: begun, looked at every second, and ended. */
function learningOf(subject: LearningSubject, tell: (learned: Learned | Error | undefined) => void) {
  let id: string | undefined;
  let isOpen = () => true;
  const look = async (what: 'look' | 'stop'): Promise<void> => {
    if (id === undefined || !isOpen()) return;
    const learned = await lookAtLearning(what, id);
    if (id === undefined) return;
    if (learned.state !== 'listening') id = undefined;
    tell(learned);
    if (learned.state === 'listening') setTimeout(() => void look('look').catch(fail), EVERY_MS);
  };
  const fail = (error: unknown) => {
    id = undefined;
    tell(error instanceof Error ? error : new Error(''));
  };
  return {
    start(order: { readonly seconds: number; readonly refused: boolean }) {
      tell(undefined);
      startLearning({ ...subject, ...order })
        .then(begun => {
          id = begun;
          return look('look');
        })
        .catch(fail);
    },
    stop: () => void look('stop').catch(fail),
    /** Nobody is told any more when it does not hold. */
    while(holds: () => boolean) {
      isOpen = holds;
    },
  };
}
