// A small image for tests of the store: the shape of a real one, a few bytes in each file.
import { type ImageFiles, sha256 } from '../../../runtime/host/images/verify.ts';
import { MANIFEST_FILE } from '../../../runtime/model/image.ts';

/** @param kernel  makes one image differ from another @param changes  to the manifest */
export function smallImage(kernel = 'kernel', changes: Readonly<Record<string, unknown>> = {}): ImageFiles {
  const files = new Map(
    Object.entries({
      vmlinuz: kernel,
      'initrd.img': 'root',
      'bios.bin': 'bios',
      'vgabios.bin': 'vga',
      NOTICE: 'notice',
    }).map(([name, text]) => [name, Buffer.from(text)] as const),
  );
  const manifest = {
    version: 1,
    name: 'tiny-linux',
    architecture: 'i386',
    ...{ kernel: 'vmlinuz', initrd: 'initrd.img', bios: 'bios.bin', vgaBios: 'vgabios.bin', notice: 'NOTICE' },
    kernelArguments: 'console=ttyS0',
    ports: { console: 'ttyS0', field: 'ttyS1', control: 'ttyS2' },
    leastMemoryMiB: 64,
    files: Object.fromEntries([...files].map(([name, data]) => [name, { bytes: data.length, sha256: sha256(data) }])),
    sources: [],
    ...changes,
  };
  return new Map([[MANIFEST_FILE, Buffer.from(JSON.stringify(manifest))], ...files]);
}
