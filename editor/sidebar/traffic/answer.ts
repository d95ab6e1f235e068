// The place where an answer of the platform is shown: what is asked takes a moment, and may be refused.
import { element } from '../../element.ts';
import { refusalText } from '../../refusal-text.ts';
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
      const shown = await asked.then(make, (error: unknown) =>
        element('p', { class: 'gw-note gw-warning' }, refusalText(error, words)),
      );
      if (own === newest) root.replaceChildren(shown);
    },
  };
}
