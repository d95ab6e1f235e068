// Builds the tiny guest for the embedded back end: Debian's kernel for old PCs, a busybox root file system of our own, and
// the BIOS of the emulated PC. Needs no rights. The same packages give the same bytes.
//   node scripts/embedded-image.ts [--output DIRECTORY] [--bundle FILE] [--install]
// Prints where the image is: the last of these that was asked for, else the cache. --install puts it into the home folder.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeBundle } from '../runtime/host/images/bundle.ts';
import { ImageStore, readImageFolder } from '../runtime/host/images/store.ts';
import { ImageManifest, MANIFEST_FILE } from '../runtime/model/image.ts';
import { Debian, type DebianPackage } from './guest/debian.ts';
import { hashOf, writeFolder } from './guest/folder.ts';
import { imagesOfHome } from './guest/home.ts';
import { unpackKernel } from './guest/kernel.ts';
import { initrd, ownParts } from './guest/root.ts';
import { run } from './guest/run.ts';

const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache', 'guest');

const DAY_MS = 24 * 60 * 60 * 1000;
/** The card of the emulated PC, packets for DHCP, CAN over a serial line, VLANs. */
const MODULES = ['ne2k_pci', 'af_packet', '8021q', 'can', 'can_raw', 'slcan'];
/** Without what the emulated PC lacks or does slowly; the loops per jiffy are fixed, so that they are not measured. */
const KERNEL_ARGUMENTS =
  'console=ttyS0 gw.control=ttyS2 quiet tsc=reliable mitigations=off nosmp noapic acpi=off pnpbios=off nomce lpj=2000000';

export interface EmbeddedImage {
  /** Holds the manifest and the files it names. */
  readonly directory: string;
}

export interface Sources {
  readonly kernel: DebianPackage;
  readonly busybox: DebianPackage;
  readonly bios: DebianPackage;
}

/**
 * Builds the image, or finds it in the cache by the hash of everything it is made of.
 * @throws Error when a program is missing or the package archive does not answer
 */
export function buildEmbeddedImage(): EmbeddedImage {
  const sources = fetchSources();
  const packages = Object.values(sources).map(one => readFileSync(one.file));
  const own = readFileSync(fileURLToPath(import.meta.url));
  const directory = join(cache, `i386-${hashOf([...packages, ...ownParts(), own])}`);
  if (!existsSync(join(directory, MANIFEST_FILE))) writeFolder(directory, imageFiles(sources));
  return { directory };
}

/**
 * Builds the image and puts it into a store.
 * @param store  folder of the store
 * @returns where the image is now
 * @throws whatever building throws; GatewrightError GW_HOST_IO
 */
export async function installEmbeddedImage(store: string): Promise<string> {
  const { directory } = buildEmbeddedImage();
  const { files } = await readImageFolder(directory);
  return (await new ImageStore(store).install(files, directory)).directory;
}

/** The packages of the image, fetched when they are not in the cache. */
export function fetchSources(): Sources {
  if (!Debian.available())
    throw new Error('building the image needs apt-get and dpkg-deb, as Debian and Ubuntu have them');
  const debian = new Debian(join(cache, 'debian-i386'), 'i386');
  debian.update(DAY_MS);
  try {
    return fetchFrom(debian);
  } catch {
    // A newer version has taken the place of one that the list still names.
    debian.update(0);
    return fetchFrom(debian);
  }
}

function fetchFrom(debian: Debian): Sources {
  return {
    kernel: debian.fetch(debian.dependency('linux-image-686', /^linux-image-\d.*-686$/)),
    busybox: debian.fetch('busybox-static'),
    bios: debian.fetch('seabios'),
  };
}

/** All files of the image, the manifest among them. */
export function imageFiles(sources: Sources): Readonly<Record<string, Buffer>> {
  const kernel = unpackKernel(sources.kernel.file, MODULES);
  const bios = extract(sources.bios, 'usr/share/seabios/bios.bin', 'usr/share/seabios/vgabios-stdvga.bin');
  const [busybox] = extract(sources.busybox, 'bin/busybox');
  const files = {
    vmlinuz: kernel.image,
    'initrd.img': initrd(busybox, kernel.modules),
    'bios.bin': bios[0],
    'vgabios.bin': bios[1],
    NOTICE: Buffer.from(notice(sources)),
  };
  const manifest = Buffer.from(`${JSON.stringify(ImageManifest.parse(manifestOf(files, sources)), null, 2)}\n`);
  return { ...files, [MANIFEST_FILE]: manifest };
}

function manifestOf(files: Readonly<Record<string, Buffer>>, sources: Sources): ImageManifest {
  const entry = (data: Buffer) => ({ bytes: data.length, sha256: createHash('sha256').update(data).digest('hex') });
  return {
    version: 1,
    name: 'tiny-linux',
    architecture: 'i386',
    ...{ kernel: 'vmlinuz', initrd: 'initrd.img', bios: 'bios.bin', vgaBios: 'vgabios.bin', notice: 'NOTICE' },
    kernelArguments: KERNEL_ARGUMENTS,
    ports: { console: 'ttyS0', field: 'ttyS1', control: 'ttyS2' },
    leastMemoryMiB: 96,
    files: Object.fromEntries(Object.entries(files).map(([name, data]) => [name, entry(data)])),
    sources: Object.values(sources)
      .map(({ name, version }) => `${name} ${version} i386`)
      .sort(),
  };
}

/** Files of a package, in the order asked for. */
function extract<P extends readonly string[]>(from: DebianPackage, ...paths: P): { [I in keyof P]: Buffer } {
  const work = mkdtempSync(join(tmpdir(), 'gw-guest-'));
  try {
    run('dpkg-deb', ['--extract', from.file, work]);
    return paths.map(path => readFileSync(join(work, path))) as { [I in keyof P]: Buffer };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Debian marks what was only built again with +bN; the source has no such mark. */
function sourceVersion(version: string): string {
  return version.replace(/\+b\d+$/, '');
}

function notice({ kernel, busybox, bios }: Sources): string {
  const line = (what: string, { name, version }: DebianPackage, source: string, licence: string) =>
    `${what}: Debian package ${name} ${version} (source package ${source} ${sourceVersion(version)}), ${licence}.`;
  return [
    'This guest image is made of unchanged programs of Debian, and of scripts and a small program of Gatewright (Apache-2.0).',
    '',
    line('Kernel and modules', kernel, 'linux', 'GNU General Public License version 2'),
    line('User land', busybox, 'busybox', 'GNU General Public License version 2'),
    line('BIOS and VGA BIOS', bios, 'seabios', 'GNU Lesser General Public License version 3'),
    '',
    'The sources of exactly these versions are kept at https://snapshot.debian.org/, by source package and version.',
    'The licences are at https://www.gnu.org/licenses/ and in /usr/share/common-licenses of every Debian system.',
    '',
  ].join('\n');
}

/** Writes the image as one file for `gatewright image fetch`. A file of that name is replaced whole. */
async function writeBundleFile(directory: string, file: string): Promise<void> {
  const half = `${file}.${process.pid}`;
  writeFileSync(half, writeBundle((await readImageFolder(directory)).files));
  renameSync(half, file);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { output: { type: 'string' }, bundle: { type: 'string' }, install: { type: 'boolean' } },
  });
  const { directory } = buildEmbeddedImage();
  if (values.output !== undefined) cpSync(directory, values.output, { recursive: true });
  if (values.bundle !== undefined) await writeBundleFile(directory, values.bundle);
  const installed = values.install === true ? await installEmbeddedImage(imagesOfHome()) : undefined;
  process.stdout.write(`${installed ?? values.bundle ?? values.output ?? directory}\n`);
}
