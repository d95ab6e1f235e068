// Names of everything one proxy is made of. Pure.
import { deviceName, proxyStation } from '../../host/linux/device-name.ts';
import type { Address } from '../../model/address.ts';

export interface ProxyDevices {
  /** Network namespace under /run/netns. */
  readonly netns: string;
  /** The proxy's end on the segment's bridge, in the host's namespace. */
  readonly bridgeEnd: string;
  /** Its other end, inside the namespace. */
  readonly inner: string;
  /** Of the inner end: what the policy gives the frames that shall come here. */
  readonly mac: string;
}

export function devicesOf(address: Address<'proxy'>): ProxyDevices {
  const { device, mac } = proxyStation(address);
  return { netns: deviceName('gwq', address), bridgeEnd: device, inner: deviceName('gwj', address), mac };
}

/** Where the kernel keeps named network namespaces [ip-netns(8)]. */
export const NETNS_FOLDER = '/run/netns';
