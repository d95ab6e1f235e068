// One option of a protocol in the form: an input that fits its kind, its unit, its help, and what is wrong with it.
import { element } from '../../editor/element.ts';
import { typedField } from '../../editor/form/typed-field.ts';
import { type Entry, type ListForm, prepareList, readList } from '../../editor/list-form.ts';
import type { ProtocolField } from '../../runtime/model/protocol.ts';
import { hasVariable } from './option-faults.ts';
import { textOf } from './options.ts';

export interface OptionInput {
  readonly row: HTMLElement;
  /** What the input holds; `undefined` = the default. */
  read(): unknown;
  /** Called once the row is in the page. */
  ready(): void;
  complain(text: string | undefined): void;
}

/** @param changed  called whenever somebody changes it */
export function optionInput(node: EditorNode, field: ProtocolField, value: unknown, changed: () => void): OptionInput {
  const control = controlOf(node, field, value);
  const fault = element('div', { class: 'gw-fault', attributes: { role: 'status' } });
  const label = element(
    'label',
    { attributes: field.kind === 'list' ? {} : { for: idOf(field) } },
    field.secret === true ? element('i', { class: 'fa fa-key' }) : undefined,
    field.title,
  );
  const row = element(
    'div',
    { class: `form-row gw-option gw-option-${field.kind}`, attributes: { 'data-gw-option': field.field } },
    label,
    // The space that forms written by hand have between a label and its field.
    ' ',
    control.element,
    ...(field.unit === undefined ? [] : [' ', element('span', { class: 'gw-unit' }, field.unit)]),
    ...hintsOf(node, field),
    fault,
  );
  row.addEventListener('input', changed);
  row.addEventListener('change', changed);
  return {
    row,
    read: control.read,
    ready: () => control.ready?.(changed),
    complain(text) {
      fault.textContent = text ?? '';
      for (const shown of [control.element, ...row.querySelectorAll('.red-ui-typedInput-container')])
        shown.classList.toggle('input-error', text !== undefined);
    },
  };
}

function hintsOf(node: EditorNode, { help, secret, rows = [] }: ProtocolField): readonly HTMLElement[] {
  const ofRows = rows.map(row => (row.help === undefined ? undefined : `${row.title}: ${row.help}`));
  const hints = [help, secret === true ? node._('hint.secret') : undefined, ...ofRows];
  return hints.flatMap(hint => (hint === undefined ? [] : [element('div', { class: 'gw-hint' }, hint)]));
}

/** The list of the form that offers connectors of a kind. */
export function connectorListId(kind: string): string {
  return `gw-connectors-${kind}`;
}

function idOf({ field }: ProtocolField): string {
  return `gw-option-${field}`;
}

interface Control {
  readonly element: HTMLElement;
  read(): unknown;
  ready?(changed: () => void): void;
}

function controlOf(node: EditorNode, field: ProtocolField, value: unknown): Control {
  if (field.kind === 'list') return list(node, field, value);
  // A variable can be shown only as what it is.
  if (hasVariable(value)) return text(node, field, value);
  if (field.kind === 'choice') return choice(field, value);
  if (field.kind === 'switch') return onOff(field, value);
  return text(node, field, value);
}

function text(node: EditorNode, field: ProtocolField, value: unknown): Control {
  const isLong = field.lines === true;
  const input = element(isLong ? 'textarea' : 'input', {
    class: field.kind === 'number' ? 'gw-number' : '',
    attributes: {
      id: idOf(field),
      spellcheck: 'false',
      autocomplete: 'off',
      ...(isLong ? { rows: '3' } : { type: 'text' }),
      ...(field.kind === 'number' ? { inputmode: 'numeric' } : {}),
      ...(field.fallback === undefined ? {} : { placeholder: String(field.fallback) }),
      ...(field.connector === undefined ? {} : { list: connectorListId(field.connector) }),
    },
  });
  input.value = value === undefined || value === null ? '' : textOf(value);
  return {
    element: input,
    read: () => written(field, input.value.trim()),
    ready(changed) {
      if (isLong) return;
      // What is wrong is said below it, for all settings together.
      typedField(node, $(input), () => true);
      // Another type is told of by jQuery alone.
      $(input).on('change', changed);
    },
  };
}

function written({ kind }: ProtocolField, said: string): unknown {
  if (said === '') return undefined;
  return kind === 'number' && /^-?\d{1,15}$/.test(said) ? Number(said) : said;
}

function choice(field: ProtocolField, value: unknown): Control {
  const options = (field.choices ?? []).map(one => element('option', { attributes: { value: one } }, one));
  const input = element('select', { attributes: { id: idOf(field) } }, ...options);
  input.value = textOf(value ?? field.fallback ?? '');
  return { element: input, read: () => input.value };
}

function onOff(field: ProtocolField, value: unknown): Control {
  const input = element('input', { class: 'gw-check', attributes: { id: idOf(field), type: 'checkbox' } });
  input.checked = textOf(value ?? field.fallback) === 'true';
  return { element: input, read: () => input.checked };
}

function list(node: EditorNode, field: ProtocolField, value: unknown): Control {
  const rows = field.rows ?? [];
  const form: ListForm = {
    field: `option-${field.field}`,
    columns: rows.map(({ field: name, kind, title, choices }) => ({
      field: name,
      kind: kind === 'list' ? 'text' : kind,
      title,
      ...(kind === 'number' ? { grow: 0.3 } : {}),
      ...(choices === undefined ? {} : { choices }),
    })),
    fresh: () => Object.fromEntries(rows.map(({ field: name, fallback = '' }) => [name, fallback])),
  };
  const entries: readonly Entry[] = Array.isArray(value) ? value : [];
  const items = element('ol', { attributes: { id: `gw-list-${form.field}` } });
  return {
    // Node-RED wraps the list; a frame keeps the row in its order.
    element: element('div', { class: 'gw-option-items' }, items),
    read: () => readList(form),
    ready(changed) {
      prepareList(node, form, entries);
      $(items).on('click', () => setTimeout(changed, 0));
    },
  };
}
