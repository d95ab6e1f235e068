// What was heard of a firewall, in portions of which each is one line of a stream.
import { type Conversation, MOST_TOLD_CONVERSATIONS } from '../model/conversation.ts';

export interface Portion {
  readonly heard: readonly Conversation[];
  readonly lost: number;
}

/** What was lost is told with the first. */
export function portions(heard: readonly Conversation[], lost: number): readonly Portion[] {
  const count = Math.max(1, Math.ceil(heard.length / MOST_TOLD_CONVERSATIONS));
  return Array.from({ length: count }, (_, index) => ({
    heard: heard.slice(index * MOST_TOLD_CONVERSATIONS, (index + 1) * MOST_TOLD_CONVERSATIONS),
    lost: index === 0 ? lost : 0,
  }));
}
