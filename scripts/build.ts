// `npm run build`: makes dist/, the publishable Node-RED pack, from the sources. Does nothing when dist/ is up to date.
import { fileURLToPath } from 'node:url';
import { readStamp, stampOf, writeStamp } from './build/stamp.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const DIST = `${ROOT}dist`;

/**
 * Builds dist/ when a source changed since the last build.
 * @param force  build even when nothing changed
 * @returns whether anything was built
 * @throws Error that names the file which is missing or wrong
 */
export async function build({ force = false } = {}): Promise<boolean> {
  const stamp = stampOf(ROOT);
  if (!force && readStamp(DIST) === stamp) return false;
  // Loaded late: the compiler and the schemas take longer to load than the check above takes to say "nothing to do".
  const { assemble } = await import('./build/assemble.ts');
  await assemble(ROOT, DIST);
  writeStamp(DIST, stamp);
  return true;
}

if (import.meta.main) {
  await build({ force: process.argv.includes('--force') }).catch((error: unknown) => {
    // What is missing or wrong is said in words; a stack trace would only hide it.
    process.stderr.write(`The pack could not be built. ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
