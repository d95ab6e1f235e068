// The events of an agent behind a socket, for any number of listeners: one connection, made again for as long as anybody
// listens. Nothing that the agent still knows is lost in between.
import type { AgentEvent } from '../model/events.ts';
import { askLines } from './transport.ts';
import type { Listener } from './watchers.ts';

/** Waits between attempts; the last one repeats. */
const RETRY_MS = [100, 200, 500, 1_000, 2_000, 5_000] as const;

export class EventFeed {
  readonly #socketPath: string;
  readonly #listeners = new Set<Listener>();
  #stop: AbortController | undefined;
  #heardMs = 0;
  #attempt = 0;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  watch(listener: Listener): () => void {
    const own: Listener = event => listener(event);
    this.#listeners.add(own);
    if (this.#stop === undefined) this.#start();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#stop?.abort();
    this.#stop = undefined;
  }

  #start(): void {
    this.#stop = new AbortController();
    // Both ends share one clock: events between now and the moment the connection stands are asked for as well.
    this.#heardMs = Date.now() - 1;
    void this.#follow(this.#stop.signal);
  }

  /** Never rejects: an agent that is away is asked again. */
  async #follow(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        await this.#read(stop);
      } catch {
        // Away, or too old to be understood; `info` tells its caller which, this goes on trying.
      }
      await this.#pause(stop);
    }
  }

  async #read(stop: AbortSignal): Promise<void> {
    const path = `/v1/events?since=${this.#heardMs}`;
    for await (const line of askLines(this.#socketPath, { method: 'GET', path, signal: stop })) {
      this.#attempt = 0;
      if (line.type === 'event') this.#deliver(line.event as AgentEvent);
    }
  }

  #deliver(event: AgentEvent): void {
    this.#heardMs = Math.max(this.#heardMs, event.atMs);
    for (const listener of [...this.#listeners]) listener(event);
  }

  #pause(stop: AbortSignal): Promise<void> {
    const delayMs = RETRY_MS[Math.min(this.#attempt, RETRY_MS.length - 1)] ?? 0;
    this.#attempt += 1;
    return new Promise(resolve => {
      if (stop.aborted) return resolve();
      const timer = setTimeout(done, delayMs);
      timer.unref();
      stop.addEventListener('abort', done, { once: true });
      function done() {
        clearTimeout(timer);
        stop.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}
