// A text or number field with Node-RED's own input of two types: what is written, or an environment variable. What a flow holds is
// text either way, with `${NAME}` for a variable, so that files stay as they are.
import { hasVariable } from '../checks.ts';
import { variablesFor } from './variables.ts';

/** Something that could be written. */
export interface Suggestion {
  readonly value: string;
  /** What it is, for people. */
  readonly what?: string;
}

export interface TypedField {
  /** Offers other values. */
  offer(suggestions: readonly Suggestion[]): void;
}

const WRITTEN = 'gw-written';
const VARIABLE = 'gw-variable';

/**
 * @param input  in the form; it goes on holding the value
 * @param holds  whether a value can be
 */
export function typedField(node: EditorNode, input: JQuery, holds: (text: string) => boolean): TypedField {
  // A list of somebody else, such as of what the box has, is offered until a variable is.
  const given = input.attr('list');
  const list = datalistFor(input);
  const variables = variablesFor(node).map((value): Suggestion => ({ value }));
  const usual = input.attr('placeholder') ?? '';
  let written: readonly Suggestion[] = [];
  input.attr('aria-label', labelOf(input));
  input.typedInput({
    default: WRITTEN,
    types: [
      { value: WRITTEN, label: node._('typed.written'), icon: 'fa fa-pencil', validate: holds },
      {
        value: VARIABLE,
        label: node._('typed.variable'),
        icon: 'red/images/typedInput/env.svg',
        validate: (text: string) => hasVariable(text),
      },
    ],
  });
  closeByTab($('body > .red-ui-typedInput-options').last());
  const container = input.next('.red-ui-typedInput-container');
  const inner = dress(input, container);
  const show = () => {
    const isVariable = input.typedInput('type') === VARIABLE;
    const values = isVariable ? variables : written;
    list.empty().append(
      ...values.map(({ value, what }) =>
        $('<option>')
          .val(value)
          .attr('label', what ?? value),
      ),
    );
    inner.attr({
      placeholder: isVariable ? `$\{NAME}` : usual,
      list: (isVariable ? undefined : given) ?? list.attr('id') ?? '',
    });
  };
  input.typedInput('type', hasVariable(String(input.val() ?? '')) ? VARIABLE : WRITTEN);
  const keep = keepingApart(input);
  input.on('change', (_event, type?: unknown) => {
    // Somebody else filled it in: what is shown follows.
    if (type === undefined && input.typedInput('value') !== input.val())
      input.typedInput('value', String(input.val() ?? ''));
    keep();
    show();
  });
  show();
  return {
    offer(suggestions) {
      written = suggestions;
      // They may come when the form has gone.
      if (container[0]?.isConnected) show();
    },
  };
}

/** Leaving the choice of a type closes it, as that of a select; Node-RED's stays open, and Tab leads out of the page from there. */
function closeByTab(choice: JQuery): void {
  choice.on('keydown', event => {
    if (event.key !== 'Tab') return;
    event.preventDefault();
    choice.trigger($.Event('keydown', { keyCode: 27 })); // as Escape, which puts the keyboard into the field
  });
}

/** What was written comes back when somebody chose a variable and then did not. @returns called at every change */
function keepingApart(input: JQuery): () => void {
  let was = input.typedInput('type');
  let written = '';
  return () => {
    const [type, text] = [input.typedInput('type'), input.typedInput('value')];
    if (type === was) return;
    was = type;
    if (type === VARIABLE && !hasVariable(text)) {
      written = text;
      input.typedInput('value', '');
    } else if (type === WRITTEN && (text === '' || hasVariable(text))) input.typedInput('value', written);
  };
}

function datalistFor(input: JQuery): JQuery {
  return $('<datalist>')
    .attr('id', `${input.attr('id')}-values`)
    .insertAfter(input);
}

function labelOf(input: JQuery): string {
  return $(`label[for="${input.attr('id')}"]`)
    .text()
    .trim();
}

/** As wide as the style of the form says, whatever could be measured when it was made; what is inside it is named. */
function dress(input: JQuery, container: JQuery): JQuery {
  input.typedInput('width', null);
  container.css('width', '').toggleClass('gw-number', input.hasClass('gw-number'));
  const id = `${input.attr('id')}-written`;
  const inner = container.find('.red-ui-typedInput-input').attr({ id, spellcheck: 'false' });
  $(`label[for="${input.attr('id')}"]`).attr('for', id);
  // What is pasted, dropped or chosen from the list comes without a key, of which alone the typed input hears.
  inner.on('input', () => inner.trigger('keyup'));
  for (const attribute of ['inputmode', 'maxlength']) {
    const value = input.attr(attribute);
    if (value !== undefined) inner.attr(attribute, value);
  }
  return inner;
}
