// An image store with the starter guest in it, for tests that boot VMs.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGuestImage } from '../../scripts/guest-image.ts';

export interface ImageStore {
  readonly directory: string;
  close(): void;
}

/** @param names  the same guest under each of these names */
export function imageStore(...names: readonly string[]): ImageStore {
  const { directory: built } = buildGuestImage();
  const directory = mkdtempSync(join(tmpdir(), 'gw-images-'));
  for (const name of names) cpSync(built, join(directory, name), { recursive: true });
  return { directory, close: () => rmSync(directory, { recursive: true, force: true }) };
}
