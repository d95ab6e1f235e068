// Rules of the library about the nodes of a pack: names of their own, and an example of each.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredTypes } from './declared-types.ts';
import { listed, type Manifest, type Verdict } from './rule.ts';

/**
 * @param folder  of the pack
 * @param taken   types of other packs that are known
 */
export function nodeRules(folder: string, manifest: Manifest, taken: ReadonlySet<string>): readonly Verdict[] {
  const entries = Object.values(manifest['node-red']?.nodes ?? {});
  const types = new Map(entries.flatMap(entry => [...declaredTypes(htmlOf(folder, entry))]));
  const doubled = [...types.keys()].filter(type => taken.has(type));
  const shown = new Set(examplesOf(folder).map(({ type }) => type));
  const unclear = [...types].filter(([, category]) => category === undefined).map(([type]) => type);
  const missing = [...types]
    .filter(([type, category]) => category !== 'config' && !shown.has(type))
    .map(([type]) => type);
  return [
    {
      rule: 'N01',
      holds: types.size >= entries.length && doubled.length === 0,
      says: `its ${types.size} types have names of their own${listed(doubled)}`,
    },
    {
      rule: 'N02',
      holds: types.size > 0 && unclear.length === 0 && missing.length === 0,
      says: `each type has an example${listed([...unclear, ...missing])}`,
    },
  ];
}

/** A set's html lies beside its script. */
function htmlOf(folder: string, entry: string): string {
  return readFileSync(join(folder, entry.replace(/\.js$/, '.html')), 'utf8');
}

function examplesOf(folder: string): readonly { readonly type: string }[] {
  return globSync('examples/**/*.json', { cwd: folder }).flatMap(file =>
    JSON.parse(readFileSync(join(folder, file), 'utf8')),
  );
}
