// Makes the fields of an edit form what they should be: typed inputs with what can be chosen, and words below what is wrong.
import { type Check, hasVariable, wholeNumber } from '../checks.ts';
import { readList } from '../list-form.ts';
import type { NodeFacts } from '../node-facts.ts';
import type { NodeLook } from '../node-look.ts';
import { followGateway } from './chosen-gateway.ts';
import { type LiveForm, liveFaults } from './live-faults.ts';
import { typedField } from './typed-field.ts';

export interface PreparedForm {
  readonly facts: NodeFacts;
  readonly look: NodeLook;
  /** Of the ids of inputs. */
  readonly prefix: string;
}

/** A name is what labels show, so it is written as it is. */
const PLAIN: ReadonlySet<string> = new Set(['name', 'was', 'outputs']);
/** What Node-RED's list of config nodes holds while none is chosen. */
const NONE_CHOSEN = '_ADD_';

/** Called when everything else of the form is ready. */
export function prepareForm(node: EditorNode, form: PreparedForm): void {
  const { facts, look, prefix } = form;
  const written = Object.keys(facts.defaults).filter(field => isWritten(form, field));
  for (const field of written) {
    const input = $(`#${prefix}-${field}`);
    const typed = typedField(node, input, text => faultOf(node, form, field, text) === undefined);
    const suggest = look.suggestions?.[field];
    if (suggest === undefined) continue;
    followGateway(
      $(`#${prefix}-gateway`),
      gateway => suggest(gateway).catch(() => []), // nobody can be asked: it is written by hand
      values => typed.offer(values),
    );
  }
  liveFaults(liveFormOf(node, form));
}

function isWritten({ facts, look, prefix }: PreparedForm, field: string): boolean {
  if (PLAIN.has(field) || facts.references[field] !== undefined || look.drawn?.[field] !== undefined) return false;
  return document.querySelector(`input[type="text"]#${prefix}-${field}`) !== null;
}

function liveFormOf(node: EditorNode, form: PreparedForm): LiveForm {
  const { facts, look, prefix } = form;
  const fields = Object.keys(facts.defaults).filter(field => look.drawn?.[field] === undefined);
  return {
    ...{ type: facts.type, prefix, fields },
    read: () => Object.fromEntries(Object.keys(facts.defaults).map(field => [field, heldBy(node, form, field)])),
    fault: (field, value) => (Array.isArray(value) ? undefined : faultOf(node, form, field, String(value ?? ''))),
  };
}

function heldBy(node: EditorNode, { look, prefix }: PreparedForm, field: string): unknown {
  const list = look.lists?.find(one => one.field === field);
  if (list !== undefined) return readList(list);
  const drawn = look.drawn?.[field];
  if (drawn !== undefined) return drawn.read();
  const input = $(`#${prefix}-${field}`);
  if (input.length === 0) return node[field];
  if (input.attr('type') === 'checkbox') return input.prop('checked') === true;
  const text = String(input.val() ?? '').trim();
  return text === NONE_CHOSEN ? '' : text;
}

/** In the language of the editor, as a sentence. */
function faultOf(node: EditorNode, { facts, look }: PreparedForm, field: string, text: string): string | undefined {
  if (text === '') return look.required?.includes(field) ? sentence(node._('check.required')) : undefined;
  if (hasVariable(text)) return undefined;
  const bounds = facts.bounds[field];
  const own: Check | undefined = look.checks?.[field];
  if (own === undefined && bounds?.min !== undefined && bounds.max !== undefined)
    return wholeNumber(bounds.min, bounds.max)(text) === undefined
      ? undefined
      : sentence(node._('check.bounds', { least: bounds.min, most: bounds.max }));
  const fault = own?.(text);
  return fault === undefined ? undefined : sentence(node._(fault));
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
