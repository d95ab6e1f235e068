// The last frames of a line, newest first. A button holds the list still, so that it can be read; nothing is lost by it but what
// the list has no room for.
import type { Address } from '../../../runtime/model/address.ts';
import type { LineEnd } from '../../../runtime/model/line-frame.ts';
import type { SeenFrame } from '../../../runtime/model/seen-traffic.ts';
import { button, element } from '../../element.ts';
import { askFrame } from '../../traffic/ask-rules.ts';
import { type DbcFile, signalsIn } from '../../traffic/dbc-shelf.ts';
import { clockText, countText } from '../../traffic/figures.ts';
import { frameParts } from '../../traffic/frame-text.ts';
import { valueText } from '../../traffic/signal-board.ts';
import type { WatchedLine } from '../../traffic/traffic-store.ts';
import type { Words } from '../../words.ts';
import { keyedRows, type Row, setText } from '../keyed-rows.ts';
import { answerPlace } from './answer.ts';
import { endName } from './end-names.ts';
import { whyView } from './why-view.ts';

const MOST_ROWS = 60;
const ARROWS = { in: '→', out: '←' } as const;

/** @param fileOf  the DBC file of the line, when it has one */
export function framesView(fileOf: () => DbcFile | undefined, words: Words): Row<WatchedLine> {
  let held = false;
  let newest: WatchedLine | undefined;
  let shown = '';
  const numbers = new FrameNumbers();
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
  const none = element('li', { class: 'gw-frames-none' }, words('traffic.frames.none'));
  const showRows = keyedRows<ShownFrame>(
    list,
    ({ key }) => key,
    ({ frame, watched }) => ({ root: frameRow(frame, watched.seen, fileOf(), words), update: () => {} }),
  );
  const show = () => {
    if (newest === undefined) return;
    const watched = newest;
    const end = filter.value === '' ? undefined : (filter.value as LineEnd);
    const frames = watched.log.newest(MOST_ROWS, end);
    const meaning = `${fileOf()?.name ?? ''} ${watched.seen.protocol ?? ''}`;
    const key = `${filter.value} ${watched.log.total} ${meaning}`;
    if (key === shown) return;
    shown = key;
    none.remove();
    // Rows that stay are not touched, so that a button can be pressed while frames come.
    showRows(frames.map(frame => ({ key: `${numbers.of(frame)} ${meaning}`, frame, watched })));
    if (frames.length === 0) list.append(none);
    setText(lost, watched.log.lost === 0 ? '' : words('traffic.frames.lost', { count: countText(watched.log.lost) }));
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

interface ShownFrame {
  readonly key: string;
  readonly frame: SeenFrame;
  readonly watched: WatchedLine;
}

/** Frames are alike only by being the same: two may say the same at the same time. */
class FrameNumbers {
  readonly #numbers = new WeakMap<SeenFrame, number>();
  #next = 0;

  of(frame: SeenFrame): number {
    const known = this.#numbers.get(frame);
    if (known !== undefined) return known;
    this.#next += 1;
    this.#numbers.set(frame, this.#next);
    return this.#next;
  }
}

/** Keeps what was chosen. @param withAll  offers all of them at once too */
export function offerEnds(select: HTMLSelectElement, ends: readonly LineEnd[], words: Words, withAll = true): void {
  const key = ends.join();
  if (select.dataset.ends === key) return;
  select.dataset.ends = key;
  const chosen = select.value;
  const option = (value: string, text: string) => element('option', { attributes: { value } }, text);
  const all = withAll ? [option('', words('traffic.end.all'))] : [];
  select.replaceChildren(...all, ...ends.map(end => option(end, endName(end, words))));
  if (withAll || ends.some(end => end === chosen)) select.value = ends.some(end => end === chosen) ? chosen : '';
}

function frameRow(
  frame: SeenFrame,
  { protocol, line }: WatchedLine['seen'],
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
    ...whyParts(frame, line, words),
  );
}

/** A button that asks the rules, at frames that they refused at a VM. */
function whyParts(
  { refusedBy, end, direction, frame }: SeenFrame,
  line: Address,
  words: Words,
): readonly HTMLElement[] {
  if (refusedBy === undefined || !end.startsWith('vm.')) return [];
  const answer = answerPlace(words);
  const ask = () => void answer.show(askFrame({ line, end, direction, frame }), found => whyView(found, words));
  return [button(words('why.ask'), ask, { class: 'gw-why-ask' }), answer.root];
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
