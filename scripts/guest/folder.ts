// A folder that is there whole or not at all, named by the hash of what it is made of.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The first 16 hex digits of the hash of all parts. */
export function hashOf(parts: readonly (Buffer | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length};`).update(part);
  return hash.digest('hex').slice(0, 16);
}

/** Writes a folder of files. Another build may have been faster; its bytes are the same. */
export function writeFolder(directory: string, files: Readonly<Record<string, Buffer | string>>): void {
  const half = `${directory}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  for (const [name, data] of Object.entries(files)) writeFileSync(join(half, name), data);
  if (existsSync(directory)) rmSync(half, { recursive: true });
  else renameSync(half, directory);
}
