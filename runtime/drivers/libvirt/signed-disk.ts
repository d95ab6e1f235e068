// The disk from which a guest with Secure Boot starts: a FAT file system with one unified kernel image, which is kernel, initrd and
// command line in one program, signed as a whole (Unified Kernel Image specification; UEFI specification, 3.5.1.1).
import { type Host, runChecked } from '../../host/host.ts';
import type { OwnerKeys } from './owner-keys.ts';

export interface SignedBoot {
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
}

/** As Debian's package systemd-boot-efi installs it. */
export const STUB = '/usr/lib/systemd/boot/efi/linuxx64.efi.stub';
/** Where the firmware looks on a disk that it knows nothing of. */
const PROGRAM = '::/EFI/BOOT/BOOTX64.EFI';
const MIB = 1024 * 1024;
/** Where the parts are in memory, behind the stub itself; each needs room up to the next. */
const PLACES = { '.osrel': 0x2_0000, '.cmdline': 0x3_0000, '.linux': 32 * MIB } as const;

/**
 * Makes the disk, in place of one that is there: who has that one open goes on with it.
 * @throws GatewrightError GW_HOST_PROGRAM_MISSING without binutils, sbsigntool or mtools, GW_HOST_COMMAND_FAILED
 */
export async function makeSignedDisk(
  host: Host,
  path: string,
  boot: SignedBoot,
  keys: OwnerKeys,
  signal?: AbortSignal,
): Promise<void> {
  const run = (...argv: readonly [string, ...string[]]) => runChecked(host, argv, { signal });
  const part = (name: string) => `${path}.${name}`;
  const [unsigned, signed, disk] = [part('efi'), part('signed.efi'), part('disk')];
  await host.writeFile(part('cmdline'), `${boot.commandLine}\0`);
  await host.writeFile(part('osrel'), 'ID=gatewright\n');
  const sizeOf = async (file: string) => Number(await run('stat', '-L', '-c', '%s', file));
  try {
    const behindKernel = PLACES['.linux'] + Math.ceil((await sizeOf(boot.kernel)) / MIB) * MIB;
    const parts = [
      ['.osrel', part('osrel'), PLACES['.osrel']],
      ['.cmdline', part('cmdline'), PLACES['.cmdline']],
      ['.linux', boot.kernel, PLACES['.linux']],
      ['.initrd', boot.initrd, behindKernel],
    ] as const;
    const sections = parts.flatMap(([section, file, place]) => [
      ...['--add-section', `${section}=${file}`],
      ...['--change-section-vma', `${section}=0x${place.toString(16)}`],
    ]);
    await run('objcopy', ...sections, STUB, unsigned);
    await run('sbsign', '--key', keys.key, '--cert', keys.certificate, '--output', signed, unsigned);
    const bytes = await sizeOf(signed);
    // Room for the file system besides the program; FAT32 wants a few dozen MiB.
    const size = Math.max(48, Math.ceil((bytes * 1.1) / MIB) + 8);
    await host.remove(disk);
    await run('truncate', '-s', `${size}M`, disk);
    await run('mformat', '-i', disk, '-F', '::');
    await run('mmd', '-i', disk, '::/EFI', '::/EFI/BOOT');
    await run('mcopy', '-i', disk, signed, PROGRAM);
    await run('mv', disk, path);
  } finally {
    for (const name of ['cmdline', 'osrel', 'efi', 'signed.efi', 'disk']) await host.remove(part(name));
  }
}
