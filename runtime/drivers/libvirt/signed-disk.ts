// The disk from which a guest with Secure Boot starts: a FAT file system with one unified kernel image, signed as a whole.
import { type Host, runChecked } from '../../host/host.ts';
import { FALLBACK_PROGRAM, makeUnifiedImage, type UnifiedParts } from '../../host/images/unified-image.ts';
import type { OwnerKeys } from './owner-keys.ts';

const MIB = 1024 * 1024;

/**
 * Makes the disk, in place of one that is there: who has that one open goes on with it.
 * @throws GatewrightError GW_HOST_PROGRAM_MISSING without binutils, sbsigntool or mtools, GW_HOST_COMMAND_FAILED
 */
export async function makeSignedDisk(
  host: Host,
  path: string,
  boot: UnifiedParts,
  keys: OwnerKeys,
  signal?: AbortSignal,
): Promise<void> {
  const run = (...argv: readonly [string, ...string[]]) => runChecked(host, argv, { signal });
  const part = (name: string) => `${path}.${name}`;
  const [unsigned, signed, disk] = [part('efi'), part('signed.efi'), part('disk')];
  try {
    await makeUnifiedImage(host, unsigned, boot, signal);
    await run('sbsign', '--key', keys.key, '--cert', keys.certificate, '--output', signed, unsigned);
    const bytes = Number(await run('stat', '-L', '-c', '%s', signed));
    // Room for the file system besides the program; FAT32 wants a few dozen MiB.
    const size = Math.max(48, Math.ceil((bytes * 1.1) / MIB) + 8);
    await host.remove(disk);
    await run('truncate', '-s', `${size}M`, disk);
    await run('mformat', '-i', disk, '-F', '::');
    await run('mmd', '-i', disk, '::/EFI', '::/EFI/BOOT');
    await run('mcopy', '-i', disk, signed, `::${FALLBACK_PROGRAM}`);
    await run('mv', disk, path);
  } finally {
    for (const name of ['efi', 'signed.efi', 'disk']) await host.remove(part(name));
  }
}
