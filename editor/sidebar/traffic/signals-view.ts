// The signals of a CAN line, read by a DBC file that somebody gives here.
import { button, element } from '../../element.ts';
import { type DbcFile, type DbcShelf, MOST_DBC_CHARACTERS } from '../../traffic/dbc-shelf.ts';
import { countText } from '../../traffic/figures.ts';
import { SignalBoard, type SignalReading } from '../../traffic/signal-board.ts';
import type { WatchedLine } from '../../traffic/traffic-store.ts';
import type { Words } from '../../words.ts';
import { keyedRows, type Row, setText } from '../keyed-rows.ts';

export function signalsView(line: string, shelf: DbcShelf, words: Words): Row<WatchedLine> {
  const board = new SignalBoard();
  const said = element('p', { class: 'gw-note', attributes: { role: 'status' } });
  const body = element('tbody');
  const table = element('table', { class: 'gw-table gw-signals' }, body);
  const choose = element('input', { attributes: { type: 'file', accept: '.dbc', hidden: '' } });
  const drop = button(words('traffic.signals.drop'), () => {
    shelf.drop(line);
    show();
  });
  const give = button(words('traffic.signals.give'), () => choose.click());
  const root = element(
    'details',
    { class: 'gw-fold' },
    element('summary', {}, words('traffic.signals.title')),
    element('div', { class: 'gw-actions' }, give, drop, choose),
    said,
    table,
  );
  const showRows = keyedRows<SignalReading>(body, ({ name }) => name, signalRow);
  const show = (trouble?: string) => {
    const file = shelf.of(line);
    drop.hidden = file === undefined;
    said.classList.toggle('gw-warning', trouble !== undefined);
    setText(said, trouble ?? fileText(file, words));
    board.take(file, []);
    showRows(board.readings());
  };
  choose.addEventListener('change', () => {
    const [file] = choose.files ?? [];
    choose.value = ''; // the same file can be given again after it was mended
    if (file !== undefined) void take(file, line, shelf, words).then(show);
  });
  show();
  let taken = 0;
  return {
    root,
    update({ seen, log }) {
      root.hidden = seen.protocol !== 'can';
      if (log.total === taken) return;
      board.take(shelf.of(line), seen.frames);
      taken = log.total;
      if (root.open) showRows(board.readings());
    },
  };
}

/** @returns what went wrong, in words */
async function take(file: File, line: string, shelf: DbcShelf, words: Words): Promise<string | undefined> {
  const most = countText(MOST_DBC_CHARACTERS);
  if (file.size > MOST_DBC_CHARACTERS * 4) return words('traffic.signals.tooLong', { most });
  try {
    const kept = shelf.put(line, file.name, await file.text());
    return kept ? undefined : words('traffic.signals.notKept');
  } catch (error) {
    if (error instanceof RangeError) return words('traffic.signals.tooLong', { most });
    return words('traffic.signals.none', { why: error instanceof Error ? error.message : '' });
  }
}

function fileText(file: DbcFile | undefined, words: Words): string {
  if (file === undefined) return words('traffic.signals.hint');
  const { messages, problems } = file.database;
  const left = problems.length === 0 ? '' : ` ${words('traffic.signals.problems', { count: problems.length })}`;
  return words('traffic.signals.file', { name: file.name, count: messages.length }) + left;
}

function signalRow({ name }: SignalReading): Row<SignalReading> {
  const value = element('td', { class: 'gw-figure' });
  const unit = element('td', {});
  return {
    root: element('tr', { class: 'gw-row' }, element('th', { attributes: { scope: 'row' } }, name), value, unit),
    update(reading) {
      setText(value, reading.text);
      setText(unit, reading.unit);
    },
  };
}
