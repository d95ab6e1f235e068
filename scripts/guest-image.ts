// Builds the tiny guest for hypervisors of a Linux box: a Debian cloud kernel, unpacked and not installed, and a busybox
// root file system of our own. The same packages give the same bytes.
//   node scripts/guest-image.ts [--output DIRECTORY]     prints the directory that holds vmlinuz and initrd.img
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashOf, writeFolder } from './guest/folder.ts';
import { unpackKernel } from './guest/kernel.ts';
import { initrd, ownParts } from './guest/root.ts';
import { run } from './guest/run.ts';

const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache', 'guest');

/** Kernel modules the guest loads, in this order; what they need is loaded before them. Those built in are left out. */
const MODULES = [
  ...['virtio_pci', 'virtio_net', 'virtio_blk', 'virtio_console', 'virtio-rng', 'evdev', 'button', 'af_packet'],
];

export interface GuestImage {
  /** Holds `vmlinuz` and `initrd.img`: a folder as the image store wants it. */
  readonly directory: string;
}

export interface GuestWishes {
  /** Of Debian's kernel; the one for clouds has no drivers of real devices. */
  readonly flavour?: 'cloud-amd64' | 'amd64';
  /** Kernel modules that it loads besides those of every guest. */
  readonly modules?: readonly string[];
}

/**
 * Builds the image, or finds it in the cache by the hash of everything it is made of.
 * @throws Error when a program is missing or the package archive does not answer
 */
export function buildGuestImage({ flavour = 'cloud-amd64', modules = [] }: GuestWishes = {}): GuestImage {
  const deb = download(findKernelPackage(`linux-image-${flavour}`));
  const busybox = staticBusybox();
  const loaded = [...MODULES, ...modules];
  const directory = join(cache, hashOf([readFileSync(deb), busybox, loaded.join(' '), ...ownParts()]));
  if (!existsSync(join(directory, 'initrd.img'))) {
    const kernel = unpackKernel(deb, loaded);
    writeFolder(directory, { vmlinuz: kernel.image, 'initrd.img': initrd(busybox, kernel.modules) });
  }
  return { directory };
}

/**
 * The package that the flavour's meta package depends on, for example linux-image-6.1.0-18-cloud-amd64. A fresh machine has
 * no list of packages yet, so the list is fetched when the package is unknown.
 */
function findKernelPackage(meta: string): string {
  const known = askForKernelPackage(meta);
  if (known !== undefined) return known;
  run('apt-get', ['update', '-q']);
  const fetched = askForKernelPackage(meta);
  if (fetched === undefined) throw new Error(`apt offers no ${meta}; build on Debian for amd64`);
  return fetched;
}

function askForKernelPackage(meta: string): string | undefined {
  const args = ['depends', meta];
  const { stdout } = spawnSync('apt-cache', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return /Depends: (linux-image-\S+)/.exec(stdout ?? '')?.[1];
}

/** Path of the package's file, fetched once. */
function download(name: string): string {
  const folder = join(cache, 'packages');
  mkdirSync(folder, { recursive: true });
  const find = () => readdirSync(folder).find(file => file.startsWith(`${name}_`) && file.endsWith('.deb'));
  if (find() === undefined) run('apt-get', ['download', '-q', name], folder);
  const file = find();
  if (file === undefined) throw new Error(`apt-get download ${name} left no file; run apt-get update`);
  return join(folder, file);
}

function staticBusybox(): Buffer {
  const file = '/bin/busybox';
  if (!existsSync(file) || spawnSync('ldd', [file]).status === 0)
    throw new Error('the guest needs a static busybox; install busybox-static');
  return readFileSync(file);
}

if (import.meta.main) {
  const { directory } = buildGuestImage();
  const at = process.argv.indexOf('--output');
  const output = at === -1 ? undefined : process.argv[at + 1];
  if (output !== undefined) cpSync(directory, output, { recursive: true });
  process.stdout.write(`${output ?? directory}\n`);
}
