// Part of `npm start`: builds what is native when its sources are newer than what is built. Never keeps the editor from starting:
// without it frames are moved in TypeScript.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Touched when everything was tried: a machine without a compiler is asked once, not at each start. */
const tried = join(root, '.cache', 'native', 'tried');
/** What it is made of; lanes say how memory is laid out. */
const SOURCES = ['native', 'runtime/lanes', 'scripts/native'];

function newest(folder: string): number {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const times = files.flatMap(file => (file.isFile() ? statSync(join(file.parentPath, file.name)).mtimeMs : []));
  return Math.max(0, ...times);
}

const triedAt = statSync(tried, { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (triedAt < Math.max(...SOURCES.map(newest), statSync(join(root, 'package-lock.json')).mtimeMs)) {
  // WHY not above: it is loaded once, and the look at the files is made at every start.
  const { buildAll } = await import('./native.ts');
  for (const line of buildAll()) process.stderr.write(`${line}.\n`);
  mkdirSync(dirname(tried), { recursive: true });
  writeFileSync(tried, '');
}
