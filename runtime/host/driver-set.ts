// What one folder under drivers/ offers: drivers of one back end, bound to the operating-system port.
import type { Kind } from '../model/address.ts';
import type { Driver } from '../model/driver.ts';
import type { Backend } from '../model/gateway.ts';
import type { Host } from './host.ts';

/** A driver of some kind; the agent pairs it with resources of that kind, so the kind is erased here. */
// biome-ignore lint/suspicious/noExplicitAny: a handle is contravariant in its kind; the agent checks the kind at run time
export type AnyDriver = Driver<any, Host> & { readonly kind: Kind };

export interface DriverSet {
  readonly backend: Backend;
  readonly drivers: readonly AnyDriver[];
}
