// Whether the model of a box holds together, and whether a host can honour it. Pure: the same in every process.

import { unsourcedFields } from './evidence.ts';
import { type Finding, finding } from './finding.ts';
import { lintGroups } from './lint/groups.ts';
import { lintAgainst } from './lint/host.ts';
import { lintRows } from './lint/rows.ts';
import type { BoxProfile } from './profile.ts';

/** More rows without evidence than anybody reads one by one. */
const MOST_UNSOURCED = 50;

/**
 * @param profile  what is examined
 * @param host     the profile of a real host that shall honour it; without one, its own devices and IOMMU groups count
 */
export function lintProfile(profile: BoxProfile, host: BoxProfile = profile): readonly Finding[] {
  return [...lintRows(profile), ...lintGroups(profile, host), ...lintAgainst(profile, host), ...unsourced(profile)];
}

function unsourced(profile: BoxProfile): Finding[] {
  return unsourcedFields(profile)
    .slice(0, MOST_UNSOURCED)
    .map(field => finding('error', 'GW_PROFILE_UNSOURCED', field, `Nothing says where ${field} comes from.`));
}
