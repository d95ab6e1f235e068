// The guest inside the outer machine: it boots at once where every instruction is emulated twice, tells what it sees on its PCI
// buses and USB ports, and lets go of what it is asked for.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('witness/', import.meta.url));
const FREESTANDING = [
  '-ffreestanding',
  '-fno-pic',
  '-fno-stack-protector',
  '-fcf-protection=none',
  '-nostdlib',
  '-static',
];

/** Compiles it into an image store. @param images  folder of the store */
export function installWitness(images: string): void {
  const image = join(images, 'witness');
  mkdirSync(image, { recursive: true });
  const link = [`-Wl,-T,${folder}witness.ld`, '-Wl,--build-id=none', '-Wl,--no-warn-rwx-segments'];
  const output = ['-o', join(image, 'vmlinuz'), `${folder}witness.c`];
  execFileSync('gcc', ['-m32', '-march=i686', '-O1', '-Wall', '-Werror', ...FREESTANDING, ...link, ...output]);
  // An image has two files; this kernel looks at one.
  writeFileSync(join(image, 'initrd.img'), 'nothing\n');
}
