// The files of a build, collected in memory and then written at once: unchanged files keep their times, stale ones go.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const BUILD_ENDS_WITHIN_MS = 60_000;

/** Contents by path below dist/. */
export type Output = Map<string, string | Uint8Array>;

/** Makes the folder hold exactly these files. Two builds at once are harmless: every file is renamed into place. */
export function writeOutput(dist: string, output: Output): void {
  for (const path of filesBelow(dist))
    if (!output.has(path) && !isBeingWritten(join(dist, path))) rmSync(join(dist, path), { force: true });
  for (const [path, contents] of output) writeChanged(join(dist, path), Buffer.from(contents));
}

function writeChanged(file: string, contents: Buffer): void {
  if (existsSync(file) && readFileSync(file).equals(contents)) return;
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
}

/** The half-written file of another build, which it is about to rename; an old one was left by a build that was killed. */
function isBeingWritten(file: string): boolean {
  const modified = file.endsWith('.tmp') ? statSync(file, { throwIfNoEntry: false })?.mtimeMs : undefined;
  return modified !== undefined && Date.now() - modified < BUILD_ENDS_WITHIN_MS;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
