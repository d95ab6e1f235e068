// The verdicts on one machine, the newest first, each with its evidence as a file. Asked for when somebody opens it.
import type { KeptVerdict } from '../../../runtime/model/attestation.ts';
import { button, element } from '../../element.ts';
import { dateText, whenText } from '../../time-text.ts';
import type { Words } from '../../words.ts';
import { type KeptRecord, keptRecord } from './kept-record.ts';
import { trustShape } from './trust-shape.ts';

const FIRST = 20;
/** As many as one answer has. */
const MOST = 1_000;

export interface HistoryWorld {
  readonly words: Words;
  readonly nowMs: () => number;
  /** @throws Error with words of the server */
  readonly history: (most: number) => Promise<readonly KeptVerdict[]>;
  readonly save: (record: KeptRecord) => void;
}

export interface HistoryView {
  readonly root: HTMLElement;
  /** There may be new ones: asks again when it is open. */
  refresh(): void;
}

export function historyView(world: HistoryWorld): HistoryView {
  const { words } = world;
  const note = element('p', { class: 'gw-note', attributes: { role: 'status' } });
  const list = element('ol', { class: 'gw-trust-history' });
  const more = button(words('trust.history.more'), () => {
    most = MOST;
    void ask();
  });
  const root = element(
    'details',
    { class: 'gw-trust-folded' },
    element('summary', {}, words('trust.history.title')),
    note,
    list,
    more,
  );
  let most = FIRST;
  let shown = '';
  const ask = async () => {
    if (!root.open) return;
    try {
      const records = (await world.history(most)).map(keptRecord);
      const key = records.map(({ number }) => number).join();
      more.hidden = most === MOST || records.length < most;
      if (key !== shown || records.length === 0) list.replaceChildren(...records.map(record => rowOf(record, world)));
      shown = key;
      note.textContent = records.length === 0 ? words('trust.history.none') : '';
    } catch (error) {
      note.textContent = error instanceof Error && error.message !== '' ? error.message : words('platform.away');
    }
    note.hidden = note.textContent === '';
  };
  more.hidden = true;
  root.addEventListener('toggle', () => void ask());
  return { root, refresh: () => void ask() };
}

function rowOf(record: KeptRecord, { words, nowMs, save }: HistoryWorld): HTMLElement {
  const { number, verdict, atMs, findings } = record;
  const when = atMs === undefined ? '' : whenText(atMs, nowMs(), words);
  const word = words(`trust.verdict.${verdict ?? 'unreadable'}`);
  const evidence = button(words('trust.history.evidence'), () => save(record));
  evidence.setAttribute('aria-label', words('trust.history.evidenceOf', { number }));
  return element(
    'li',
    {},
    trustShape(verdict ?? 'none'),
    element('span', { class: 'gw-trust-verdict' }, `#${number} ${word}`),
    element('time', { class: 'gw-note', title: atMs === undefined ? '' : dateText(atMs) }, when),
    evidence,
    ...findings.map(({ message }) => element('p', { class: 'gw-note' }, message)),
  );
}
