// An apply that did not come to its end: how far it was, what failed, and how to go on.
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { element } from '../../element.ts';
import type { Words } from '../../words.ts';

export function brokenOffView({ brokenOff, message, steps = {} }: GatewayState, words: Words): HTMLElement | undefined {
  if (brokenOff === undefined) return undefined;
  const { outcome, done, steps: all } = brokenOff;
  const failures = Object.entries(steps).flatMap(([id, { state, message: why }]) =>
    state === 'failed' ? [element('li', {}, `${id}: ${why ?? ''}`)] : [],
  );
  return element(
    'div',
    { class: 'gw-banner gw-broken-off', attributes: { role: 'status' } },
    element('p', { class: 'gw-plan-headline' }, words(`brokenOff.${outcome}`, { done, steps: all })),
    failures.length === 0 ? whyOf(outcome, message) : element('ul', {}, ...failures),
    element('p', {}, words('brokenOff.goOn')),
  );
}

/** An agent says of a cancelled apply what the line above says. */
function whyOf(outcome: 'failed' | 'cancelled', message: string): HTMLElement | undefined {
  return outcome === 'failed' ? element('p', {}, message) : undefined;
}
