// Records a line into a file of this browser.
import { button, element } from '../../element.ts';
import { record, save } from '../../traffic/download.ts';
import { bytesText } from '../../traffic/figures.ts';
import type { WatchedLine } from '../../traffic/traffic-store.ts';
import type { Words } from '../../words.ts';
import { offerEnds } from './frames-view.ts';
import { type Row, setText } from './keyed-rows.ts';

const USUAL_SECONDS = 30;
const MOST_SECONDS = 600;
const ENDINGS = { pcapng: 'pcapng', candump: 'log' } as const;

export function recordView(line: string, words: Words): Row<WatchedLine> {
  const choice = (...values: readonly string[]) =>
    element(
      'select',
      {},
      ...values.map(value => element('option', { attributes: { value } }, words(`traffic.record.${value || 'both'}`))),
    );
  const format = choice('pcapng', 'candump');
  const direction = choice('', 'in', 'out');
  const end = element('select');
  const bounds = { type: 'number', min: '1', max: String(MOST_SECONDS), value: String(USUAL_SECONDS) };
  const seconds = element('input', { attributes: bounds });
  const said = element('p', { class: 'gw-note', attributes: { role: 'status' } });
  let enough: AbortController | undefined;
  const start = button(words('traffic.record.start'), () => void run(), { icon: 'circle' });
  const stop = button(words('traffic.record.stop'), () => enough?.abort(), { icon: 'stop' });
  stop.hidden = true;
  const toggle = (running: boolean) => {
    start.hidden = running;
    stop.hidden = !running;
    for (const field of [format, direction, end, seconds]) field.disabled = running;
  };
  const run = async () => {
    if (!seconds.reportValidity()) return;
    enough = new AbortController();
    toggle(true);
    setText(said, words('traffic.record.waiting'));
    const kind = format.value as keyof typeof ENDINGS;
    const order = { line, format: kind, end: end.value, direction: direction.value, seconds: Number(seconds.value) };
    try {
      const file = await record(
        order,
        bytes => setText(said, words('traffic.record.arrived', { size: bytesText(bytes) })),
        enough.signal,
      );
      save(file, `${line.slice('line.'.length).replace('/', '-')}.${ENDINGS[kind]}`);
      setText(said, words('traffic.record.done', { size: bytesText(file.size) }));
    } catch (error) {
      setText(said, (error instanceof Error && error.message) || words('platform.away'));
    }
    toggle(false);
  };
  const field = (label: string, control: HTMLElement) =>
    element('label', { class: 'gw-record-field' }, element('span', {}, words(`traffic.record.${label}`)), control);
  const root = element(
    'details',
    { class: 'gw-fold' },
    element('summary', {}, words('traffic.record.title')),
    field('end', end),
    field('direction', direction),
    field('seconds', seconds),
    field('format', format),
    element('div', { class: 'gw-actions' }, start, stop),
    said,
  );
  return {
    root,
    update({ seen }) {
      const isCan = seen.protocol === 'can';
      const [, log] = format.options;
      if (log !== undefined) log.hidden = !isCan;
      offerEnds(
        end,
        seen.ends.map(one => one.end),
        words,
      );
    },
  };
}
