// Who asks whom through a firewall of a network, as those see it who only listen. It is told of headers only: nothing of what packets
// hold leaves the gateway.
import { z } from 'zod';
import type { Name } from './address.ts';
import { RuleDirection } from './kinds/policy.ts';
import { Ipv4Address } from './network.ts';

/** Of one telling; what is more comes with the next. */
export const MOST_TOLD_CONVERSATIONS = 1_000;

export const Conversation = z.strictObject({
  /** Which rules of the firewall decide over it. */
  direction: RuleDirection,
  protocol: z.enum(['tcp', 'udp', 'icmp']),
  /** Whoever asks. */
  source: Ipv4Address,
  destination: Ipv4Address,
  /** Of the destination; 0 for ICMP. */
  port: z.number().int().min(0).max(0xffff),
  /** From whoever asks, since it was told last. */
  packets: z.number().int().min(1),
});
export type Conversation = z.infer<typeof Conversation>;

export interface ConversationOrder {
  readonly firewall: Name;
  /** Hear what firewalls refused too, this one or another on the way. */
  readonly refused: boolean;
}

/**
 * @param lost  packets since the last call whose conversations could not be told: who listens holds nobody up
 */
export type HeardConversations = (heard: readonly Conversation[], lost: number) => void;
