// What people call the ends of a line.
import type { LineEnd } from '../../../runtime/model/line-frame.ts';
import type { Words } from '../../words.ts';

/** `robot-a`, `device`, `messages`. */
export function endName(end: LineEnd, words: Words): string {
  return end === 'device' || end === 'messages' ? words(`traffic.end.${end}`) : end.slice(end.indexOf('/') + 1);
}
