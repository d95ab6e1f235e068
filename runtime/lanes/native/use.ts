// Which way a port goes: over the addon where it is there; else by calls of the C library, if it is of datagrams and they can be
// had; else in plain TypeScript.
import { z } from 'zod';
import { type Libc, systemLibc } from '../ffi/libc.ts';
import { type BurstAddon, burstAddon } from './addon.ts';

/**
 * `ffi`: never over the addon; datagrams by calls of the C library or not at all, other ports in TypeScript.
 * `typescript`: nothing but TypeScript.
 */
export const Use = z.enum(['fastest', 'ffi', 'typescript']).default('fastest');
export type Use = z.infer<typeof Use>;

/** The addon when a port may and can use it. */
export function addonFor(use: Use): BurstAddon | undefined {
  const loaded = use === 'fastest' ? burstAddon() : undefined;
  return loaded !== undefined && 'addon' in loaded ? loaded.addon : undefined;
}

/** The C library when a port of datagrams may and can use it. @throws Error that says why not, when it has to */
export async function libcFor(use: Use): Promise<Libc | undefined> {
  if (use === 'typescript') return undefined;
  const loaded = await systemLibc();
  if ('libc' in loaded) return loaded.libc;
  if (use === 'ffi') throw new Error(loaded.why);
  return undefined;
}

/** The addon for what has no other way. @throws Error that says why it is not there */
export function addonOnly(what: string): BurstAddon {
  const loaded = burstAddon();
  if ('addon' in loaded) return loaded.addon;
  throw new Error(`${what} has no other way than the addon: ${loaded.why}`);
}
