// Files that code finds beside itself: programs that run as threads and processes of their own, and files of packages. In the
// pack they lie in the folder `runtime`, whatever folder they come from; which ones there are is read from the code.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

const URL_OF = /new URL\('(\.[^']+)', import\.meta\.url\)/g;
const RESOLVED = /import\.meta\.resolve\('([^']+)'\)/g;

export interface Beside {
  /** Rewrites where code looks, and notes what it looks for. */
  readonly plugin: Plugin;
  /** Sources of programs by their name in the pack, without an ending. Grows while bundles are made. */
  readonly programs: ReadonlyMap<string, string>;
  /** Paths of other files by their name in the pack. Grows too. */
  readonly files: ReadonlyMap<string, string>;
}

/** @param root  of the project, with a slash at its end */
export function beside(root: string): Beside {
  const programs = new Map<string, string>();
  const files = new Map<string, string>();
  const look = (from: string, target: string): string => {
    const path = resolve(dirname(from), target);
    if (path.endsWith('.ts')) return noted(programs, programName(root, path), path, '.mjs');
    // What was built on this machine fits no other one; code that looks for it can do without.
    return path.startsWith(`${root}.cache/`) ? basename(path) : noted(files, basename(path), path);
  };
  const plugin: Plugin = {
    name: 'beside',
    setup({ onLoad }) {
      onLoad({ filter: /\/runtime\/.*\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes('import.meta.')) return undefined;
        const require = createRequire(path);
        const contents = text
          .replaceAll(URL_OF, (_all, target: string) => `new URL('./${look(path, target)}', import.meta.url)`)
          .replaceAll(RESOLVED, (_all, name: string) => {
            return `new URL('./${look(path, require.resolve(name))}', import.meta.url).href`;
          });
        return { contents, loader: 'ts' };
      });
    },
  };
  return { plugin, programs, files };
}

/** `runtime/drivers/lines/process.ts` becomes `drivers-lines-process`, so that no two have one name. */
function programName(root: string, path: string): string {
  return relative(`${root}runtime`, path)
    .replace(/\.ts$/, '')
    .replaceAll(/[^a-z0-9]+/gi, '-');
}

/** @throws Error when another file has the name already */
function noted(known: Map<string, string>, name: string, path: string, ending = ''): string {
  if ((known.get(name) ?? path) !== path)
    throw new Error(`${path} and ${known.get(name)} would be one file; rename one`);
  known.set(name, path);
  return `${name}${ending}`;
}
