// An editable list of a node's edit form, from a description of its columns. Knows nothing of any node type.
import type { Check } from './checks.ts';
import { moveByKeys, removeByKeys } from './list-keys.ts';

export interface Column {
  readonly field: string;
  readonly kind: 'text' | 'number' | 'choice' | 'switch';
  /** Relative width; default 1. */
  readonly grow?: number;
  /** Values of a `choice`. Their words are `choice.<field>.<value>` in the catalogue. */
  readonly choices?: readonly string[];
  /** Of a `choice`: what counts where a row of a flow that was written by hand lacks the field. */
  readonly absent?: string;
  /** A choice among values the form finds out, for example names of drawn switches. */
  readonly suggest?: (node: EditorNode) => readonly string[];
  readonly check?: Check;
  /** Which line of the row the field is on; default 1. */
  readonly line?: 2 | 3;
  /** The field means something only while another one of the row has one of these values. */
  readonly only?: { readonly field: string; readonly is: readonly string[] };
  /** Instead of the words of the catalogue. */
  readonly title?: string;
}

export interface ListForm {
  /** Field of the node that holds the list. The form has an `<ol id="gw-list-<field>">` for it. */
  readonly field: string;
  readonly columns: readonly Column[];
  /** A new entry, made with the entries there are. */
  fresh(entries: readonly Entry[]): Entry;
  /** Each entry is an output port: wires follow their entry when it moves, and go when it goes. */
  readonly isPorts?: true;
  /** The kind of an entry's port; default that of all outputs of the type. */
  portKind?(entry: Entry): string;
}

export type Entry = Readonly<Record<string, unknown>>;

interface Item {
  /** Index before editing; absent for a new entry. */
  readonly was?: number;
  readonly entry?: Entry;
}

/** @param entries  what it shows; default what the node has */
export function prepareList(node: EditorNode, form: ListForm, entries = entriesOf(node, form)): void {
  const list = $(`#gw-list-${form.field}`);
  list.editableList<Item>({
    sortable: true,
    removable: true,
    height: 'auto',
    // A row of two lines has no columns to name; its fields say in their placeholders what they are.
    ...(form.columns.every(column => column.line === undefined) ? { header: headerOf(node, form) } : {}),
    addItem: (container, _index, item) => {
      const entry = item.entry ?? form.fresh(readList(form));
      container.addClass('gw-list-row').append(rowOf(node, form, entry));
      moveByKeys(container.parent(), node._('list.move'), () => form.isPorts && rememberPorts(form));
      removeByKeys(container.parent(), node._('list.remove'));
      if (form.isPorts) rememberPorts(form);
    },
    removeItem: item => {
      if (form.isPorts) rememberPorts(form, item.was);
    },
    sortItems: () => {
      if (form.isPorts) rememberPorts(form);
    },
  });
  if (form.isPorts) $('#node-input-outputs').val('{}');
  entries.forEach((entry, was) => {
    list.editableList('addItem', { entry, was } satisfies Item);
  });
}

/**
 * Puts other entries into the list.
 * @param kept  by place in the list before, the place an entry has now: its wires follow it there. The wires of others go.
 */
export function replaceEntries(form: ListForm, entries: readonly Entry[], kept: ReadonlyMap<number, number>): void {
  const former = formerPorts(form);
  const was = new Map([...kept].map(([before, now]) => [now, former[before]]));
  $(`#gw-list-${form.field}`).editableList('empty');
  entries.forEach((entry, index) => {
    const port = was.get(index);
    $(`#gw-list-${form.field}`).editableList(
      'addItem',
      (port === undefined ? { entry } : { entry, was: port }) satisfies Item,
    );
  });
  if (!form.isPorts) return;
  const left = new Set(was.values());
  for (const port of former) if (port !== undefined && !left.has(port)) rememberPorts(form, port);
}

/** Sets some fields of a row, as if somebody had typed them. @param index  place of the row in the list now */
export function fillRow(form: ListForm, index: number, values: Entry): void {
  for (const [field, value] of Object.entries(values))
    rowsOf(form)[index]?.find(`[data-gw-field="${field}"]`).val(String(value)).trigger('change');
}

export function addRow(form: ListForm, entry: Entry): void {
  $(`#gw-list-${form.field}`).editableList('addItem', { entry } satisfies Item);
}

/** Which output each row was when the form opened; `undefined` for a new one. */
export function formerPorts(form: ListForm): readonly (number | undefined)[] {
  return rowsOf(form).map(row => (row.data('data') as Item).was);
}

/** What the list says now. */
export function readList(form: ListForm): readonly Entry[] {
  // A row is in the list a moment before its fields are.
  const rows = rowsOf(form).filter(row => row.find('[data-gw-field]').length > 0);
  return rows.map(row => readRow(row, form));
}

export function entriesOf(node: EditorNode, form: ListForm): readonly Entry[] {
  const value = node[form.field];
  return Array.isArray(value) ? value.filter(entry => typeof entry === 'object' && entry !== null) : [];
}

function readRow(row: JQuery, form: ListForm): Entry {
  return Object.fromEntries(
    form.columns.map(column => {
      const input = row.find(`[data-gw-field="${column.field}"]`);
      if (column.kind === 'switch') return [column.field, input.prop('checked') === true];
      const text = String(input.val() ?? '').trim();
      return [column.field, column.kind === 'number' && /^\d+$/.test(text) ? Number(text) : text];
    }),
  );
}

function rowOf(node: EditorNode, form: ListForm, entry: Entry): JQuery {
  const lines = [undefined, 2, 3].map(line => form.columns.filter(column => column.line === line));
  const filled = lines.filter(columns => columns.length > 0);
  const row = $('<div class="gw-list-lines">').append(
    ...filled.map(columns =>
      $('<div class="gw-list-line">').append(...columns.map(column => cellOf(node, form, column, entry))),
    ),
  );
  for (const column of form.columns) if (column.only !== undefined) showOnly(row, column.field, column.only);
  return row;
}

/** A cell that means nothing keeps its place, so that columns stay below each other. */
function showOnly(row: JQuery, field: string, { field: other, is }: NonNullable<Column['only']>): void {
  const input = row.find(`[data-gw-field="${other}"]`);
  const update = () => {
    const means = is.includes(String(input.val() ?? ''));
    row.find(`[data-gw-field="${field}"]`).css('visibility', means ? '' : 'hidden');
  };
  input.on('change', update);
  update();
}

function cellOf(node: EditorNode, form: ListForm, column: Column, entry: Entry): JQuery {
  const label = titleOf(node, form, column);
  const input = inputOf(node, form, column).attr({ 'data-gw-field': column.field, 'aria-label': label, title: label });
  const value = entry[column.field] ?? column.absent;
  if (column.kind === 'switch') {
    input.prop('checked', value === true);
    return $('<label class="gw-list-switch">').append(input, $('<span>').text(label));
  }
  input.val(value === undefined || value === null ? '' : String(value));
  if (column.check !== undefined) watch(node, input, column.check, label);
  const cell = $('<span class="gw-list-cell">')
    .css('flex', `${column.grow ?? 1} 1 0`)
    .append(input);
  return column.suggest === undefined ? cell : cell.append(suggestions(input, column.suggest(node)));
}

function titleOf(node: EditorNode, form: ListForm, column: Column): string {
  return column.title ?? node._(`list.${form.field}.${column.field}`);
}

function inputOf(node: EditorNode, form: ListForm, column: Column): JQuery {
  if (column.kind === 'switch') return $('<input type="checkbox">');
  if (column.kind === 'text' || column.kind === 'number')
    return $('<input type="text">').attr(
      'placeholder',
      column.title ?? node._(`placeholder.${form.field}.${column.field}`),
    );
  const words = (choice: string) => (column.title === undefined ? node._(`choice.${column.field}.${choice}`) : choice);
  return $('<select>').append(...(column.choices ?? []).map(choice => $('<option>').val(choice).text(words(choice))));
}

function suggestions(input: JQuery, values: readonly string[]): JQuery {
  const id = `gw-suggest-${Math.random().toString(36).slice(2)}`;
  input.attr('list', id);
  return $('<datalist>')
    .attr('id', id)
    .append(...values.map(value => $('<option>').val(value)));
}

function watch(node: EditorNode, input: JQuery, check: Check, label: string): void {
  const update = () => {
    const fault = check(String(input.val() ?? '').trim());
    input.toggleClass('input-error', fault !== undefined).attr('title', fault === undefined ? label : node._(fault));
  };
  input.on('input change', update);
  update();
}

function headerOf(node: EditorNode, form: ListForm): JQuery {
  const cells = form.columns.map(column =>
    $('<span>')
      .text(titleOf(node, form, column))
      .css('flex', `${column.grow ?? 1} 1 0`),
  );
  return $('<div class="gw-list-header">').append(...cells);
}

/** Tells Node-RED how output ports moved: old index → new index, -1 = gone. */
function rememberPorts(form: ListForm, removed?: number): void {
  const field = $('#node-input-outputs');
  const before: Record<string, number> = JSON.parse(String(field.val() || '{}'));
  const gone = Object.fromEntries(Object.entries(before).filter(([, to]) => to === -1));
  if (removed !== undefined) gone[String(removed)] = -1;
  const items = rowsOf(form).map(
    (row, index) => [String((row.data('data') as Item).was ?? `new${index}`), index] as const,
  );
  field.val(JSON.stringify({ ...gone, ...Object.fromEntries(items) }));
}

function rowsOf(form: ListForm): readonly JQuery[] {
  return $(`#gw-list-${form.field}`)
    .editableList('items')
    .toArray()
    .map(row => $(row));
}
