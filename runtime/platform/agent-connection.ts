// The connection to one agent: made when it is first needed, listened to, and let go of once.
import type { Agent } from '../model/agent.ts';
import type { AgentEvent } from '../model/events.ts';

export class AgentConnection {
  readonly #heard: (event: AgentEvent) => void;
  #open: { readonly agent: Agent; readonly stopWatching: () => void } | undefined;

  /** @param heard  told of every event of the agent */
  constructor(heard: (event: AgentEvent) => void) {
    this.#heard = heard;
  }

  /** Absent before it is made. */
  get agent(): Agent | undefined {
    return this.#open?.agent;
  }

  /** The agent; connects when nobody has yet. @throws whatever connecting throws */
  async made(connect: () => Promise<Agent>): Promise<Agent> {
    if (this.#open !== undefined) return this.#open.agent;
    const agent = await connect();
    this.#open = { agent, stopWatching: agent.watch(this.#heard) };
    return agent;
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    open?.stopWatching();
    await open?.agent.close();
  }
}
