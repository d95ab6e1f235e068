// Which way a port goes: over the addon where it is there, else in plain TypeScript.
import { z } from 'zod';
import { type BurstAddon, burstAddon } from './addon.ts';

/** `typescript`: never over the addon. */
export const Use = z.enum(['fastest', 'typescript']).default('fastest');
export type Use = z.infer<typeof Use>;

/** The addon when a port may and can use it. */
export function addonFor(use: Use): BurstAddon | undefined {
  const loaded = use === 'fastest' ? burstAddon() : undefined;
  return loaded !== undefined && 'addon' in loaded ? loaded.addon : undefined;
}

/** The addon for what has no other way. @throws Error that says why it is not there */
export function addonOnly(what: string): BurstAddon {
  const loaded = burstAddon();
  if ('addon' in loaded) return loaded.addon;
  throw new Error(`${what} has no other way than the addon: ${loaded.why}`);
}
