// Roles of people and what each may do, in Node-RED's own words for permissions.

export const ROLES = ['viewer', 'ot', 'it', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const VIEWER = ['read', 'gatewright.read'] as const;
const OT_WRITES = ['flows.write', 'library.write', 'inject.write', 'debug.write', 'settings.write'] as const;

/**
 * - viewer: sees drawings, plans and states
 * - ot: draws, deploys and plans; cannot change a gateway
 * - it: plans, approves, applies and rolls back; cannot change a drawing
 * - ot and it also type into the consoles of VMs; only who may apply switches a VM off and on
 * - admin: both, and the settings of the editor
 *
 * Node-RED reads `read` as every permission that ends in `.read`.
 */
export const PERMISSIONS: Readonly<Record<Role, readonly string[]>> = {
  viewer: VIEWER,
  ot: [...VIEWER, ...OT_WRITES, 'gatewright.plan', 'gatewright.console'],
  it: [...VIEWER, 'settings.write', 'gatewright.plan', 'gatewright.apply', 'gatewright.console'],
  admin: ['*'],
};

/** Whether permissions include one, by Node-RED's own rule. */
export function permits(permissions: readonly string[], permission: string): boolean {
  if (permissions.includes('*') || permissions.includes(permission)) return true;
  return permissions.includes('read') && /(^|\.)read$/.test(permission);
}
