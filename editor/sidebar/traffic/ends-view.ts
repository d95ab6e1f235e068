// The ends of a line: what each says and hears in a second, the last minute, and what was refused or lost there.
import type { EndFigures } from '../../../runtime/model/line-figures.ts';
import { element } from '../../element.ts';
import { byteRateText, countText, rateText } from '../../traffic/figures.ts';
import type { EndRates, WireRates } from '../../traffic/line-history.ts';
import type { WatchedLine } from '../../traffic/traffic-store.ts';
import type { Words } from '../../words.ts';
import { keyedRows, type Row, setText } from '../keyed-rows.ts';
import { endName } from './end-names.ts';
import { sparkline } from './sparkline.ts';

interface EndSight {
  readonly figures: EndFigures;
  readonly rates: EndRates;
  readonly points: readonly number[];
}

export function endsView(words: Words): Row<WatchedLine> {
  const head = element('tr', {}, ...(['end', 'in', 'out'] as const).map(key => column(key, words)));
  const root = element('table', { class: 'gw-table gw-ends' }, element('thead', {}, head));
  const show = keyedRows<EndSight>(
    root,
    ({ figures }) => figures.end,
    ({ figures }) => endRows(figures.end, words),
    1, // below the heads of the columns
  );
  return {
    root,
    update: ({ seen, history }) =>
      show(
        seen.ends.map(figures => ({ figures, rates: history.rates(figures.end), points: history.points(figures.end) })),
      ),
  };
}

function column(key: 'end' | 'in' | 'out', words: Words): HTMLElement {
  const isFigure = key !== 'end';
  const look = { class: `gw-column ${isFigure ? 'gw-figure' : ''}`, title: words(`traffic.column.${key}Help`) };
  return element('th', { ...look, attributes: { scope: 'col' } }, words(`traffic.column.${key}`));
}

/** A row with the figures, and one for what is not as it should be while something is. */
function endRows(end: EndFigures['end'], words: Words): Row<EndSight> {
  const name = element('div', { class: 'gw-end-name', title: end }, endName(end, words));
  const spark = sparkline(endName(end, words), words);
  const [said, heard] = [element('td', { class: 'gw-figure' }), element('td', { class: 'gw-figure' })];
  const title = element('th', { attributes: { scope: 'row' } }, name, spark.root);
  const plug = element('div', { class: 'gw-end-plug' });
  const trouble = element('div', { class: 'gw-trouble' });
  const beside = element('tr', {}, element('td', { class: 'gw-beside', attributes: { colspan: '3' } }, plug, trouble));
  return {
    root: element('tbody', {}, element('tr', { class: 'gw-row' }, title, said, heard), beside),
    update({ figures, rates, points }) {
      setText(plug, figures.plugged === false ? words('traffic.end.unplugged') : '');
      setText(said, wireText(rates.in));
      setText(heard, wireText(rates.out));
      spark.draw(points);
      setText(trouble, troublesOf(figures, rates, words).join('\n'));
      beside.hidden = trouble.textContent === '' && plug.textContent === '';
    },
  };
}

function wireText({ frames, bytes }: WireRates): string {
  return `${rateText(frames)}\n${byteRateText(bytes)}`;
}

/** What did not get through, with what is going on now before what went on once. */
function troublesOf({ in: said, out: heard }: EndFigures, rates: EndRates, words: Words): readonly string[] {
  return (['denied', 'dropped', 'malformed'] as const).flatMap(what => {
    const count = said[what] + heard[what];
    if (count === 0) return [];
    const rate = rates.in[what] + rates.out[what];
    const values = { count: countText(count), rate: rateText(rate) };
    return [words(rate > 0 ? `traffic.trouble.${what}Now` : `traffic.trouble.${what}`, values)];
  });
}
