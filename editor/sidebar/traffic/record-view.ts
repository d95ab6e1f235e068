// Records a line into a file of this browser.
import { button, element } from '../../element.ts';
import { type RecordOrder, record, save } from '../../traffic/download.ts';
import { bytesText } from '../../traffic/figures.ts';
import type { WatchedLine } from '../../traffic/traffic-store.ts';
import type { Words } from '../../words.ts';
import { type Row, setText } from '../keyed-rows.ts';
import { offerEnds } from './frames-view.ts';

const USUAL_SECONDS = 30;
const MOST_SECONDS = 600;
const ENDINGS = { pcapng: 'pcapng', candump: 'log' } as const;

export function recordView(line: string, words: Words): Row<WatchedLine> {
  const form = recordForm(words);
  const said = element('p', { class: 'gw-note', attributes: { role: 'status' } });
  let enough = new AbortController();
  const run = async () => {
    if (!form.isComplete()) return;
    enough = new AbortController();
    toggle(true);
    setText(said, words('traffic.record.waiting'));
    setText(said, await recorded({ line, ...form.order() }, enough.signal, text => setText(said, text), words));
    toggle(false);
  };
  const start = button(words('traffic.record.start'), () => void run(), { icon: 'circle' });
  const stop = button(words('traffic.record.stop'), () => enough.abort(), { icon: 'stop' });
  const toggle = (running: boolean) => {
    start.hidden = running;
    stop.hidden = !running;
    form.root.disabled = running;
  };
  toggle(false);
  const summary = element('summary', {}, words('traffic.record.title'));
  const actions = element('div', { class: 'gw-actions' }, start, stop);
  return {
    root: element('details', { class: 'gw-fold' }, summary, form.root, actions, said),
    update: form.update,
  };
}

/** @returns how it ended, in words */
async function recorded(
  order: RecordOrder,
  enough: AbortSignal,
  tell: (text: string) => void,
  words: Words,
): Promise<string> {
  try {
    const file = await record(
      order,
      bytes => tell(words('traffic.record.arrived', { size: bytesText(bytes) })),
      enough,
    );
    save(file, `${order.line.slice('line.'.length).replace('/', '-')}.${ENDINGS[order.format]}`);
    return words('traffic.record.done', { size: bytesText(file.size) });
  } catch (error) {
    return (error instanceof Error && error.message) || words('platform.away');
  }
}

/** What to record. */
function recordForm(words: Words) {
  const choice = (...values: readonly string[]) => {
    const wordOf = (value: string) => words(`traffic.record.${value || 'both'}`);
    return element('select', {}, ...values.map(value => element('option', { attributes: { value } }, wordOf(value))));
  };
  const [end, direction, format] = [choice(), choice('', 'in', 'out'), choice('pcapng', 'candump')];
  const bounds = { type: 'number', min: '1', max: String(MOST_SECONDS), value: String(USUAL_SECONDS) };
  const seconds = element('input', { attributes: bounds });
  const fields = Object.entries({ end, direction, seconds, format }).map(([label, control]) =>
    element('label', { class: 'gw-record-field' }, element('span', {}, words(`traffic.record.${label}`)), control),
  );
  return {
    root: element('fieldset', { class: 'gw-record' }, ...fields),
    isComplete: () => seconds.reportValidity(),
    order: () => ({
      ...{ end: end.value, direction: direction.value, seconds: Number(seconds.value) },
      format: format.value as RecordOrder['format'],
    }),
    update({ seen }: WatchedLine) {
      const [, log] = format.options;
      if (log !== undefined) log.hidden = seen.protocol !== 'can';
      offerEnds(
        end,
        seen.ends.map(one => one.end),
        words,
      );
    },
  };
}
