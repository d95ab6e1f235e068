// The image a VM is drawn with, for the processor of its hypervisor.
import type { ImageStore } from '../../host/images/store.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { ImageManifest } from '../../model/image.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';

/** @throws GatewrightError GW_IMAGE_UNUSABLE when it is not there, was changed, or needs more memory than is drawn; GW_HOST_IO */
export async function openGuestImage(images: ImageStore, spec: VmSpec, architecture: ImageManifest['architecture']) {
  const image = await images.open(spec.image, architecture);
  const { leastMemoryMiB } = image.manifest;
  if (spec.memoryMiB >= leastMemoryMiB) return image;
  throw new GatewrightError(
    'GW_IMAGE_UNUSABLE',
    `${spec.image} needs ${leastMemoryMiB} MiB of memory; draw at least as much`,
  );
}
