// What the tables say beside the policy itself: who owns them, and what the kernel's own names and numbers are.

import { deviceName, portDevice } from '../../../host/linux/device-name.ts';
import type { Address } from '../../../model/address.ts';
import { kindOf } from './layout.ts';

export interface Surroundings {
  /** The table's name in both families. */
  readonly table: string;
  /** Ownership tag, see model/tag.ts. */
  readonly tag: string;
  readonly tenant: string;
  /** Connection-tracking zone of each segment: tenants may use the same addresses, so their flows must not meet. */
  readonly zones: Readonly<Record<Address<'segment'>, number>>;
  /** NIC behind each uplink that has a policed link. */
  readonly uplinks: Readonly<Record<Address, string>>;
  /** NICs on each segment that has a proxied link. */
  readonly cards: Readonly<Record<Address<'segment'>, readonly string[]>>;
}

/** Name of a policy's tables. */
export function tableName(address: Address<'policy'>): string {
  return deviceName('gwt', address);
}

/** Device at the end of a link; '' for an uplink whose NIC is not known. */
export function deviceOf(port: Address, around: Surroundings): string {
  if (kindOf(port) === 'uplink') return around.uplinks[port] ?? '';
  return portDevice(port as Address<'port'> | Address<'edge'>);
}
