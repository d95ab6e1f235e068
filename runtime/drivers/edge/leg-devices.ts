// Names of everything one edge leg is made of. Pure.
import { deviceName } from '../../host/linux/device-name.ts';
import type { Address } from '../../model/address.ts';

export interface LegDevices {
  /** Network namespace under /run/netns. */
  readonly netns: string;
  /** The leg's end on the segment's bridge, in the host's namespace. */
  readonly bridgeEnd: string;
  /** Its other end, inside the leg. */
  readonly inner: string;
  /** The leg's own device on the uplink's card, inside the leg. */
  readonly outer: string;
}

export function legDevices(address: Address<'edge'>): LegDevices {
  return {
    netns: deviceName('gwn', address),
    bridgeEnd: deviceName('gwe', address),
    inner: deviceName('gwi', address),
    outer: deviceName('gwo', address),
  };
}

/** Where the kernel keeps named network namespaces [ip-netns(8)]. */
export const NETNS_FOLDER = '/run/netns';
const LEG_NETNS = /^gwn[0-9a-f]{10}$/;

/** Namespaces that may be legs of ours, out of all named ones. */
export function legNamespaces(names: readonly string[]): readonly string[] {
  return names.filter(name => LEG_NETNS.test(name));
}
