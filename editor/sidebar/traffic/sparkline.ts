// The last minute as a small curve, without axes: whether it is steady, rises or has holes. The figures stand beside it; the mouse
// finds those of any moment.
import { element } from '../../element.ts';
import { loadOnDemand } from '../../on-demand.ts';
import { rateText } from '../../traffic/figures.ts';
import type { Words } from '../../words.ts';
import { setText } from '../keyed-rows.ts';
import type { Curve } from './curves.on-demand.ts';

export interface Sparkline {
  readonly root: HTMLElement;
  /** @param points  oldest first */
  draw(points: readonly number[]): void;
}

/** @param end  whose minute it is, as people call it */
export function sparkline(end: string, words: Words): Sparkline {
  const plot = element('div', { class: 'gw-spark-plot' });
  const value = element('span', { class: 'gw-spark-value', attributes: { 'aria-hidden': 'true' } });
  const label = words('traffic.minute', { end });
  const root = element('div', { class: 'gw-spark', attributes: { role: 'img', 'aria-label': label } }, plot, value);
  let made: Curve | 'loading' | undefined;
  let newest: readonly number[] = [];
  const load = async () => {
    made = 'loading';
    try {
      const { curve } = await loadOnDemand<typeof import('./curves.on-demand.ts')>('curves');
      made = curve(plot, at => {
        setText(
          value,
          at === undefined ? '' : words('traffic.moment', { rate: rateText(at.value), ago: Math.round(at.secondsAgo) }),
        );
      });
      made.draw(newest);
    } catch {
      made = undefined; // the figures beside it say what there is; the next look tries anew
    }
  };
  return {
    root,
    draw(points) {
      newest = points;
      if (made === undefined) void load();
      else if (made !== 'loading') made.draw(points);
    },
  };
}
