// Who listens to an agent, and the last events for those who were away for a moment. Knows nothing of what events mean.
import { messageOf } from '../model/errors.ts';
import type { AgentEvent } from '../model/events.ts';

/** Events kept for a watcher that reconnects. An apply of 100 VMs sends about 1,000. */
const KEPT_EVENTS = 2_000;

export type Listener = (event: AgentEvent) => void;
type Unstamped<E> = E extends AgentEvent ? Omit<E, 'gateway' | 'atMs'> : never;
/** An event without the stamp that every event gets when it is sent. */
export type Fact = Unstamped<AgentEvent>;

export class Watchers {
  readonly #gateway: string;
  readonly #now: () => number;
  readonly #listeners = new Set<Listener>();
  readonly #recent: AgentEvent[] = [];
  #lastMs = 0;

  constructor(gateway: string, now: () => number) {
    this.#gateway = gateway;
    this.#now = now;
  }

  /** Sends an event to every watcher and to the one who asked for the work. */
  tell(fact: Fact, asker?: Listener): void {
    // WHY: every event has a time of its own, so that a watcher can say up to where it has heard.
    this.#lastMs = Math.max(this.#now(), this.#lastMs + 1);
    const event = { ...fact, gateway: this.#gateway, atMs: this.#lastMs } as AgentEvent;
    this.#recent.push(event);
    if (this.#recent.length > KEPT_EVENTS) this.#recent.shift();
    for (const listener of [...this.#listeners, ...(asker === undefined ? [] : [asker])]) deliver(listener, event);
  }

  watch(listener: Listener): () => void {
    // A wrapper of its own, so that one function may watch twice.
    const own: Listener = event => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Events after a time, as far as they are still known. @param sinceMs  Unix time in ms */
  since(sinceMs: number): readonly AgentEvent[] {
    return this.#recent.filter(event => event.atMs > sinceMs);
  }
}

/** A faulty listener must not stop the work it listens to. */
function deliver(listener: Listener, event: AgentEvent): void {
  try {
    listener(event);
  } catch (error) {
    process.emitWarning(`a listener of agent events failed: ${messageOf(error)}`, 'GatewrightWarning');
  }
}
