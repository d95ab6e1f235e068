// Reads which file imports which, from the source text. Knows nothing of what the files do.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** Path from the project's root, `runtime/plan/diff.ts`. */
  readonly path: string;
  readonly text: string;
  /** Project files this one imports, paths from the root. */
  readonly imports: readonly string[];
  /** Packages and built-in modules this one imports, as written. */
  readonly packages: readonly string[];
}

const STATEMENT = /^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]/gm;
const CALL = /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g;

/** All TypeScript files below some folders of the project. */
export function readSources(...folders: string[]): SourceFile[] {
  return folders.flatMap(folder => filesBelow(resolve(ROOT, folder))).map(readSource);
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => resolve(entry.parentPath, entry.name));
}

function readSource(file: string): SourceFile {
  const text = readFileSync(file, 'utf8');
  const targets = [...text.matchAll(STATEMENT), ...text.matchAll(CALL)].map(match => match[1] ?? '');
  const own = targets.filter(target => target.startsWith('.'));
  return {
    path: relative(ROOT, file),
    text,
    imports: own.map(target => relative(ROOT, resolve(dirname(file), target))),
    packages: targets.filter(target => !target.startsWith('.')),
  };
}

/** Members of one import cycle, or `undefined`. */
export function findCycle(files: readonly SourceFile[]): string[] | undefined {
  const byPath = new Map(files.map(file => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of byPath.get(path)?.imports ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const file of files) {
    const cycle = visit(file.path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
