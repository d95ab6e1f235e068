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
  const { kernel, initrd } = await findKernelFiles(images, name);
  return { kernel: await usable(kernel, path => readFile(path)), initrd: await usable(initrd, path => readFile(path)) };
}

/** Paths of the files. @throws as {@link readKernelFiles} */
export async function findKernelFiles(images: string, name: string): Promise<Record<keyof KernelFiles, string>> {
  const [kernel, initrd] = [join(images, name, 'vmlinuz'), join(images, name, 'initrd.img')];
  for (const path of [kernel, initrd])
    if ((await usable(path, stat)).size > MOST_BYTES)
      throw new GatewrightError(
        'GW_IMAGE_UNUSABLE',
        `${path} has more than ${MOST_BYTES >> 20} MiB; take another image`,
      );
  return { kernel, initrd };
}

async function usable<T>(path: string, look: (path: string) => Promise<T>): Promise<T> {
  try {
    return await look(path);
  } catch (cause) {
    if (isAbsent(cause))
      throw new GatewrightError('GW_IMAGE_UNUSABLE', `there is no ${path}; take an image with a kernel`);
    throw ioError('read', path, cause);
  }
}
