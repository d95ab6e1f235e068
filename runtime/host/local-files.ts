// Files and folders of this machine: durable replacement, bounded reading. Knows nothing of their contents.
import { randomBytes } from 'node:crypto';
import { constants, mkdirSync, watch } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GatewrightError, messageOf } from '../model/errors.ts';

/** Most bytes read from one file. Nothing we keep comes near it; a larger one is a mistake or an attack. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** Marks a file that is being written. One that survives a power cut is never taken for a finished one. */
export const UNFINISHED = '.gatewright-unfinished-';

/** Wraps an error of the file system or a socket. */
export function ioError(verb: string, path: string, cause: unknown): GatewrightError {
  const why = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
  const advice = 'check that it exists and that the agent may use it';
  return new GatewrightError('GW_HOST_IO', `cannot ${verb} ${path} (${why}); ${advice}`, { cause });
}

/** Contents as UTF-8, kernel files (size 0) included; `undefined` when there is none. @throws GW_HOST_IO */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await withFile(path, constants.O_RDONLY, 0, readBounded);
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw ioError('read', path, cause);
  }
}

/**
 * Replaces a file so that a reader or a power cut finds the old text or the new one, never a part: new file, fsync,
 * rename, fsync of the folder. Creates the folder.
 * @param mode  permission bits, default 0600
 * @throws GatewrightError GW_HOST_IO
 */
export async function replaceFile(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  const folder = dirname(path);
  const unfinished = unfinishedFor(path);
  try {
    await mkdir(folder, { recursive: true });
    await writeDurably(unfinished, data, mode);
    await rename(unfinished, path);
    await withFile(folder, constants.O_RDONLY | constants.O_DIRECTORY, 0, file => file.sync());
  } catch (cause) {
    await removePath(unfinished);
    throw ioError('write', path, cause);
  }
}

/**
 * Makes a path a symbolic link, in place of a file or link that is there: whoever looks finds the old one or the new one. Creates
 * the folder. A power cut may undo it.
 * @throws GatewrightError GW_HOST_IO
 */
export async function replaceLink(path: string, target: string): Promise<void> {
  const unfinished = unfinishedFor(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await symlink(target, unfinished);
    await rename(unfinished, path);
  } catch (cause) {
    await removePath(unfinished);
    throw ioError('link', path, cause);
  }
}

/** Writes to an existing file in place and in one call, as /proc and /sys want it. @throws GW_HOST_IO */
export async function writeInPlace(path: string, data: string): Promise<void> {
  try {
    await withFile(path, constants.O_WRONLY, 0, file => file.write(data));
  } catch (cause) {
    throw ioError('write', path, cause);
  }
}

/** Removes a file or a whole folder; absent is success. @throws GW_HOST_IO */
export async function removePath(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (cause) {
    if (!isAbsent(cause)) throw ioError('remove', path, cause);
  }
}

/** Names in a folder, sorted, without unfinished files; empty when there is no folder. @throws GW_HOST_IO */
export async function listFolder(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).filter(name => !name.startsWith(UNFINISHED)).sort();
  } catch (cause) {
    if (isAbsent(cause)) return [];
    throw ioError('list', path, cause);
  }
}

/**
 * Removes what a kill left of files that were being written, in a folder and all below it. Only for a folder in which nobody
 * writes meanwhile. @throws GW_HOST_IO
 */
export async function removeUnfinished(folder: string): Promise<void> {
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile() && entry.name.startsWith(UNFINISHED)) await removePath(join(entry.parentPath, entry.name));
  } catch (cause) {
    if (!isAbsent(cause)) throw ioError('clean', folder, cause);
  }
}

/**
 * Removes what a kill left of files that were being written in a folder where others may write meanwhile.
 * @param olderMs  nobody writes for so long
 * @throws GatewrightError GW_HOST_IO
 */
export async function removeUnfinishedOf(folder: string, olderMs: number): Promise<void> {
  try {
    for (const name of await readdir(folder)) {
      if (!name.startsWith(UNFINISHED)) continue;
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined); // its writer has finished it
      if (found !== undefined && Date.now() - found.mtimeMs > olderMs) await removePath(path);
    }
  } catch (cause) {
    if (!isAbsent(cause)) throw ioError('clean', folder, cause);
  }
}

/** Calls back when an entry of a folder changes; creates the folder. Returns how to stop. @throws GW_HOST_IO */
export function watchFolder(path: string, changed: () => void): () => void {
  try {
    mkdirSync(path, { recursive: true });
    const watcher = watch(path, { persistent: false }, changed);
    // The folder went away with everything in it: that is a change, and there is nothing more to watch.
    watcher.on('error', () => {
      watcher.close();
      changed();
    });
    return () => watcher.close();
  } catch (cause) {
    throw ioError('watch', path, cause);
  }
}

/** Whether an error of the file system says that there is no such thing. */
export function isAbsent(cause: unknown): boolean {
  const code = (cause as NodeJS.ErrnoException).code;
  // WHY ESRCH: a file below /proc/<pid> was opened and the process ended before it was read.
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ESRCH';
}

/** A name beside a file for what will take its place. */
function unfinishedFor(path: string): string {
  return join(dirname(path), `${UNFINISHED}${randomBytes(6).toString('hex')}-${basename(path)}`);
}

async function withFile<T>(
  path: string,
  flags: number,
  mode: number,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(path, flags, mode);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function readBounded(file: FileHandle): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function writeDurably(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  return withFile(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode, async file => {
    // WHY: open(2) takes the umask off the mode; the caller's mode is meant exactly.
    await file.chmod(mode);
    await file.writeFile(data);
    await file.sync();
  });
}
