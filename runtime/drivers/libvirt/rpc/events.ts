// Lifecycle events as libvirt pushes them (REMOTE_PROC_DOMAIN_EVENT_CALLBACK_LIFECYCLE).
import { type DomainRef, LIFECYCLE_MESSAGE } from './calls.ts';
import type { XdrReader } from './xdr.ts';

const MAX_NAME_BYTES = 4 * 1024 * 1024;

/** virDomainEventType, in words. */
const EVENTS = [
  'defined',
  'undefined',
  'started',
  'suspended',
  'resumed',
  'stopped',
  'shutdown',
  'suspended',
  'crashed',
];

export interface LifecycleEvent {
  readonly domain: DomainRef;
  /** One of {@link EVENTS}, or `event N` for one that is newer than this code. */
  readonly what: string;
}

/** Reads a pushed message; `undefined` when it is not a lifecycle event. @throws GW_HOST_UNEXPECTED */
export function readLifecycleEvent(procedure: number, reader: XdrReader): LifecycleEvent | undefined {
  if (procedure !== LIFECYCLE_MESSAGE) return undefined;
  // The callback's number; there is one callback per connection.
  reader.int();
  const domain = { name: reader.string(MAX_NAME_BYTES), uuid: reader.opaque(16), id: reader.int() };
  const event = reader.int();
  // Why it happened, one more number; the reaction is the same: look again.
  reader.int();
  reader.end();
  return { domain, what: EVENTS[event] ?? `event ${event}` };
}
