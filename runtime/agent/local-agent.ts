// An agent in this process, as its server has it.
import type { Agent } from '../model/agent.ts';
import type { AgentEvent } from '../model/events.ts';

export interface LocalAgent extends Agent {
  /** Cancels whatever is under way at its next safe point; `false` when nothing is. */
  cancel(): boolean;
  /** Events after a time, as far as they are still known. @param sinceMs  Unix time in ms */
  eventsSince(sinceMs: number): readonly AgentEvent[];
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}
