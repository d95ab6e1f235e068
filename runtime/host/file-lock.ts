// A lock between processes that dies with its holder, as that of the journal does: the lock of an SQLite file. Whatever a
// kill leaves is an empty file that the next holder takes.
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { refuseAborted } from './abort.ts';
import { ioError, isAbsent, removePath } from './local-files.ts';
import { sqlite } from './sqlite.ts';

/** Nobody is told when a lock is given back, so those who wait look again. */
const LOOK_AGAIN_MS = 200;
/** Result codes of SQLite [sqlite.org/rescode.html], the low byte is the primary one. */
const TAKEN: readonly number[] = [5, 6];

export interface LockOptions {
  /** Stops the waiting. */
  readonly signal?: AbortSignal;
  /** Called when somebody else was first. */
  readonly waits?: () => void;
}

export interface HeldLock {
  /** Gives it back and removes its file. */
  release(): Promise<void>;
}

/**
 * Waits for a lock and takes it. Two holders within one process keep each other out as well.
 * @param path  of a file that is nothing but the lock; made when it is not there
 * @throws GatewrightError GW_HOST_IO, GW_HOST_NODE; GW_CANCELLED or what the signal was aborted with
 */
export async function takeLock(path: string, { signal, waits }: LockOptions = {}): Promise<HeldLock> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw ioError('make the folder of', path, cause);
  });
  for (let told = false; ; await setTimeout(LOOK_AGAIN_MS)) {
    refuseAborted(signal);
    const held = await tryLock(path);
    if (held !== undefined) return held;
    if (!told) waits?.();
    told = true;
  }
}

async function tryLock(path: string): Promise<HeldLock | undefined> {
  const before = await fileOf(path);
  const database = openLocked(path);
  if (database === undefined) return undefined;
  const after = await fileOf(path);
  // WHY: its last holder may have removed the file after we had opened it, and what is locked is then no longer there.
  if (after === undefined || (before !== undefined && before !== after)) {
    database.close();
    return undefined;
  }
  return {
    async release() {
      // In this order: nobody else can have taken the file that is removed.
      await removePath(path).finally(() => database.close());
    },
  };
}

/** `undefined` when somebody has it. */
function openLocked(path: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new (sqlite().DatabaseSync)(path, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database?.close();
    if (TAKEN.includes(Number((cause as { errcode?: unknown }).errcode) & 0xff)) return undefined;
    throw ioError('lock', path, cause);
  }
}

/** Which file is there now. */
async function fileOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).ino;
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw ioError('look at', path, cause);
  }
}
