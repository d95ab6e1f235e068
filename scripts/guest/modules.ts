// Kernel modules for a guest, from an unpacked kernel package: which ones, and in which order they load. Reads what a module
// says it needs from the module itself, so that no program of a kernel's installation is wanted.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KernelModule {
  readonly name: string;
  readonly data: Buffer;
}

/**
 * The modules and what they need, in the order of loading. Those built into the kernel are left out.
 * @param folder  `lib/modules/<release>` of the package
 */
export function loadOrder(folder: string, wanted: readonly string[]): readonly KernelModule[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path => /\.ko(\.xz)?$/.test(path));
  const paths = new Map(files.map(path => [moduleName(path), path]));
  const order = new Map<string, KernelModule>();
  const load = (name: string) => {
    const path = paths.get(name);
    if (path === undefined || order.has(name)) return;
    const data = readModule(join(folder, path));
    for (const need of needsOf(data)) load(moduleName(need));
    order.set(name, { name: `${name}.ko`, data });
  };
  for (const name of wanted) load(moduleName(name));
  return [...order.values()];
}

/** From the section .modinfo: text of the form key=value, each ended by a zero byte. */
function needsOf(module: Buffer): readonly string[] {
  const text = /\0depends=([\w,-]*)\0/.exec(module.toString('latin1'))?.[1] ?? '';
  return text.split(',').filter(name => name !== '');
}

/** A module's name is written with hyphens or underscores, and its file may be packed. */
function moduleName(path: string): string {
  return path
    .replace(/^.*\//, '')
    .replace(/\.ko(\.xz)?$/, '')
    .replaceAll('-', '_');
}

function readModule(file: string): Buffer {
  if (!file.endsWith('.xz')) return readFileSync(file);
  const result = spawnSync('xz', ['--decompress', '--stdout', file], { maxBuffer: 64 * 1024 * 1024 });
  if (result.status !== 0) throw new Error(`xz could not unpack ${file}; install xz-utils`);
  return result.stdout;
}
