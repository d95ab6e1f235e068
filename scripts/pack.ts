// `npm run pack`: builds dist/ and packs it into one tarball, as it would be published. Prints the tarball's path.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { build, DIST, ROOT } from './build.ts';

/**
 * Packs dist/.
 * @param folder  where the tarball goes
 * @returns path of the tarball
 * @throws Error with npm's own words
 */
export async function pack(folder: string): Promise<string> {
  await build();
  mkdirSync(folder, { recursive: true });
  const result = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: DIST,
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`npm pack failed: ${result.stderr || result.error?.message}`);
  const [packed] = JSON.parse(result.stdout) as readonly { readonly filename: string }[];
  if (packed === undefined) throw new Error('npm pack named no file; look at its version');
  return `${folder}/${packed.filename}`;
}

if (import.meta.main) process.stdout.write(`${await pack(`${ROOT}.cache/pack`)}\n`);
