// Kernel modules for a guest, from an unpacked kernel package: which ones, and in which order they load.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KernelModule {
  readonly name: string;
  readonly data: Buffer;
}

/**
 * The modules and what they need, in the order of loading, from depmod's list (modules.dep(5): needs come last first). Those
 * built into the kernel are left out.
 * @param folder  `lib/modules/<release>`, after depmod
 */
export function loadOrder(folder: string, wanted: readonly string[]): readonly KernelModule[] {
  const lines = readFileSync(join(folder, 'modules.dep'), 'utf8').trim().split('\n');
  const needs = new Map(
    lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const paths = new Map([...needs.keys()].map(path => [moduleName(path), path]));
  const order = new Set<string>();
  for (const path of wanted.map(name => paths.get(moduleName(name)))) {
    if (path === undefined) continue;
    for (const need of (needs.get(path) ?? '').split(' ').reverse()) if (need !== '') order.add(need);
    order.add(path);
  }
  return [...order].map(path => ({ name: `${moduleName(path)}.ko`, data: readModule(join(folder, path)) }));
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
