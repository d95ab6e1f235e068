// Where the files of a VM are: images in the gateway's image store, a VM's own files in the driver's state directory under
// the UUID of its domain, which a rename does not change. Knows paths and what lies there, nothing of libvirt.
import { type Host, runChecked } from '../../host/host.ts';
import { commandLineOf } from '../../model/boot-line.ts';
import { CONSOLE_HISTORY_BYTES } from '../../model/console.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';
import type { Boot } from './domain.ts';
import { OVMF } from './firmware.ts';
import { ownerKeys } from './owner-keys.ts';
import { makeSignedDisk } from './signed-disk.ts';

/** sun_path of unix(7), less the end mark. */
const MAX_SOCKET_PATH = 107;
const OWN_FILE =
  /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?:attest|console|field|log|(?:secure-)?nvram|qcow2|signed(?:\.[a-z.]+)?)$/;

/** Paths alone. */
export class FileNames {
  readonly #images: string;
  readonly #state: string;

  /** @throws GW_HOST_IO when the state directory's path leaves no room for a socket's name */
  constructor(imageDirectory: string, stateDirectory: string) {
    this.#images = imageDirectory;
    this.#state = stateDirectory;
    const longest = this.console('00000000-0000-0000-0000-000000000000').length;
    if (longest > MAX_SOCKET_PATH)
      throw new GatewrightError(
        'GW_HOST_IO',
        `${stateDirectory} is ${longest - MAX_SOCKET_PATH} characters too long for a socket in it; choose a shorter one`,
      );
  }

  kernel = (image: string) => `${this.#images}/${image}/vmlinuz`;
  initrd = (image: string) => `${this.#images}/${image}/initrd.img`;
  disk = (image: string) => `${this.#images}/${image}.qcow2`;
  console = (uuid: string) => `${this.#state}/${uuid}.console`;
  field = (uuid: string) => `${this.#state}/${uuid}.field`;
  attest = (uuid: string) => `${this.#state}/${uuid}.attest`;
  /** What its firmware remembers; another one for each kind of firmware, as each begins with other things. */
  variables = (uuid: string, firmware: VmSpec['firmware']) =>
    `${this.#state}/${uuid}.${firmware === 'uefi-secure' ? 'secure-nvram' : 'nvram'}`;
  /** Disk with the signed image of its kernel. */
  signed = (uuid: string) => `${this.#state}/${uuid}.signed`;
  log = (uuid: string) => `${this.#state}/${uuid}.log`;
  overlay = (uuid: string) => `${this.#state}/${uuid}.qcow2`;
  get images(): string {
    return this.#images;
  }
  get state(): string {
    return this.#state;
  }

  /** The image a kernel path of the store belongs to; `undefined` for any other path. */
  imageOfKernel(path: string): string | undefined {
    const image = path.startsWith(`${this.#images}/`) ? path.slice(this.#images.length + 1).split('/')[0] : undefined;
    return image !== undefined && this.kernel(image) === path ? image : undefined;
  }
}

const DISK = '.qcow2';

/** What of a VM decides from what it starts. */
type Bootable = Pick<VmSpec, 'image' | 'kernelArguments' | 'firmware'>;

/** The files themselves. */
export class VmFiles {
  readonly names: FileNames;
  readonly #host: Host;

  constructor(host: Host, names: FileNames) {
    this.#host = host;
    this.names = names;
  }

  /**
   * What a VM boots from. A disk image gets an overlay that belongs to the VM, once; it then survives restarts.
   * @throws GW_IMAGE_UNUSABLE when the store has no such image, it cannot take kernel arguments, or it cannot be signed
   */
  async prepareBoot(spec: Bootable, uuid: string, signal: AbortSignal): Promise<Boot> {
    const { names } = this;
    const { image } = spec;
    const folder = await this.#host.list(`${names.images}/${image}`);
    if (folder.includes('vmlinuz') && folder.includes('initrd.img')) return this.#kernelBoot(spec, uuid, signal);
    if (!(await this.#host.list(names.images)).includes(`${image}.qcow2`)) throw missing(image, names);
    if (spec.kernelArguments !== '') throw noArguments(image);
    const overlay = names.overlay(uuid);
    if (!(await this.#host.list(names.state)).includes(`${uuid}.qcow2`))
      await runChecked(
        this.#host,
        ['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', names.disk(image), overlay],
        { signal },
      );
    return { kind: 'disk', overlay };
  }

  /** Names of the images that {@link prepareBoot} would find, sorted. */
  async images(): Promise<readonly string[]> {
    const { images } = this.names;
    const found = (await this.#host.list(images)).map(async entry => {
      if (entry.endsWith(DISK)) return [entry.slice(0, -DISK.length)];
      const folder = await this.#host.list(`${images}/${entry}`);
      return folder.includes('vmlinuz') && folder.includes('initrd.img') ? [entry] : [];
    });
    return [...new Set((await Promise.all(found)).flat())].sort();
  }

  async #kernelBoot({ image, kernelArguments, firmware }: Bootable, uuid: string, signal: AbortSignal): Promise<Boot> {
    const parts = { kernel: this.names.kernel(image), initrd: this.names.initrd(image) };
    if (firmware !== 'uefi-secure') return { kind: 'kernel', ...parts };
    const disk = this.names.signed(uuid);
    const keys = await ownerKeys(this.#host, this.names.state, signal);
    await makeSignedDisk(this.#host, disk, { ...parts, commandLine: commandLineOf(kernelArguments) }, keys, signal);
    return { kind: 'signed', disk };
  }

  /** What the firmware of a VM remembers, and what it begins with. */
  async variables({ firmware }: Bootable, uuid: string, signal: AbortSignal) {
    const path = this.names.variables(uuid, firmware);
    if (firmware !== 'uefi-secure') return { path, template: OVMF.variables };
    return { path, template: (await ownerKeys(this.#host, this.names.state, signal)).variables };
  }

  /** The end of what a VM's console said, at most CONSOLE_HISTORY_BYTES; empty when it never ran. */
  async lastWords(uuid: string): Promise<Uint8Array> {
    const log = this.names.log(uuid);
    if (!(await this.#host.list(this.names.state)).includes(`${uuid}.log`)) return new Uint8Array();
    // A log grows for years and is not to be read as a whole.
    return Buffer.from(await runChecked(this.#host, ['tail', '-c', String(CONSOLE_HISTORY_BYTES), log]));
  }

  /** Removes the files of one VM. */
  remove(uuid: string): Promise<void> {
    return this.#removeWhere(owner => owner === uuid);
  }

  /** Removes the files of every VM that is not among these. */
  sweep(uuids: ReadonlySet<string>): Promise<void> {
    return this.#removeWhere(owner => !uuids.has(owner));
  }

  async #removeWhere(fits: (uuid: string) => boolean): Promise<void> {
    for (const name of await this.#host.list(this.names.state)) {
      const uuid = OWN_FILE.exec(name)?.[1];
      if (uuid !== undefined && fits(uuid)) await this.#host.remove(`${this.names.state}/${name}`);
    }
  }
}

function missing(image: string, names: FileNames): GatewrightError {
  const where = `${names.kernel(image)} with ${names.initrd(image)}, or ${names.disk(image)}`;
  return new GatewrightError('GW_IMAGE_UNUSABLE', `there is no image ${image} on this gateway; put one at ${where}`);
}

function noArguments(image: string): GatewrightError {
  const advice = 'clear the kernel arguments, or use an image that is a kernel and an initrd';
  return new GatewrightError('GW_IMAGE_UNUSABLE', `${image} is a disk and takes no kernel arguments; ${advice}`);
}
