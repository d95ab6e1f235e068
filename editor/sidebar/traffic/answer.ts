// The place where an answer of the platform is shown: what is asked takes a moment, and may be refused.
import { element } from '../../element.ts';
import type { Words } from '../../words.ts';

export interface Answer {
  readonly root: HTMLElement;
  /** Shows what is made of the answer, or why there is none. */
  show<T>(asked: Promise<T>, make: (answer: T) => HTMLElement): Promise<void>;
}

export function answerPlace(words: Words): Answer {
  const root = element('div', { class: 'gw-answer', attributes: { 'aria-live': 'polite' } });
  let newest = 0;
  return {
    root,
    async show(asked, make) {
      newest += 1;
      const own = newest;
      const shown = await asked.then(make, (error: unknown) => refusal(error, words));
      if (own === newest) root.replaceChildren(shown);
    },
  };
}

function refusal(error: unknown, words: Words): HTMLElement {
  const text = (error instanceof Error && error.message) || words('platform.away');
  const remedy = error instanceof Error && 'remedy' in error ? String(error.remedy) : '';
  return element('p', { class: 'gw-note gw-warning' }, [text, remedy].filter(part => part !== '').join('. '));
}
