// A decision that is asked about once more, where it stands: what it means, and then yes or no.
import { button, element } from '../../element.ts';
import type { Words } from '../../words.ts';

/**
 * @param label  what the button says
 * @param means  what comes of it, in a sentence
 * @param decide called when somebody says yes
 */
export function confirmed(label: string, means: string, words: Words, decide: () => void): HTMLElement {
  const root = element('span', { class: 'gw-confirmed' });
  const first = button(`${label}…`, () => {
    root.replaceChildren(asked);
    no.focus();
  });
  const back = () => {
    root.replaceChildren(first);
    first.focus();
  };
  const yes = button(label, () => {
    back();
    decide();
  });
  const no = button(words('trust.leave'), back);
  const asked = element(
    'span',
    { class: 'gw-banner', attributes: { role: 'group', 'aria-label': label } },
    means,
    ' ',
    yes,
    ' ',
    no,
  );
  root.append(first);
  return root;
}
