// The profile that a hardware node stands for: the one it holds, or that of the model it names.
import { BUILT_INS } from '../../runtime/hardware/built-in/catalog.ts';
import type { BoxProfile } from '../../runtime/hardware/profile.ts';
import type { HardwareConfig } from './config.ts';

/** `undefined` for a box that is drawn by hand. */
export function boxOf({ model, profile }: Pick<HardwareConfig, 'model' | 'profile'>): BoxProfile | undefined {
  if (model === 'imported') return profile ?? undefined;
  return BUILT_INS.find(({ name }) => name === model)?.profile;
}
