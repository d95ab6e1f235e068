// Tells whether dist/ is up to date: a hash of the path, size and time of every source. Reads no source.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const SOURCES = [
  'runtime',
  'nodes',
  'editor',
  'flows',
  'scripts/build',
  'scripts/build.ts',
  'package.json',
  'LICENSE',
  'CHANGELOG.md',
];
const STAMP = '.stamp';

/** One text for the state of all sources below the root of the project. */
export function stampOf(root: string): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) addEntry(hash, root, source);
  return hash.digest('hex');
}

function addEntry(hash: ReturnType<typeof createHash>, root: string, path: string): void {
  const state = lstatSync(`${root}${path}`, { throwIfNoEntry: false });
  if (state === undefined) return;
  if (state.isDirectory())
    for (const name of readdirSync(`${root}${path}`).sort()) addEntry(hash, root, `${path}/${name}`);
  else hash.update(`${path}\0${state.size}\0${state.mtimeMs}\n`);
}

/** The stamp of the last build; `undefined` before the first. */
export function readStamp(dist: string): string | undefined {
  const file = `${dist}/${STAMP}`;
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

export function writeStamp(dist: string, stamp: string): void {
  writeFileSync(`${dist}/${STAMP}`, stamp);
}
