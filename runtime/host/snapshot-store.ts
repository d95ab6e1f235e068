// Memories of guests that were booted once, so that others go on from there: one file each, named by the hash of everything
// it depends on. A cache: whatever is missing is made again.
import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type LockOptions, takeLock } from './file-lock.ts';
import { ioError, isAbsent, removePath, removeUnfinishedOf, replaceFile, UNFINISHED } from './local-files.ts';

const SUFFIX = '.snapshot';
/** Room for about a hundred of them. */
const MOST_BYTES = 2 * 1024 * 1024 * 1024;

export class SnapshotStore {
  readonly #directory: string;
  readonly #mostBytes: number;
  /** Being made in this process. */
  readonly #making = new Map<string, Promise<Uint8Array>>();

  /** @param mostBytes  of all files together; those not used for longest go first */
  constructor(directory: string, mostBytes = MOST_BYTES) {
    this.#directory = directory;
    this.#mostBytes = mostBytes;
  }

  /**
   * A memory, made when there is none. Those who want the same one wait for who makes it, in this process or another. Who
   * waited for a making that failed, or whose process was killed, makes it itself.
   * @param key      letters and digits
   * @param waiting  for a making that somebody else began
   * @throws GatewrightError GW_HOST_IO, GW_CANCELLED, and whatever the making throws
   */
  async get(key: string, make: () => Promise<Uint8Array>, waiting: LockOptions = {}): Promise<Uint8Array> {
    for (let under = this.#making.get(key); under !== undefined; under = this.#making.get(key)) {
      waiting.waits?.();
      const made = await under.catch(() => undefined); // told to whoever began it
      if (made !== undefined) return made;
    }
    const making = this.#readOrMake(key, make, waiting).finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    return making;
  }

  /** Forgets a memory that turned out to be of no use. */
  discard(key: string): Promise<void> {
    return removePath(this.#path(key));
  }

  async #readOrMake(key: string, make: () => Promise<Uint8Array>, waiting: LockOptions): Promise<Uint8Array> {
    const kept = await this.#read(key);
    if (kept !== undefined) return kept;
    // Marked as unfinished, so that one which a kill left goes with the others of its sort.
    const lock = await takeLock(join(this.#directory, `${UNFINISHED}${key}.lock`), waiting);
    try {
      return (await this.#read(key)) ?? (await this.#make(key, make));
    } finally {
      await lock.release();
    }
  }

  async #make(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const made = await make();
    await replaceFile(this.#path(key), made);
    await this.#shrink(key);
    return made;
  }

  async #read(key: string): Promise<Uint8Array | undefined> {
    const path = this.#path(key);
    try {
      const bytes = await readFile(path);
      const now = new Date();
      await utimes(path, now, now); // used now: others go first
      return bytes;
    } catch (cause) {
      if (isAbsent(cause)) return undefined;
      throw ioError('read', path, cause);
    }
  }

  /** Removes what was not used for longest until all fits, and what a kill left half-written. */
  async #shrink(newest: string): Promise<void> {
    await removeUnfinishedOf(this.#directory, 60 * 60 * 1000);
    const kept = [];
    for (const name of await readdir(this.#directory)) {
      if (!name.endsWith(SUFFIX) || name === `${newest}${SUFFIX}`) continue;
      const path = join(this.#directory, name);
      const found = await stat(path).catch(() => undefined); // another process removed it
      if (found !== undefined) kept.push({ path, bytes: found.size, usedMs: found.mtimeMs });
    }
    let room = this.#mostBytes - (await stat(this.#path(newest))).size;
    for (const { path, bytes } of kept.sort((a, b) => b.usedMs - a.usedMs)) {
      room -= bytes;
      if (room < 0) await removePath(path);
    }
  }

  #path(key: string): string {
    return join(this.#directory, `${key}${SUFFIX}`);
  }
}
