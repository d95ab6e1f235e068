// A unified kernel image: kernel, initrd and command line in one program for UEFI (Unified Kernel Image specification). Whoever starts it and
// whoever foretells what it will measure make the same one, byte for byte.
import { open, readFile } from 'node:fs/promises';
import { type Host, runChecked } from '../host.ts';
import { ioError } from '../local-files.ts';

export interface UnifiedParts {
  /** Paths. */
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
}

/** As Debian's package systemd-boot-efi installs it. */
export const STUB = '/usr/lib/systemd/boot/efi/linuxx64.efi.stub';
/** Where a firmware looks on a disk that it knows nothing of (UEFI specification, 3.5.1.1). */
export const FALLBACK_PROGRAM = '/EFI/BOOT/BOOTX64.EFI';
const MIB = 1024 * 1024;
/** Where the parts are in memory, behind the stub itself; each needs room up to the next. */
const PLACES = { '.osrel': 0x2_0000, '.cmdline': 0x3_0000, '.linux': 32 * MIB } as const;

/**
 * Makes the image, in place of one that is there. It is not signed.
 * @param path  of the image; what is made of it meanwhile has names that begin with it
 * @throws GatewrightError GW_HOST_PROGRAM_MISSING without binutils, GW_HOST_COMMAND_FAILED, GW_HOST_IO
 */
export async function makeUnifiedImage(
  host: Host,
  path: string,
  parts: UnifiedParts,
  signal?: AbortSignal,
): Promise<void> {
  const run = (...argv: readonly [string, ...string[]]) => runChecked(host, argv, { signal });
  const [commandLine, release] = [`${path}.cmdline`, `${path}.osrel`];
  await host.writeFile(commandLine, `${parts.commandLine}\0`);
  await host.writeFile(release, 'ID=gatewright\n');
  try {
    const kernelBytes = Number(await run('stat', '-L', '-c', '%s', parts.kernel));
    const sections = [
      ['.osrel', release, PLACES['.osrel']],
      ['.cmdline', commandLine, PLACES['.cmdline']],
      ['.linux', parts.kernel, PLACES['.linux']],
      ['.initrd', parts.initrd, PLACES['.linux'] + Math.ceil(kernelBytes / MIB) * MIB],
    ] as const;
    const added = sections.flatMap(([section, file, place]) => [
      ...['--add-section', `${section}=${file}`],
      ...['--change-section-vma', `${section}=0x${place.toString(16)}`],
    ]);
    await run('objcopy', ...added, STUB, path);
    await settle(path);
  } finally {
    for (const file of [commandLine, release]) await host.remove(file);
  }
}

/**
 * The image as bytes.
 * @param scratch  path that is nobody's; nothing is left there
 * @throws as {@link makeUnifiedImage}
 */
export async function readUnifiedImage(host: Host, scratch: string, parts: UnifiedParts): Promise<Buffer> {
  try {
    await makeUnifiedImage(host, scratch, parts);
    return await readFile(scratch).catch(cause => {
      throw ioError('read', scratch, cause);
    });
  } finally {
    await host.remove(scratch);
  }
}

/** Where the header of a Portable Executable says that it begins, and where in it the moment stands at which it was made. */
const [HEADER_AT, MOMENT_AT] = [0x3c, 8];

/** Takes out the moment at which it was made, and makes it as long as signing would: both are measured. */
async function settle(path: string): Promise<void> {
  try {
    await using file = await open(path, 'r+');
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, HEADER_AT);
    await file.write(Buffer.alloc(4), 0, 4, buffer.readUInt32LE() + MOMENT_AT);
    const { size } = await file.stat();
    await file.truncate(Math.ceil(size / 8) * 8);
  } catch (cause) {
    throw ioError('write', path, cause);
  }
}
