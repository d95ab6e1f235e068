// The kernel of a guest: unpacked from its Debian package, never installed.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KernelModule, loadOrder } from './modules.ts';
import { run } from './run.ts';

export interface Kernel {
  readonly image: Buffer;
  readonly modules: readonly KernelModule[];
}

/** @param deb  path of a `linux-image-…` package @param modules  names of modules to take along */
export function unpackKernel(deb: string, modules: readonly string[]): Kernel {
  const work = mkdtempSync(join(tmpdir(), 'gw-guest-'));
  try {
    run('dpkg-deb', ['--extract', deb, work]);
    const release = readdirSync(join(work, 'lib/modules'))[0];
    if (release === undefined) throw new Error(`${deb} holds no kernel modules; remove it and build again`);
    return {
      image: readFileSync(join(work, 'boot', `vmlinuz-${release}`)),
      modules: loadOrder(join(work, 'lib/modules', release), modules),
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
