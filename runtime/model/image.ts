// A guest image as a folder: a kernel, a root file system and what an emulated PC needs beside them, described by a manifest
// whose hash is the name of the whole.
import { z } from 'zod';
import { ImageName, KernelArguments } from './kinds/vm.ts';

export const MANIFEST_FILE = 'manifest.json';

const FileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a file name has letters, digits, dots, hyphens');
const SerialPort = z.string().regex(/^ttyS[0-3]$/, 'a serial port is ttyS0 to ttyS3');

export const ImageFile = z.strictObject({
  bytes: z
    .number()
    .int()
    .min(0)
    .max(256 * 1024 * 1024),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a hash has 64 hex digits'),
});

export const ImageManifest = z.strictObject({
  version: z.literal(1),
  name: ImageName,
  /** Of the guest, in Debian's words. */
  architecture: z.enum(['i386', 'amd64']),
  /** What to boot. */
  kernel: FileName,
  initrd: FileName,
  /** Of the emulated PC; only an i386 guest brings them. */
  bios: FileName.optional(),
  vgaBios: FileName.optional(),
  /** Licences, and where the sources are. */
  notice: FileName,
  kernelArguments: KernelArguments,
  /** What the guest does on its serial ports. */
  ports: z.strictObject({
    /** For people. */
    console: SerialPort,
    /** The field line, free for the tenant. */
    field: SerialPort,
    /** For programs: `@ID COMMAND` is answered by `@@BEGIN ID`, output, `@@END ID STATUS`. */
    control: SerialPort,
  }),
  leastMemoryMiB: z.number().int().min(16).max(4096),
  /** By name; nothing else is in the folder but the manifest. */
  files: z.record(FileName, ImageFile),
  /** The packages it was built from, each `name version architecture`, sorted. */
  sources: z.array(z.string().max(200)).max(20),
});
export type ImageManifest = z.infer<typeof ImageManifest>;
