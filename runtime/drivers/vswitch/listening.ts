// Tells who listens to a firewall what its filters heard, twice a second.
import type { Address } from '../../model/address.ts';
import type { ConversationOrder, HeardConversations } from '../../model/conversation.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { PolicySpec } from '../../model/kinds/policy.ts';
import { RequestEar } from '../../switch/filter/request-ear.ts';
import type { Guards } from './guards.ts';

const EVERY_MS = 500;

/** A policy as it is live; without a spec it is not. */
interface Heard {
  readonly policy: Address<'policy'>;
  readonly spec: PolicySpec | undefined;
}

/** @returns how to stop @throws GatewrightError GW_ADDRESS_UNKNOWN */
export function listen(
  guards: Guards,
  { policy, spec }: Heard,
  order: ConversationOrder,
  { heard, ended }: { readonly heard: HeardConversations; readonly ended: () => void },
): () => void {
  if (spec?.links.some(({ firewall }) => firewall === order.firewall) !== true)
    throw new GatewrightError(
      'GW_ADDRESS_UNKNOWN',
      `${policy} has no firewall ${order.firewall} now; apply the drawing first`,
    );
  const ear = new RequestEar(order);
  const timer = setInterval(() => {
    const told = ear.drain();
    if (told.heard.length > 0 || told.lost > 0) heard(told.heard, told.lost);
  }, EVERY_MS).unref();
  const stop = () => {
    clearInterval(timer);
    unplug();
  };
  const unplug = guards.listen({
    policy,
    ear,
    ended() {
      stop();
      ended();
    },
  });
  return stop;
}
