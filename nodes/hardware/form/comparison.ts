// The part of the form that shows how the drawing fits the real box, in words, and lets its addresses be taken over.
import { button, element } from '../../../editor/element.ts';
import type { BoxComparison, FigureComparison, Fit, RowComparison } from '../compare.ts';
import type { Socket } from '../sockets.ts';

/** What somebody wants to have of the real box. */
export interface TakenOver {
  /** By place in the list of connectors. */
  readonly rows: ReadonlyMap<number, Socket>;
  /** Sockets to draw as well. */
  readonly added: readonly Socket[];
  readonly figures: readonly FigureComparison[];
}

export interface ComparisonView {
  readonly node: EditorNode;
  /** What the box is called. */
  readonly title: string;
  readonly comparison: BoxComparison;
  takeOver(taken: TakenOver): void;
  close(): void;
}

/** A shape and a word for each fit, never a colour alone. */
const SIGNS: Readonly<Record<Fit, string>> = {
  same: 'check-circle',
  renamed: 'exchange',
  card: 'exclamation-triangle',
  missing: 'minus-circle',
  open: 'circle-o',
};

export function comparisonView(view: ComparisonView): HTMLElement {
  const { node, comparison, title } = view;
  const rows = comparison.rows.map(row => rowView(node, row));
  const added = comparison.undrawn.map(socket => tickView(socketWords(node, socket), false));
  const figures = comparison.figures.map(figure => figureView(node, figure));
  const taken = (): TakenOver => ({
    rows: new Map(rows.flatMap(({ chosen }, index) => pair(index, chosen()))),
    added: comparison.undrawn.filter((_socket, index) => added[index]?.isTicked() === true),
    figures: comparison.figures.filter((_figure, index) => figures[index]?.isTicked() === true),
  });
  return element(
    'div',
    { class: 'gw-comparison', attributes: { role: 'group', 'aria-label': title } },
    element('div', { class: 'gw-comparison-head' }, element('strong', {}, title), ` ${summaryOf(node, comparison)}`),
    element('ul', { class: 'gw-comparison-rows' }, ...rows.map(({ item }) => item)),
    ...part(
      node,
      'label.undrawn',
      added.map(({ item }) => item),
    ),
    ...part(
      node,
      'label.figures',
      figures.map(({ item }) => item),
    ),
    element(
      'div',
      { class: 'gw-comparison-actions' },
      button(node._('label.takeOver'), () => view.takeOver(taken()), { class: 'gw-take-over', icon: 'download' }),
      button(node._('label.close'), () => view.close()),
    ),
  );
}

function pair(index: number, socket: Socket | undefined): readonly (readonly [number, Socket])[] {
  return socket === undefined ? [] : [[index, socket]];
}

function part(node: EditorNode, key: string, items: readonly HTMLElement[]): readonly HTMLElement[] {
  if (items.length === 0) return [];
  return [element('div', { class: 'gw-comparison-part' }, node._(key)), element('ul', {}, ...items)];
}

function summaryOf(node: EditorNode, { rows, undrawn, figures }: BoxComparison): string {
  const differing = rows.filter(({ fit }) => fit !== 'same').length;
  if (differing === 0 && undrawn.length === 0 && figures.length === 0) return node._('label.fits');
  if (differing === 0) return node._('label.rowsFit');
  return node._('label.differs', { differing, rows: rows.length });
}

interface RowView {
  readonly item: HTMLElement;
  /** `undefined`: it stays as it is drawn. */
  chosen(): Socket | undefined;
}

function rowView(node: EditorNode, comparison: RowComparison): RowView {
  const { row, fit, found, choices, guessed } = comparison;
  const select = $('<select>').attr('aria-label', node._('label.behind', { label: row.label }));
  select.append($('<option>').val('').text(node._('label.asDrawn')));
  for (const [index, socket] of choices.entries())
    select.append($('<option>').val(String(index)).text(socketWords(node, socket)));
  select.val(found === undefined ? '' : String(choices.indexOf(found)));
  const guess = guessed ? ` ${node._('label.guessed')}` : '';
  return {
    item: element(
      'li',
      { class: `gw-fit-${fit}`, attributes: { 'data-gw-fit': fit } },
      element('i', {
        class: `fa fa-${SIGNS[fit]}`,
        title: node._(`fit.${fit}`),
        attributes: { 'aria-hidden': 'true' },
      }),
      element('strong', {}, row.label),
      element('span', {}, `${fitWords(node, comparison)}${guess}`),
      ...(choices.length === 0 ? [] : [select[0] as HTMLElement]),
    ),
    chosen: () => choices[Number(select.val() === '' ? -1 : select.val())],
  };
}

function fitWords(node: EditorNode, { row, fit, found, choices }: RowComparison): string {
  const { device, mac } = row;
  if (choices.length === 0) return node._(`fitWords.none.${row.kind}`);
  return node._(`fitWords.${fit}`, { device, mac, found: found?.device ?? '', foundMac: found?.mac ?? '' });
}

/** `enp3s0, 52:54:00:12:34:56`. */
function socketWords(node: EditorNode, { label, device, mac }: Socket): string {
  const known = [label, device === label ? '' : device, mac].filter(word => word !== '');
  return device === '' ? `${known.join(', ')} (${node._('label.noDevice')})` : known.join(', ');
}

interface TickView {
  readonly item: HTMLElement;
  isTicked(): boolean;
}

function tickView(text: string, ticked: boolean): TickView {
  const box = element('input', { attributes: { type: 'checkbox' } });
  box.checked = ticked;
  return { item: element('li', {}, element('label', {}, box, ` ${text}`)), isTicked: () => box.checked };
}

/** A size of the box can be taken over; what it can do is only told. */
function figureView(node: EditorNode, { what, drawn, found }: FigureComparison): TickView {
  const word = (value: number | boolean) =>
    typeof value === 'boolean' ? node._(value ? 'label.yes' : 'label.no') : String(value);
  const text = node._('label.figure', { what: node._(`figure.${what}`), drawn: word(drawn), found: word(found) });
  return typeof found === 'number' ? tickView(text, true) : { item: element('li', {}, text), isTicked: () => false };
}
