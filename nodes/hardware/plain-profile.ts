// A profile as it may stand in a flow. Pure; runs in the editor too.
import type { BoxProfile } from '../../runtime/hardware/profile.ts';

/**
 * The profile without what a flow would read as a variable.
 * WHY: a stick may call itself `${HOME}`, and nobody who plugs one in shall reach the environment or break the drawing.
 */
export function plainProfile(profile: BoxProfile): BoxProfile {
  return JSON.parse(JSON.stringify(profile).replaceAll(/\$+(?=[{(])/g, ''));
}
