// What this host lacks for guests that prove what they boot, in words.
import type { Host } from '../../host/host.ts';
import { STUB } from '../../host/images/unified-image.ts';
import { OVMF } from './firmware.ts';

/**
 * Paths are those of Debian's packages.
 * @returns as `DriverFacts.lacks` has it
 */
export async function missingForTrust(host: Host): Promise<Readonly<Record<string, string>>> {
  const has = async (path: string) => {
    const at = path.lastIndexOf('/');
    return (await host.list(path.slice(0, at))).includes(path.slice(at + 1));
  };
  const lacking = async (words: string, ...paths: readonly string[]) => {
    for (const path of paths) if (!(await has(path))) return `${words}, because ${path} is missing`;
    return undefined;
  };
  const lacks = {
    tpm: await lacking('install swtpm and swtpm-tools', '/usr/bin/swtpm', '/usr/bin/swtpm_setup'),
    uefi: await lacking('install ovmf', OVMF.uefi, OVMF.variables),
    'uefi-secure': await lacking(
      'install ovmf, openssl, efitools, sbsigntool, systemd-boot-efi, binutils and mtools',
      ...[
        OVMF['uefi-secure'],
        OVMF.variables,
        STUB,
        '/usr/bin/openssl',
        '/usr/bin/flash-var',
        '/usr/bin/sbsign',
        '/usr/bin/objcopy',
        '/usr/bin/mformat',
      ],
    ),
  };
  return Object.fromEntries(Object.entries(lacks).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
