// Rules for a firewall of a network out of what was asked through it while somebody listened. The gateway tells who began what and
// which way, so nothing is guessed here. Pure; memory grows with the conversations that differ, and those are bounded.
import type { Conversation } from '../model/conversation.ts';
import { ipv4ToNumber } from '../model/network.ts';
import { type Begun, keyOf, type ProposedLinkRule, rulesOf } from './conversation-rules.ts';

/** As with other protocols: more are nothing that somebody would read. */
const MOST_RULES = 256;
/** That differ. */
const MOST_CONVERSATIONS = 4_096;

export interface NetworkProposal {
  readonly rules: readonly ProposedLinkRule[];
  readonly taken: number;
  /** Packets of conversations that have no rule because there are too many. */
  readonly left: number;
}

export class NetworkLearner {
  readonly #begun = new Map<string, Begun & { frames: number }>();
  #taken = 0;
  #left = 0;

  take(heard: readonly Conversation[]): void {
    for (const { packets, source, destination, ...rest } of heard)
      this.#count({ ...rest, source: ipv4ToNumber(source), destination: ipv4ToNumber(destination) }, packets);
  }

  /** Where more rules would be needed than people read, those that were needed most: none is made wider than what was there. */
  propose(): NetworkProposal {
    const all = rulesOf([...this.#begun.values()]);
    const kept = new Set(all.toSorted((one, other) => other.frames - one.frames).slice(0, MOST_RULES));
    const over = all.reduce((sum, rule) => (kept.has(rule) ? sum : sum + rule.frames), 0);
    return { rules: all.filter(rule => kept.has(rule)), taken: this.#taken, left: this.#left + over };
  }

  #count(begun: Begun, packets: number): void {
    const key = keyOf(begun);
    const known = this.#begun.get(key);
    if (known !== undefined) known.frames += packets;
    else if (this.#begun.size < MOST_CONVERSATIONS) this.#begun.set(key, { ...begun, frames: packets });
    else {
      this.#left += packets;
      return;
    }
    this.#taken += packets;
  }
}
