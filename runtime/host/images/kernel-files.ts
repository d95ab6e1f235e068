// The files of an image that a hypervisor of Linux hands over to a guest, as bytes.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewrightError } from '../../model/errors.ts';
import { ioError, isAbsent } from '../local-files.ts';

/** No kernel and no initrd of a gateway is larger. */
const MOST_BYTES = 512 * 1024 * 1024;

export interface KernelFiles {
  readonly kernel: Buffer;
  readonly initrd: Buffer;
}

/**
 * @param images  folder of the image store @param name  of the image
 * @throws GatewrightError GW_IMAGE_UNUSABLE when it is no kernel with an initrd, GW_HOST_IO
 */
export async function readKernelFiles(images: string, name: string): Promise<KernelFiles> {
  const [kernel, initrd] = [join(images, name, 'vmlinuz'), join(images, name, 'initrd.img')];
  return { kernel: await readWhole(kernel), initrd: await readWhole(initrd) };
}

async function readWhole(path: string): Promise<Buffer> {
  try {
    if ((await stat(path)).size > MOST_BYTES)
      throw new GatewrightError(
        'GW_IMAGE_UNUSABLE',
        `${path} has more than ${MOST_BYTES >> 20} MiB; take another image`,
      );
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof GatewrightError) throw cause;
    if (isAbsent(cause))
      throw new GatewrightError('GW_IMAGE_UNUSABLE', `there is no ${path}; take an image with a kernel`);
    throw ioError('read', path, cause);
  }
}
