// Builds npm socketcan where it lies among the dependencies, by the compiler alone. WHY not by its own install script: that wants
// Python, make and headers from the network, and an install that fails for want of them would be ours to explain.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { messageOf } from '../../runtime/model/errors.ts';
import { run } from '../guest/run.ts';
import { headersOfNode } from './headers.ts';

/** Its two addons and what they are made of, as its binding.gyp says [4.3.1]. */
const PARTS = { can: 'native/can.cc', can_signals: 'native/signals.cc' } as const;
const FLAGS = ['-std=c++20', '-O2', '-fPIC', '-shared', '-fvisibility=hidden', '-DNAPI_DISABLE_CPP_EXCEPTIONS'];

/** The package's folder when it is built, or why it is not. */
export type SocketCanBuild = { readonly folder: string } | { readonly why: string };

/** Builds it, or finds it built. Never throws. @param compiler  of C++ */
export function buildSocketCan(compiler = 'g++'): SocketCanBuild {
  try {
    const require = createRequire(import.meta.url);
    const manifest = require.resolve('socketcan/package.json');
    const folder = dirname(manifest);
    const headers = dirname(createRequire(manifest).resolve('node-addon-api/package.json'));
    for (const [name, source] of Object.entries(PARTS)) compile(compiler, folder, headers, name, source);
    return { folder };
  } catch (error) {
    return { why: `npm socketcan was not built: ${messageOf(error)}` };
  }
}

function compile(compiler: string, folder: string, headers: string, name: string, source: string): void {
  const target = join(folder, 'build', 'Release', `${name}.node`);
  if (existsSync(target)) return;
  const half = `${target}.${process.pid}`;
  mkdirSync(dirname(target), { recursive: true });
  try {
    run(compiler, [...FLAGS, '-I', headers, '-I', headersOfNode(), '-o', half, join(folder, source)]);
    renameSync(half, target);
  } finally {
    rmSync(half, { force: true });
  }
}
