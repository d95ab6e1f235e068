// A bar that fills while a gateway works. Moves without moving anything else.
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { element } from '../../element.ts';
import type { Words } from '../../words.ts';

export interface ProgressView {
  readonly root: HTMLElement;
  update(progress: GatewayState['progress'], busy: GatewayState['busy']): void;
}

export function progressView(words: Words): ProgressView {
  const bar = element('progress', { attributes: { max: '1' } });
  const text = element('p', { class: 'gw-note', attributes: { role: 'status' } });
  const root = element('div', { class: 'gw-progress' }, bar, text);
  root.hidden = true;
  return {
    root,
    update(progress, busy) {
      root.hidden = busy === 'idle';
      if (busy === 'idle') return;
      if (progress === undefined) {
        bar.removeAttribute('value');
        text.textContent = words(busy === 'recovering' ? 'progress.recovering' : 'progress.starting');
        return;
      }
      bar.max = Math.max(1, progress.steps);
      bar.value = progress.done + (progress.within?.fraction ?? 0);
      text.textContent = textOf(progress, words);
    },
  };
}

function textOf({ done, steps, step, within }: NonNullable<GatewayState['progress']>, words: Words): string {
  if (within === undefined) return words('progress.step', { done, steps, step });
  return words('progress.within', { done, steps, step, what: within.what, percent: Math.round(within.fraction * 100) });
}
