// Records a line into a file of this browser.
import { element } from '../../element.ts';
import { type LineOrder, lineRecording } from '../../traffic/download.ts';
import { recordingForm } from '../../traffic/recording-form.ts';
import type { WatchedLine } from '../../traffic/traffic-store.ts';
import type { Words } from '../../words.ts';
import type { Row } from '../keyed-rows.ts';
import { offerEnds } from './frames-view.ts';

export function recordView(line: string, words: Words): Row<WatchedLine> {
  const choice = (...values: readonly string[]) => {
    const wordOf = (value: string) => words(`traffic.record.${value || 'both'}`);
    return element('select', {}, ...values.map(value => element('option', { attributes: { value } }, wordOf(value))));
  };
  const [end, direction, format] = [choice(), choice('', 'in', 'out'), choice('pcapng', 'candump')];
  const recording = (seconds: number) =>
    lineRecording({
      ...{ line, end: end.value, direction: direction.value, seconds },
      format: format.value as LineOrder['format'],
    });
  const title = words('traffic.record.title');
  return {
    root: recordingForm({ title, before: { end, direction }, after: { format }, recording }, words),
    update({ seen }: WatchedLine) {
      const [, log] = format.options;
      if (log !== undefined) log.hidden = seen.protocol !== 'can';
      offerEnds(
        end,
        seen.ends.map(one => one.end),
        words,
      );
    },
  };
}
