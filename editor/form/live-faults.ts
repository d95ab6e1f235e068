// What is wrong with the fields of a form, in words below each of them while they are filled in: what the form sees by itself at once,
// the rest in the words of the compiler a moment later.
import { hasVariable } from '../checks.ts';
import { element } from '../element.ts';
import { askFaults, type FieldFault } from '../field-faults.ts';

/** Long enough that nobody is asked at every key. */
const ASK_AFTER_MS = 400;

export interface LiveForm {
  /** Of the node type. */
  readonly type: string;
  /** Of the ids of inputs: `node-input`. */
  readonly prefix: string;
  /** Fields that have an input or a list of their own. */
  readonly fields: readonly string[];
  /** What the form holds now, as it would be kept. */
  read(): Readonly<Record<string, unknown>>;
  /** What is wrong with a field, a sentence; `undefined` when nothing is seen. */
  fault(field: string, value: unknown): string | undefined;
}

export function liveFaults(form: LiveForm): void {
  const places = new Map<string, HTMLElement>();
  for (const field of form.fields) {
    const place = placeFor(form.prefix, field);
    if (place !== undefined) places.set(field, place);
  }
  const [first] = places.values();
  if (first === undefined) return;
  let said: readonly FieldFault[] = [];
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const paint = () => {
    const values = form.read();
    for (const [field, place] of places) {
      const text = form.fault(field, values[field]) ?? toldOf(said, field, values[field]) ?? '';
      if (place.textContent !== text) place.textContent = text;
    }
  };
  const ask = async () => {
    asked += 1;
    const mine = asked;
    if (!first.isConnected) return;
    const found = await askFaults(form.type, form.read());
    if (mine !== asked) return;
    said = found;
    paint();
  };
  const changed = () => {
    paint();
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), ASK_AFTER_MS);
  };
  const root = first.closest('form, .red-ui-editor') ?? document.body;
  // Typed inputs, selects and lists tell of changes by jQuery, which the listeners of the page do not hear.
  $(root).on('change keyup input', changed);
  changed();
}

function toldOf(said: readonly FieldFault[], field: string, value: unknown): string | undefined {
  const found = said.find(fault => fault.field.split(/[.[]/)[0] === field);
  // What a variable stands for only a deploy knows.
  if (found === undefined || hasVariable(JSON.stringify(value ?? ''))) return undefined;
  return `${found.fact.charAt(0).toUpperCase()}${found.fact.slice(1)}. ${found.remedy}`;
}

/** Below the input or the list of a field; it is what the input is described by. */
function placeFor(prefix: string, field: string): HTMLElement | undefined {
  const input = document.getElementById(`${prefix}-${field}`) ?? document.getElementById(`gw-list-${field}`);
  const row = input?.closest('.form-row');
  if (input === null || row === null || row === undefined) return undefined;
  const id = `${prefix}-${field}-fault`;
  const place = element('div', { class: 'gw-fault', attributes: { id, role: 'status' } });
  const list = input.closest('.red-ui-editableList');
  if (list === null) row.append(place);
  else list.after(place);
  for (const control of [input, ...row.querySelectorAll('.red-ui-typedInput-input')])
    control.setAttribute('aria-describedby', id);
  return place;
}
