// What a guest starts from: the files of its image, and its memory after one boot. The words that make it somebody are not part
// of the memory, so that guests share it.
import { createHash } from 'node:crypto';
import v86Package from 'v86/package.json' with { type: 'json' };
import type { ImageStore } from '../../../host/images/store.ts';
import type { SnapshotStore } from '../../../host/snapshot-store.ts';
import type { Progress } from '../../../model/driver.ts';
import { GatewrightError } from '../../../model/errors.ts';
import type { VmSpec } from '../../../model/kinds/vm.ts';
import { openGuestImage } from '../guest-image.ts';
import { kernelWords } from '../identity.ts';
import { coldBoot } from './cold-boot.ts';
import type { MachineBoot } from './machine-thread.ts';

/** The PC whose memory it is; the number counts up when we build it from other parts. */
const PC_VERSION = `v86-${v86Package.version}/1`;

export interface BootWorld {
  readonly images: ImageStore;
  readonly snapshots: SnapshotStore;
}

export interface StartFrom {
  readonly boot: MachineBoot & { readonly snapshot: Uint8Array };
  /** Forgets the memory, because a guest could not go on from it. */
  discard(): Promise<void>;
}

/**
 * Finds the memory of a guest that was booted like this one, or boots one.
 * @throws GatewrightError GW_IMAGE_UNUSABLE, GW_HOST_IO, GW_HOST_UNEXPECTED when the guest does not boot, GW_CANCELLED
 */
export async function prepare(
  { images, snapshots }: BootWorld,
  spec: VmSpec,
  signal: AbortSignal,
  progress: Progress,
): Promise<StartFrom> {
  const { id, manifest, files } = await openGuestImage(images, spec, 'i386');
  const file = (name: string | undefined) => {
    const bytes = name === undefined ? undefined : files.get(name);
    if (bytes !== undefined) return bytes;
    throw new GatewrightError('GW_IMAGE_UNUSABLE', `${spec.image} brings no BIOS; fetch another bundle of it`);
  };
  const boot: MachineBoot = {
    ...{ bios: file(manifest.bios), vgaBios: file(manifest.vgaBios) },
    ...{ kernel: file(manifest.kernel), initrd: file(manifest.initrd) },
    commandLine: [manifest.kernelArguments, ...kernelWords(spec)].join(' '),
    memoryMiB: spec.memoryMiB,
  };
  const key = createHash('sha256')
    .update(JSON.stringify([PC_VERSION, id, boot.commandLine, boot.memoryMiB]))
    .digest('hex');
  const snapshot = await snapshots.get(key, () => coldBoot(boot, signal, progress), {
    signal,
    waits: () => progress('waits for the same guest, which boots once for all', 0),
  });
  return { boot: { ...boot, snapshot }, discard: () => snapshots.discard(key) };
}
