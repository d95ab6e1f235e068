// Somebody who listens to a firewall of a driver, and learns rules from what is heard.
import { NetworkLearner } from '../../runtime/explain/learn-network.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { Conversation } from '../../runtime/model/conversation.ts';
import type { Handle } from '../../runtime/model/driver.ts';

type Listen = NonNullable<Handle['conversations']>;

/** @param order  see `Handle.conversations` */
export async function listeningEar(listen: Listen, policy: Address<'policy'>, order: Parameters<Listen>[1]) {
  const learner = new NetworkLearner();
  const heard: Conversation[] = [];
  let ended = false;
  let lost = 0;
  const stop = await listen(
    policy,
    order,
    (told, missed) => {
      heard.push(...told);
      learner.take(told);
      lost += missed;
    },
    () => {
      ended = true;
    },
  );
  return {
    heard,
    stop,
    /** What it would propose now. */
    rules: () => learner.propose().rules.map(({ rule }) => rule),
    ended: () => ended,
    lost: () => lost,
  };
}
