// One event: how bad it is by shape and word, when, what, who and where, and the way to its node.
import { element } from '../../element.ts';
import { revealNode } from '../../reveal.ts';
import { dateText, whenText } from '../../time-text.ts';
import type { Words } from '../../words.ts';
import { type Row, setText } from '../keyed-rows.ts';
import type { KnownEvent } from './known-events.ts';

const SHAPES = { info: '●', warning: '▲', error: '▮' } as const;

/** Kinds that we have words for; one of a newer platform shows as it is. */
const KINDS: ReadonlySet<string> = new Set<KnownEvent['kind']>([
  ...(['deploy', 'apply', 'cancel', 'rollback', 'console', 'power', 'attest', 'except'] as const),
  ...(['apply-started', 'step-done', 'step-failed', 'apply-ended', 'drift', 'gate', 'alarm'] as const),
]);

export function kindText(kind: string, words: Words): string {
  return KINDS.has(kind) ? words(`events.kind.${kind}`) : kind;
}

/** @param now  Unix time in ms, asked for each time the row is brought up to date */
export function eventRow(event: KnownEvent, now: () => number, words: Words): Row<KnownEvent> {
  const { severity, kind, gateway, user, text, node, atMs } = event;
  const time = element('time', {
    title: dateText(atMs),
    attributes: { datetime: new Date(atMs).toISOString() },
  });
  const shape = { role: 'img', 'aria-label': words(`severity.${severity}`) };
  const who = [gateway, user === undefined ? undefined : words('events.by', { user })].filter(
    part => part !== undefined,
  );
  const head = element(
    'div',
    { class: 'gw-event-head' },
    element('span', { class: `gw-event-shape gw-event-${severity}`, attributes: shape }, SHAPES[severity]),
    element('span', { class: 'gw-event-kind' }, kindText(kind, words)),
    element('span', { class: 'gw-event-who' }, who.join(', ')),
    time,
  );
  const leads = {
    attributes: { type: 'button' },
    title: words('findings.reveal'),
    onClick: () => revealNode(node ?? ''),
  };
  const body =
    node === undefined
      ? element('div', { class: 'gw-event-text' }, text)
      : element('button', { class: 'gw-event-text gw-link', ...leads }, text);
  return {
    root: element('li', { class: 'gw-event' }, head, body),
    update: () => setText(time, whenText(atMs, now(), words)),
  };
}
