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
/** Where the stub expects the parts in memory: each has room up to the next. */
const PLACES = { '.osrel': '0x20000', '.cmdline': '0x30000', '.linux': '0x2000000', '.initrd': '0x3000000' } as const;
const MIB = 1024 * 1024;

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
  const files = { '.osrel': part('osrel'), '.cmdline': part('cmdline'), '.linux': boot.kernel, '.initrd': boot.initrd };
  const sections = Object.entries(files).flatMap(([section, file]) => [
    ...['--add-section', `${section}=${file}`],
    ...['--change-section-vma', `${section}=${PLACES[section as keyof typeof PLACES]}`],
  ]);
  try {
    await run('objcopy', ...sections, STUB, unsigned);
    await run('sbsign', '--key', keys.key, '--cert', keys.certificate, '--output', signed, unsigned);
    const bytes = Number(await run('stat', '-c', '%s', signed));
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
