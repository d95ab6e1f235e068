// What one folder under drivers/ offers: drivers of one back end, bound to the operating-system port.
import type { Kind } from '../model/address.ts';
import type { Driver } from '../model/driver.ts';
import type { Backend } from '../model/gateway.ts';
import type { Host } from './host.ts';

/** A driver of some kind; the agent pairs it with resources of that kind, so the kind is erased here. */
// biome-ignore lint/suspicious/noExplicitAny: a handle is contravariant in its kind; the agent checks the kind at run time
export type AnyDriver = Driver<any, Host> & { readonly kind: Kind };

/**
 * Setting of an agent that only looks and soon ends: a resident driver reports what it keeps, and starts nothing of it.
 */
export const DORMANT = { dormant: 'yes' } as const;

export interface DriverSet {
  readonly backend: Backend;
  readonly drivers: readonly AnyDriver[];
  /** What these drivers make lives in the agent's own process and ends with it, until the agent starts again. */
  readonly resident?: boolean;
}
