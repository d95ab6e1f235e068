// Names and filters of topics as MQTT 5 has them [MQTT 5.0, 4.7 and 4.8.2], and filters that mean another topic for each VM. Pure.
import { type Address, type Name, parseAddress } from '../../model/address.ts';

/** Longest topic, as UTF-8 [1.5.4]. */
const MOST_BYTES = 65_535;
const SHARED = /^\$share\/([^/+#]+)\/(.+)$/s;

/** What is wrong with a topic to send to, as a fact; `undefined` when nothing is. */
export function topicProblem(topic: string): string | undefined {
  if (/[+#]/.test(topic)) return 'has + or #, which only filters may have';
  if (topic.startsWith('$')) return 'starts with $, and such topics belong to the broker';
  return textProblem(topic);
}

/** What is wrong with a topic filter, as a fact; `undefined` when nothing is. */
export function filterProblem(filter: string): string | undefined {
  const problem = textProblem(filter);
  if (problem !== undefined) return problem;
  const plain = plainFilter(filter);
  if (plain === undefined) return 'is shared but has no group or no filter in it';
  const levels = plain.split('/');
  if (levels.some(level => level.includes('+') && level !== '+')) return 'has a + that is not alone between slashes';
  const many = levels.findIndex(level => level.includes('#'));
  if (many >= 0 && (many < levels.length - 1 || levels[many] !== '#')) return 'has a # that is not alone at the end';
  return undefined;
}

/** Whether a message to this topic fits a good filter. A shared filter fits what the filter in it fits. */
export function fitsFilter(filter: string, topic: string): boolean {
  const levels = (plainFilter(filter) ?? filter).split('/');
  const names = topic.split('/');
  // Topics of the broker itself fit no filter that starts with a wildcard [4.7.2].
  if (topic.startsWith('$') && /^[+#]/.test(levels[0] ?? '')) return false;
  for (const [index, level] of levels.entries()) {
    if (level === '#') return true;
    if (index >= names.length || (level !== '+' && level !== names[index])) return false;
  }
  return levels.length === names.length;
}

/** Whose topics are meant. Names have no character that means something in a filter. */
export interface FilterOwner {
  readonly vm: Address<'vm'>;
  readonly tenant: Name;
}

/** A filter as it is for one VM; for all of them when none is given. */
export function filterFor(filter: string, owner?: FilterOwner): string {
  const [vm, tenant] = owner === undefined ? ['+', '+'] : [parseAddress(owner.vm)?.name ?? '', owner.tenant];
  const named = (level: string) => (level === '{vm}' ? vm : level === '{tenant}' ? tenant : level);
  return filter.split('/').map(named).join('/');
}

function plainFilter(filter: string): string | undefined {
  return filter.startsWith('$share/') || filter === '$share' ? SHARED.exec(filter)?.[2] : filter;
}

function textProblem(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text.includes('\0')) return 'has a zero character';
  if (!text.isWellFormed()) return 'is no Unicode text';
  return Buffer.byteLength(text) > MOST_BYTES ? `is longer than ${MOST_BYTES} bytes` : undefined;
}
