// An image store with the starter guest in it, for tests that boot VMs.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGuestImage } from '../../scripts/guest-image.ts';
import { initrdWithCan } from './can-utils.ts';

export interface ImageStore {
  readonly directory: string;
  close(): void;
}

/** @param names  the same guest under each of these names */
export function imageStore(...names: readonly string[]): ImageStore {
  return storeOf(buildGuestImage().directory, names);
}

/** The starter guest with the kernel for real boxes, CAN over serial lines and can-utils. @param name  of the image */
export function canImageStore(name: string): ImageStore {
  const { directory: built } = buildGuestImage({ flavour: 'amd64', modules: ['can', 'can_raw', 'slcan'] });
  const store = storeOf(built, [name]);
  writeFileSync(join(store.directory, name, 'initrd.img'), initrdWithCan(join(built, 'initrd.img')));
  return store;
}

function storeOf(built: string, names: readonly string[]): ImageStore {
  const directory = mkdtempSync(join(tmpdir(), 'gw-images-'));
  for (const name of names) cpSync(built, join(directory, name), { recursive: true });
  return { directory, close: () => rmSync(directory, { recursive: true, force: true }) };
}
