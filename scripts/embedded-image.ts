// Builds the tiny guest for the embedded back end: Debian's kernel, a busybox root file system of our own, and for old PCs the
// BIOS of the emulated one. Needs no rights. The same packages give the same bytes.
//   node scripts/embedded-image.ts [--architecture i386|amd64] [--output DIRECTORY] [--bundle FILE] [--install]
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
/** Packets for DHCP, CAN over a serial line, VLANs. */
const COMMON_MODULES = ['af_packet', '8021q', 'can', 'can_raw', 'slcan'];

/** What differs between the guests: i386 for v86, amd64 for QEMU. */
interface Recipe {
  readonly metaPackage: string;
  readonly kernelPackage: RegExp;
  readonly modules: readonly string[];
  readonly kernelArguments: string;
  /** Of the emulated PC; QEMU brings its own. */
  readonly bios: boolean;
  readonly leastMemoryMiB: number;
}

const ARCHITECTURES = ['i386', 'amd64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

const RECIPES: Readonly<Record<Architecture, Recipe>> = {
  i386: {
    metaPackage: 'linux-image-686',
    kernelPackage: /^linux-image-\d.*-686$/,
    modules: ['ne2k_pci', ...COMMON_MODULES],
    // Without what the emulated PC lacks or does slowly; the loops per jiffy are fixed, so that they are not measured.
    kernelArguments:
      'console=ttyS0 gw.control=ttyS2 quiet tsc=reliable mitigations=off nosmp noapic acpi=off pnpbios=off nomce lpj=2000000',
    bios: true,
    leastMemoryMiB: 96,
  },
  amd64: {
    metaPackage: 'linux-image-amd64',
    kernelPackage: /^linux-image-\d.*-amd64$/,
    modules: ['virtio_pci', 'virtio_net', 'virtio_console', 'virtio-rng', 'i6300esb', ...COMMON_MODULES],
    kernelArguments: 'console=ttyS0 gw.control=ttyS2 quiet mitigations=off',
    bios: false,
    leastMemoryMiB: 96,
  },
};

export interface EmbeddedImage {
  /** Holds the manifest and the files it names. */
  readonly directory: string;
}

export interface Sources {
  readonly kernel: DebianPackage;
  readonly busybox: DebianPackage;
  /** Only where the guest's PC brings none. */
  readonly bios?: DebianPackage;
}

/**
 * Builds the image, or finds it in the cache by the hash of everything it is made of.
 * @throws Error when a program is missing or the package archive does not answer
 */
export function buildEmbeddedImage(architecture: Architecture = 'i386'): EmbeddedImage {
  const sources = fetchSources(architecture);
  const packages = Object.values(sources).map(one => readFileSync(one.file));
  const own = readFileSync(fileURLToPath(import.meta.url));
  const directory = join(cache, `${architecture}-${hashOf([...packages, ...ownParts(), own])}`);
  if (!existsSync(join(directory, MANIFEST_FILE))) writeFolder(directory, imageFiles(sources, architecture));
  return { directory };
}

/**
 * Builds the image and puts it into a store.
 * @param store  folder of the store
 * @returns where the image is now
 * @throws whatever building throws; GatewrightError GW_HOST_IO
 */
export async function installEmbeddedImage(store: string, architecture: Architecture = 'i386'): Promise<string> {
  const { directory } = buildEmbeddedImage(architecture);
  const { files } = await readImageFolder(directory);
  return (await new ImageStore(store).install(files, directory)).directory;
}

/** The packages of the image, fetched when they are not in the cache. */
export function fetchSources(architecture: Architecture = 'i386'): Sources {
  if (!Debian.available())
    throw new Error('building the image needs apt-get and dpkg-deb, as Debian and Ubuntu have them');
  const debian = new Debian(join(cache, `debian-${architecture}`), architecture);
  debian.update(DAY_MS);
  try {
    return fetchFrom(debian, RECIPES[architecture]);
  } catch {
    // A newer version has taken the place of one that the list still names.
    debian.update(0);
    return fetchFrom(debian, RECIPES[architecture]);
  }
}

function fetchFrom(debian: Debian, { metaPackage, kernelPackage, bios }: Recipe): Sources {
  return {
    kernel: debian.fetch(debian.dependency(metaPackage, kernelPackage)),
    busybox: debian.fetch('busybox-static'),
    ...(bios ? { bios: debian.fetch('seabios') } : {}),
  };
}

/** All files of the image, the manifest among them. */
export function imageFiles(sources: Sources, architecture: Architecture): Readonly<Record<string, Buffer>> {
  const kernel = unpackKernel(sources.kernel.file, RECIPES[architecture].modules);
  const [busybox] = extract(sources.busybox, 'bin/busybox');
  const files = {
    vmlinuz: kernel.image,
    'initrd.img': initrd(busybox, kernel.modules),
    ...biosFiles(sources.bios),
    NOTICE: Buffer.from(notice(sources)),
  };
  const manifest = ImageManifest.parse(manifestOf(files, sources, architecture));
  return { ...files, [MANIFEST_FILE]: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) };
}

function biosFiles(bios: DebianPackage | undefined): Readonly<Record<string, Buffer>> {
  if (bios === undefined) return {};
  const [main, vga] = extract(bios, 'usr/share/seabios/bios.bin', 'usr/share/seabios/vgabios-stdvga.bin');
  return { 'bios.bin': main, 'vgabios.bin': vga };
}

function manifestOf(
  files: Readonly<Record<string, Buffer>>,
  sources: Sources,
  architecture: Architecture,
): ImageManifest {
  const { kernelArguments, leastMemoryMiB, bios } = RECIPES[architecture];
  const entry = (data: Buffer) => ({ bytes: data.length, sha256: createHash('sha256').update(data).digest('hex') });
  return {
    version: 1,
    name: 'tiny-linux',
    architecture,
    ...{ kernel: 'vmlinuz', initrd: 'initrd.img', notice: 'NOTICE' },
    ...(bios ? { bios: 'bios.bin', vgaBios: 'vgabios.bin' } : {}),
    kernelArguments,
    ports: { console: 'ttyS0', field: 'ttyS1', control: 'ttyS2' },
    leastMemoryMiB,
    files: Object.fromEntries(Object.entries(files).map(([name, data]) => [name, entry(data)])),
    sources: Object.values(sources)
      .map(({ name, version }) => `${name} ${version} ${architecture}`)
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
    ...(bios === undefined
      ? []
      : [line('BIOS and VGA BIOS', bios, 'seabios', 'GNU Lesser General Public License version 3')]),
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

function architectureNamed(name: string): Architecture {
  const found = ARCHITECTURES.find(known => known === name);
  if (found === undefined) throw new Error(`there is no guest for ${name}; choose ${ARCHITECTURES.join(' or ')}`);
  return found;
}

if (import.meta.main) {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { architecture: text, output: text, bundle: text, install: { type: 'boolean' } },
  });
  const architecture = architectureNamed(values.architecture ?? 'i386');
  const { directory } = buildEmbeddedImage(architecture);
  if (values.output !== undefined) cpSync(directory, values.output, { recursive: true });
  if (values.bundle !== undefined) await writeBundleFile(directory, values.bundle);
  const installed = values.install === true ? await installEmbeddedImage(imagesOfHome(), architecture) : undefined;
  process.stdout.write(`${installed ?? values.bundle ?? values.output ?? directory}\n`);
}
