// What a browser loads of ours before anybody has clicked, compressed as a server may send it.
import { globSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { ROOT } from '../../../scripts/build.ts';

const AT_START = ['plugin/*.html', 'nodes/*/*.html', 'resources/gatewright.js', 'resources/gatewright.css'];

/** Kilobytes (1000 bytes) of the pack's editor files, each compressed by itself. */
export function bundleKilobytes(): number {
  const files = globSync(AT_START, { cwd: `${ROOT}dist` });
  const bytes = files.map(file => gzipSync(readFileSync(`${ROOT}dist/${file}`)).length);
  return bytes.reduce((sum, one) => sum + one, 0) / 1000;
}
