// The last frames of a line, newest first. A button holds the list still, so that it can be read; nothing is lost by it but what
// the list has no room for.
import type { LineEnd } from '../../../runtime/model/line-frame.ts';
import type { SeenFrame } from '../../../runtime/model/seen-traffic.ts';
import { button, element } from '../../element.ts';
import { type DbcFile, signalsIn } from '../../traffic/dbc-shelf.ts';
import { clockText, countText } from '../../traffic/figures.ts';
import { frameParts } from '../../traffic/frame-text.ts';
import { valueText } from '../../traffic/signal-board.ts';
import type { WatchedLine } from '../../traffic/traffic-store.ts';
import type { Words } from '../../words.ts';
import { endName } from './end-names.ts';
import { type Row, setText } from './keyed-rows.ts';

const MOST_ROWS = 60;
const ARROWS = { in: '→', out: '←' } as const;

/** @param fileOf  the DBC file of the line, when it has one */
export function framesView(fileOf: () => DbcFile | undefined, words: Words): Row<WatchedLine> {
  let held = false;
  let newest: WatchedLine | undefined;
  let shown = '';
  const filter = element('select', { attributes: { 'aria-label': words('traffic.frames.filter') } });
  const list = element('ol', {
    class: 'gw-frames',
    attributes: { tabindex: '0', 'aria-label': words('traffic.frames.title') },
  });
  const lost = element('span', { class: 'gw-note' });
  const hold = button(words('traffic.frames.hold'), () => {
    held = !held;
    setText(hold, words(held ? 'traffic.frames.go' : 'traffic.frames.hold'));
    if (!held) show();
  });
  const root = element(
    'details',
    { class: 'gw-fold' },
    element('summary', {}, words('traffic.frames.title')),
    element('div', { class: 'gw-frames-head' }, filter, hold, lost),
    list,
  );
  root.open = true;
  const show = () => {
    if (newest === undefined) return;
    const end = filter.value === '' ? undefined : (filter.value as LineEnd);
    const frames = newest.log.newest(MOST_ROWS, end);
    const key = `${filter.value} ${newest.log.total} ${fileOf()?.name ?? ''} ${newest.seen.protocol ?? ''}`;
    if (key === shown) return;
    shown = key;
    const { protocol } = newest.seen;
    list.replaceChildren(...frames.map(frame => frameRow(frame, protocol, fileOf(), words)));
    if (frames.length === 0) list.append(element('li', { class: 'gw-frames-none' }, words('traffic.frames.none')));
    setText(lost, newest.log.lost === 0 ? '' : words('traffic.frames.lost', { count: countText(newest.log.lost) }));
  };
  filter.addEventListener('change', show);
  return {
    root,
    update(watched) {
      newest = watched;
      offerEnds(
        filter,
        watched.seen.ends.map(({ end }) => end),
        words,
      );
      if (!held && root.open) show();
    },
  };
}

/** Keeps what was chosen. */
export function offerEnds(select: HTMLSelectElement, ends: readonly LineEnd[], words: Words): void {
  const key = ends.join();
  if (select.dataset.ends === key) return;
  select.dataset.ends = key;
  const chosen = select.value;
  const option = (value: string, text: string) => element('option', { attributes: { value } }, text);
  select.replaceChildren(option('', words('traffic.end.all')), ...ends.map(end => option(end, endName(end, words))));
  select.value = ends.some(end => end === chosen) ? chosen : '';
}

function frameRow(
  frame: SeenFrame,
  protocol: string | undefined,
  file: DbcFile | undefined,
  words: Words,
): HTMLElement {
  const parts = frameParts(frame, protocol, words).map(({ text, isTrouble }) =>
    element('span', { class: isTrouble === true ? 'gw-part gw-trouble' : 'gw-part' }, text),
  );
  const way = words(`traffic.frame.${frame.direction}`);
  return element(
    'li',
    { class: 'gw-frame' },
    element('span', { class: 'gw-frame-time' }, clockText(frame.atMs)),
    element('span', { class: 'gw-frame-end', title: way }, `${endName(frame.end, words)} ${ARROWS[frame.direction]}`),
    element('span', { class: 'gw-frame-parts' }, ...parts, ...signalParts(frame, file)),
  );
}

function signalParts({ frame }: SeenFrame, file: DbcFile | undefined): readonly HTMLElement[] {
  const found = file === undefined ? undefined : signalsIn(file, frame);
  if (found === undefined) return [];
  const signals = found.signals.map(({ signal, value, label }) =>
    element(
      'span',
      { class: 'gw-part gw-signal' },
      `${signal.name} ${label ?? valueText(value)} ${signal.unit}`.trim(),
    ),
  );
  return [element('span', { class: 'gw-part gw-message' }, found.message.name), ...signals];
}
