// Sends what gateways tell: progress of an apply, drift, alarms.
import type { StartBehaviour } from '../behaviour.ts';
import { statusText } from '../status.ts';

export const start: StartBehaviour = world => {
  const kinds = kindsOf(world.config.kinds);
  const close = world.platform.onEvent(event => {
    if (world.gateway !== undefined && event.gateway !== world.gateway) return;
    if (kinds.size > 0 && !kinds.has(event.type)) return;
    world.status({ fill: 'grey', shape: 'dot', text: statusText(event.type) });
    world.send({ topic: `gatewright/${event.gateway}/${event.type}`, payload: { ...event } });
  });
  return { close };
};

/** The field is a comma-separated text; empty = all kinds. */
function kindsOf(field: unknown): ReadonlySet<string> {
  const text = typeof field === 'string' ? field : '';
  return new Set(
    text
      .split(',')
      .map(kind => kind.trim())
      .filter(kind => kind !== ''),
  );
}
