// Keeps the newest state of the platform in the browser. One request at a time, at most one every 150 ms.
import type { PlatformState } from '../runtime/platform/platform-port.ts';
import type { Client } from './client.ts';

const EVERY_MS = 150;

export interface Store {
  /** `undefined` until the platform has answered once. */
  readonly state: PlatformState | undefined;
  /** Whether the last request was answered. */
  readonly reachable: boolean;
  /** Asks again; many calls make few requests. */
  refresh(): void;
  /** Takes over a revision number that was announced. */
  announced(revision: number): void;
  onChange(listener: () => void): void;
}

export function createStore(client: Pick<Client, 'state'>, later: (run: () => void, ms: number) => void): Store {
  const listeners: (() => void)[] = [];
  let state: PlatformState | undefined;
  let reachable = true;
  let running = false;
  let again = false;

  const tell = () => {
    for (const listener of listeners) listener();
  };
  const take = (next: PlatformState) => {
    reachable = true;
    if (state === undefined || next.revision !== state.revision) state = next;
  };
  const ask = async () => {
    running = true;
    again = false;
    try {
      take(await client.state());
    } catch {
      reachable = false; // shown in the sidebar; the next announcement tries anew
    }
    tell();
    later(() => {
      running = false;
      if (again) void ask();
    }, EVERY_MS);
  };
  const refresh = () => {
    if (running) again = true;
    else void ask();
  };
  return {
    get state() {
      return state;
    },
    get reachable() {
      return reachable;
    },
    refresh,
    announced(revision) {
      if (state === undefined || revision !== state.revision) refresh();
    },
    onChange: listener => void listeners.push(listener),
  };
}
