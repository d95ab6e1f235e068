// Builds the addon that moves frames in bursts, and npm socketcan, where there is a compiler and Node's headers. Without it everything runs, in
// pure TypeScript: so a build that cannot be is told in one line and is no failure.
//   node scripts/native.ts
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../runtime/model/errors.ts';
import { hashOf } from './guest/folder.ts';
import { run } from './guest/run.ts';
import { headersOfNode } from './native/headers.ts';
import { layoutHeader } from './native/layout-header.ts';
import { buildSocketCan } from './native/socketcan.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, 'native', 'burst');
const cache = join(root, '.cache', 'native');

/** No contraction: rates round as they do in JavaScript. */
const FLAGS = ['-std=c11', '-O2', '-g', '-Wall', '-Wextra', '-ffp-contract=off'];
const SHARED = ['-fPIC', '-shared', '-fvisibility=hidden', '-pthread'];
/**
 * What a build adds that watches over every access to memory; the process needs the sanitizer loaded first. Warnings are errors
 * here and not elsewhere: a compiler that we do not know may have some of its own.
 */
const WATCHED = ['-Werror', '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'];

export interface NativeOptions {
  /** Watches every access to memory, for tests; such a file is not the one that the runtime loads. */
  readonly watched?: boolean;
  /** Where to put it; default `.cache/native`, where the runtime looks. */
  readonly folder?: string;
  readonly compiler?: string;
}

/** The addon's file, or why there is none. */
export type NativeBuild = { readonly file: string } | { readonly why: string };

/** Builds the addon, or finds it built of the same sources. Never throws. */
export function buildNative({ watched = false, folder = cache, compiler = 'gcc' }: NativeOptions = {}): NativeBuild {
  try {
    return { file: compile(watched, folder, compiler) };
  } catch (error) {
    return { why: `the addon for bursts of frames was not built: ${messageOf(error)}` };
  }
}

function compile(watched: boolean, folder: string, compiler: string): string {
  const headers = headersOfNode();
  const files = readdirSync(sources).sort();
  const layout = layoutHeader();
  const flags = [...FLAGS, ...SHARED, ...(watched ? WATCHED : [])];
  const texts = files.map(name => readFileSync(join(sources, name)));
  const stamp = hashOf([layout, headers, ...flags, ...files, ...texts]);
  const file = join(folder, watched ? 'burst-watched.node' : 'burst.node');
  const stampFile = `${file}.stamp`;
  if (existsSync(file) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return file;
  const half = `${file}.${process.pid}`;
  const include = `${half}.include`;
  mkdirSync(include, { recursive: true });
  try {
    writeFileSync(join(include, 'layout.h'), layout);
    const units = files.filter(name => name.endsWith('.c')).map(name => join(sources, name));
    run(compiler, [...flags, '-I', include, '-I', headers, '-o', half, ...units]);
    // A process that has the old one loaded keeps it.
    renameSync(half, file);
    writeFileSync(stampFile, stamp);
  } finally {
    rmSync(include, { recursive: true, force: true });
    rmSync(half, { force: true });
  }
  return file;
}

/** Builds all that is built where it runs; what cannot be is told, a line each. */
export function buildAll(): readonly string[] {
  const [addon, socketCan] = [buildNative(), buildSocketCan()];
  return [
    ...('why' in addon ? [`${addon.why}; frames are moved in TypeScript`] : []),
    ...('why' in socketCan ? [`${socketCan.why}; CAN interfaces need the addon instead`] : []),
  ];
}

if (import.meta.main) {
  const problems = buildAll();
  process.stdout.write(
    problems.length === 0 ? 'Everything native is built.\n' : problems.map(line => `${line}\n`).join(''),
  );
}
