// Builds the tiny guest that new users start with and the tests run: a Debian cloud kernel, unpacked and not installed,
// and a busybox root file system of our own. The same packages give the same bytes.
//   node scripts/guest-image.ts [--output DIRECTORY]     prints the directory that holds vmlinuz and initrd.img
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type CpioEntry, writeCpio } from './guest-image.cpio.ts';

const scripts = dirname(fileURLToPath(import.meta.url));
const cache = join(dirname(scripts), '.cache', 'guest');

/** Kernel modules the guest loads, in this order; what they need is loaded before them. Those built in are left out. */
const MODULES = [
  'virtio_pci',
  'virtio_net',
  'virtio_blk',
  'virtio_console',
  'virtio-rng',
  'evdev',
  'button',
  'af_packet',
];
/** Ours that go into the archive: where from, where to. */
const OWN_FILES = [
  ['guest-image.init.sh', 'init'],
  ['guest-image.console.sh', 'bin/gw-console'],
  ['guest-image.udhcpc.sh', 'etc/udhcpc.sh'],
] as const;

export interface GuestImage {
  /** Holds `vmlinuz` and `initrd.img`: a folder as the image store wants it. */
  readonly directory: string;
}

/**
 * Builds the image, or finds it in the cache by the hash of everything it is made of.
 * @throws Error when a program is missing or the package archive does not answer
 */
export function buildGuestImage(): GuestImage {
  const kernelPackage = findKernelPackage();
  const deb = download(kernelPackage);
  const busybox = staticBusybox();
  const own = OWN_FILES.map(([source]) => readFileSync(join(scripts, source)));
  const builder = ['guest-image.ts', 'guest-image.cpio.ts'].map(name => readFileSync(join(scripts, name)));
  const directory = join(cache, hashOf([readFileSync(deb), busybox, ...own, ...builder]));
  if (!existsSync(join(directory, 'initrd.img'))) build(deb, busybox, directory);
  return { directory };
}

function build(deb: string, busybox: Buffer, directory: string): void {
  const work = mkdtempSync(join(tmpdir(), 'gw-guest-'));
  try {
    run('dpkg-deb', ['--extract', deb, work]);
    const release = readdirSync(join(work, 'lib/modules'))[0];
    if (release === undefined) throw new Error(`${deb} holds no kernel modules; remove it and build again`);
    run('/sbin/depmod', ['-b', work, release]);
    const half = `${directory}.${process.pid}`;
    mkdirSync(half, { recursive: true });
    cpSync(join(work, 'boot', `vmlinuz-${release}`), join(half, 'vmlinuz'));
    const archive = writeCpio(rootFileSystem(busybox, loadOrder(join(work, 'lib/modules', release))));
    writeFileSync(join(half, 'initrd.img'), gzipSync(archive, { level: 9 }));
    // Another build may have been faster; its bytes are the same.
    if (existsSync(directory)) rmSync(half, { recursive: true });
    else renameSync(half, directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface KernelModule {
  readonly name: string;
  readonly data: Buffer;
}

/** The modules and what they need, in the order of loading, from depmod's list (modules.dep(5): needs come last first). */
function loadOrder(folder: string): KernelModule[] {
  const lines = readFileSync(join(folder, 'modules.dep'), 'utf8').trim().split('\n');
  const needs = new Map(
    lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const paths = new Map([...needs.keys()].map(path => [moduleName(path), path]));
  const order = new Set<string>();
  for (const wanted of MODULES.map(name => paths.get(moduleName(name)))) {
    if (wanted === undefined) continue;
    for (const need of (needs.get(wanted) ?? '').split(' ').reverse()) if (need !== '') order.add(need);
    order.add(wanted);
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

function rootFileSystem(busybox: Buffer, modules: readonly KernelModule[]): CpioEntry[] {
  const folders = ['bin', 'dev', 'etc', 'lib', 'lib/modules', 'proc', 'root', 'run', 'sys', 'tmp', 'www'];
  const list = modules.map(module => `/lib/modules/${module.name}\n`).join('');
  return [
    ...folders.map(path => ({ path, mode: 0o040755 })),
    // The kernel opens /dev/console before anything is mounted.
    { path: 'dev/console', mode: 0o020600, device: [5, 1] },
    { path: 'bin/busybox', mode: 0o100755, data: busybox },
    { path: 'bin/sh', mode: 0o120777, data: Buffer.from('busybox') },
    ...OWN_FILES.map(([source, path]) => ({ path, mode: 0o100755, data: readFileSync(join(scripts, source)) })),
    { path: 'etc/modules', mode: 0o100644, data: Buffer.from(list) },
    ...modules.map(({ name, data }) => ({ path: `lib/modules/${name}`, mode: 0o100644, data })),
  ];
}

/**
 * The package that the flavour's meta package depends on, for example linux-image-6.1.0-18-cloud-amd64. A fresh machine has
 * no list of packages yet, so the list is fetched when the package is unknown.
 */
function findKernelPackage(): string {
  const known = askForKernelPackage();
  if (known !== undefined) return known;
  run('apt-get', ['update', '-q']);
  const fetched = askForKernelPackage();
  if (fetched === undefined) throw new Error('apt offers no linux-image-cloud-amd64; build on Debian for amd64');
  return fetched;
}

function askForKernelPackage(): string | undefined {
  const args = ['depends', 'linux-image-cloud-amd64'];
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

function hashOf(parts: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length};`).update(part);
  return hash.digest('hex').slice(0, 16);
}

function run(program: string, args: readonly string[], cwd?: string): string {
  const result = spawnSync(program, args, { cwd, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  if (result.error) throw new Error(`${program} could not be started: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${program} ended with ${result.status}: ${result.stderr.trim()}`);
  return result.stdout;
}

if (import.meta.main) {
  const { directory } = buildGuestImage();
  const at = process.argv.indexOf('--output');
  const output = at === -1 ? undefined : process.argv[at + 1];
  if (output !== undefined) cpSync(directory, output, { recursive: true });
  process.stdout.write(`${output ?? directory}\n`);
}
