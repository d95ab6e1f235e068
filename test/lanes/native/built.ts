// The addon for tests: built here and now of the sources as they are.

import { type BurstAddon, loadAddon } from '../../../runtime/lanes/native/addon.ts';
import { buildNative } from '../../../scripts/native.ts';

/** @throws Error that says why there is none */
export function builtFile(): string {
  const built = buildNative();
  if ('why' in built) throw new Error(built.why);
  return built.file;
}

/** @throws Error that says why there is none */
export function builtAddon(): BurstAddon {
  const loaded = loadAddon(builtFile());
  if ('why' in loaded) throw new Error(loaded.why);
  return loaded.addon;
}

/** Both ways to do the same, by their name. */
export const WAYS: Readonly<Record<string, BurstAddon | undefined>> = {
  'the addon': builtAddon(),
  'TypeScript alone': undefined,
};
