// The root file system of a tiny guest: busybox, kernel modules, and a few scripts of our own. The same parts give the same
// bytes.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type CpioEntry, writeCpio } from './cpio.ts';
import type { KernelModule } from './modules.ts';
import { reseedProgram } from './reseed.ts';
import { slcanProgram } from './slcan.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** Ours that go into the archive: where from, where to. */
const OWN_FILES = [
  ['init.sh', 'init'],
  ['identity.sh', 'bin/gw-identity'],
  ['console.sh', 'bin/gw-console'],
  ['attest.sh', 'bin/gw-attest'],
  ['udhcpc.sh', 'etc/udhcpc.sh'],
] as const;

/** Everything of ours that the bytes of a guest depend on. */
export function ownParts(): readonly Buffer[] {
  const builders = ['root.ts', 'cpio.ts', 'modules.ts', 'elf.ts', 'reseed.ts', 'slcan.ts'];
  return [...OWN_FILES.map(([source]) => source), ...builders].map(name => readFileSync(join(here, name)));
}

/** The packed archive, as the kernel unpacks it. @param busybox  the static program */
export function initrd(busybox: Buffer, modules: readonly KernelModule[]): Buffer {
  return gzipSync(writeCpio(entries(busybox, modules)), { level: 9 });
}

function entries(busybox: Buffer, modules: readonly KernelModule[]): CpioEntry[] {
  const folders = ['bin', 'dev', 'etc', 'lib', 'lib/modules', 'proc', 'root', 'run', 'sys', 'tmp', 'www'];
  const list = modules.map(module => `/lib/modules/${module.name}\n`).join('');
  return [
    ...folders.map(path => ({ path, mode: 0o040755 })),
    // The kernel opens /dev/console before anything is mounted.
    { path: 'dev/console', mode: 0o020600, device: [5, 1] },
    { path: 'bin/busybox', mode: 0o100755, data: busybox },
    { path: 'bin/sh', mode: 0o120777, data: Buffer.from('busybox') },
    ...OWN_FILES.map(([source, path]) => ({ path, mode: 0o100755, data: readFileSync(join(here, source)) })),
    { path: 'bin/gw-reseed', mode: 0o100755, data: reseedProgram() },
    { path: 'bin/gw-slcan', mode: 0o100755, data: slcanProgram() },
    { path: 'etc/modules', mode: 0o100644, data: Buffer.from(list) },
    ...modules.map(({ name, data }) => ({ path: `lib/modules/${name}`, mode: 0o100644, data })),
  ];
}
