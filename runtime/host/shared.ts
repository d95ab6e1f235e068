// Something that lives once in this process, however many connections work with it: the first to hold it opens it, the last to
// let go closes it. By the cables of the host, which are what it is plugged into, and a key.
import type { Cables } from './cables.ts';

export interface Hold<T> {
  readonly value: T;
  /** Safe to call again. Resolves when what nobody holds any more is closed. */
  release(): Promise<void>;
}

interface Entry<T> {
  readonly opened: Promise<T>;
  users: number;
}

export class Shared<T extends { close(): Promise<void> }> {
  readonly #entries = new WeakMap<Cables, Map<string, Entry<T>>>();
  /** Those that are closing: whoever opens one anew waits until its cables are free. */
  readonly #closing = new WeakMap<Cables, Map<string, Promise<void>>>();

  /** @param open  called when nobody holds it. @throws whatever `open` throws; nobody holds it then */
  async hold(cables: Cables, key: string, open: () => Promise<T>): Promise<Hold<T>> {
    const entries = mapOf(this.#entries, cables);
    const closing = mapOf(this.#closing, cables);
    const found = entries.get(key) ?? { opened: openAfter(closing.get(key), open), users: 0 };
    entries.set(key, found);
    found.users += 1;
    let value: T;
    try {
      value = await found.opened;
    } catch (error) {
      if (entries.get(key) === found) entries.delete(key);
      throw error;
    }
    let released: Promise<void> | undefined;
    const release = async () => {
      found.users -= 1;
      if (found.users > 0) return;
      entries.delete(key);
      const closed = value.close();
      closing.set(key, closed);
      await closed;
      if (closing.get(key) === closed) closing.delete(key);
    };
    return {
      value,
      release() {
        released ??= release();
        return released;
      },
    };
  }
}

async function openAfter<T>(closing: Promise<void> | undefined, open: () => Promise<T>): Promise<T> {
  await closing?.catch(() => {}); // told to whoever closed it
  return open();
}

function mapOf<V>(maps: WeakMap<Cables, Map<string, V>>, cables: Cables): Map<string, V> {
  const found = maps.get(cables) ?? new Map<string, V>();
  maps.set(cables, found);
  return found;
}
