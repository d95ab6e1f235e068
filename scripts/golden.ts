// Writes what each reference flow compiles to beside it, `flows/<name>/expected/design.json`. `--check` only compares.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE_TYPES } from '../nodes/catalog.ts';
import { compile } from '../runtime/compile/compile.ts';

const root = fileURLToPath(new URL('../flows/', import.meta.url));

/** Names of all reference flows. */
export function referenceFlows(): readonly string[] {
  return readdirSync(root)
    .filter(name => existsSync(`${root}${name}/flow.json`))
    .sort();
}

/** Text of a reference flow. */
export function flowText(name: string): string {
  return readFileSync(`${root}${name}/flow.json`, 'utf8');
}

/** The design a flow must compile to, as text with its line ends. @throws Error when the flow has findings */
export function goldenText(name: string): string {
  const { design, diagnostics } = compile(flowText(name), NODE_TYPES);
  if (diagnostics.length > 0) throw new Error(`flows/${name}: ${diagnostics.map(one => one.summary).join(' ')}`);
  return `${JSON.stringify(design, null, 2)}\n`;
}

/** Expected designs with the text they should have. */
export function goldens(): ReadonlyMap<string, string> {
  return new Map(referenceFlows().map(name => [`${root}${name}/expected/design.json`, goldenText(name)]));
}

/** Files whose text is not what their flow compiles to. */
export function staleGoldens(): readonly string[] {
  return [...goldens()]
    .filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
    .map(([file]) => file);
}

if (import.meta.main) {
  const stale = staleGoldens();
  if (process.argv.includes('--check')) {
    for (const file of stale)
      process.stderr.write(`${file} is stale. Run node scripts/golden.ts and look at the difference.\n`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else
    for (const file of stale) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, goldens().get(file) ?? '');
    }
}
