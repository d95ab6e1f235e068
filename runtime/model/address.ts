// The identity of everything Gatewright creates. Knows nothing of flows, back ends or Node-RED ids.
import { z } from 'zod';

/** The closed set of resource kinds. A kind is a noun the planner and every driver agree on. */
export const KINDS = ['uplink', 'segment', 'port', 'edge', 'policy', 'proxy', 'vm', 'line', 'device', 'gate'] as const;
export type Kind = (typeof KINDS)[number];

/** A name as it appears in an address: a DNS label (RFC 1123), lower case, at most 32 characters. */
export const NAME_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
/** The name part of an address: one name, or an owner and a part of it (`robot-a.eth0`). */
const RESOURCE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)?$/;

export const Name = z.string().regex(NAME_PATTERN, 'a name is 1 to 32 lower-case letters, digits and inner hyphens');
export type Name = z.infer<typeof Name>;

/** `<kind>.<gateway>/<name>`, for example `vm.cell-7/robot-a` or `port.cell-7/robot-a.eth0`. */
export type Address<K extends Kind = Kind> = `${K}.${string}/${string}`;

export interface AddressParts<K extends Kind = Kind> {
  readonly kind: K;
  readonly gateway: Name;
  readonly name: string;
}

/** Builds an address from parts that were checked before (see {@link parseAddress} for text from outside). */
export function formatAddress<K extends Kind>(kind: K, gateway: Name, name: string): Address<K> {
  return `${kind}.${gateway}/${name}`;
}

/** Reads an address; `undefined` when the text is not one. */
export function parseAddress(text: string): AddressParts | undefined {
  const match = /^([a-z]+)\.([^/]+)\/(.+)$/.exec(text);
  if (match === null) return undefined;
  const [, kind, gateway, name] = match as unknown as [string, string, string, string];
  const valid = (KINDS as readonly string[]).includes(kind) && NAME_PATTERN.test(gateway) && RESOURCE_NAME.test(name);
  return valid ? { kind: kind as Kind, gateway, name } : undefined;
}

/** A zod schema for an address of one kind, for specs that point at another resource. */
export function addressOf<K extends Kind>(kind: K) {
  return z.custom<Address<K>>(
    value => typeof value === 'string' && parseAddress(value)?.kind === kind,
    `expected the address of a ${kind}`,
  );
}

/** A zod schema for an address of any kind. */
export const AnyAddress = z
  .custom<Address>(
    value => typeof value === 'string' && parseAddress(value) !== undefined,
    'expected an address such as vm.cell-7/robot-a',
  )
  // For documents made from schemas: JSON Schema cannot say what the function above checks.
  .meta({ type: 'string', description: 'the address of a resource, such as vm.cell-7/robot-a' });
