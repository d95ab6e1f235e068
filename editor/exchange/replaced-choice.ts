// What becomes of the nodes that a conversion replaces: three ways, of which the first deletes nothing.
import type { ConversionReport } from '../../runtime/convert/conversion.ts';
import { element } from '../element.ts';
import type { Words } from '../words.ts';
import type { Replacing } from './add-drawing.ts';

const WAYS = ['disabled', 'kept', 'removed'] as const;
type Way = (typeof WAYS)[number];

export function replacedChoice(report: ConversionReport, words: Words) {
  const fieldset = element(
    'fieldset',
    { class: 'gw-dialog-choices' },
    element('legend', {}, words('exchange.replaced.title', { count: report.replaced.length })),
    ...WAYS.map(way => choiceOf(way, words)),
  );
  return {
    element: fieldset,
    chosen: (): Replacing => replacing(fieldset.querySelector<HTMLInputElement>(':checked')?.value as Way, report),
  };
}

function choiceOf(way: Way, words: Words): HTMLElement {
  const input = element('input', {
    attributes: { type: 'radio', name: 'gw-replaced', value: way, id: `gw-replaced-${way}` },
  });
  input.checked = way === WAYS[0];
  const label = element('label', { attributes: { for: input.id } }, words(`exchange.replaced.${way}`));
  return element('p', { class: 'gw-dialog-choice' }, input, label);
}

/** As the command line does it, see `removable`. */
function replacing(way: Way, { entries, replaced }: ConversionReport): Replacing {
  if (way === 'kept') return { off: [], gone: [] };
  if (way === 'disabled') return { off: replaced, gone: [] };
  const others = entries.filter(({ outcome }) => outcome !== 'kept').map(({ node }) => node);
  return { off: [], gone: [...new Set([...replaced, ...others])] };
}
