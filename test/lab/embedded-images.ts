// The guest of the embedded back end for tests, and the memories of its first boots, which every test of a run shares.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Architecture, installEmbeddedImage } from '../../scripts/embedded-image.ts';

const cache = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), '.cache');

/**
 * Settings of the embedded drivers: an image store with the guest, and where its memories are kept.
 * @param architecture  of the guest that is wanted: i386 runs in v86, amd64 in QEMU
 */
export async function embeddedSettings(
  architecture: Architecture = 'i386',
): Promise<Readonly<Record<'imageDirectory' | 'snapshotDirectory', string>>> {
  const imageDirectory = join(cache, 'images');
  mkdirSync(imageDirectory, { recursive: true });
  await installEmbeddedImage(imageDirectory, architecture);
  return { imageDirectory, snapshotDirectory: join(cache, 'snapshots') };
}
