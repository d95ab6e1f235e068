// Names of the network devices and tables we make. IFNAMSIZ leaves 15 characters, so a name is a prefix and a hash of the
// address; the address itself stands in the device's alias (see model/tag.ts). After a rename the device is renamed too.
import { createHash } from 'node:crypto';
import type { Address } from '../../model/address.ts';
import { deriveMac } from '../../model/mac.ts';

/**
 * - `gws` bridge of a segment, `gwx` its VXLAN device
 * - `gwp` tap of a VM's port
 * - `gwe` edge leg: its end on the segment's bridge; `gwi` its inner end; `gwo` its outer end
 * - `gwn` network namespace of an edge leg
 * - `gwt` nftables table of a policy; `gwg` that of the gates its links wait for
 * - `gwh` nftables table of somebody who listens to a firewall; behind it is a number by chance
 * - `gwm` Modbus proxy: its end on the segment's bridge; `gwj` its inner end; `gwq` its network namespace
 */
export type DevicePrefix =
  | 'gws'
  | 'gwx'
  | 'gwp'
  | 'gwe'
  | 'gwi'
  | 'gwo'
  | 'gwn'
  | 'gwt'
  | 'gwg'
  | 'gwm'
  | 'gwj'
  | 'gwq';

/** 13 characters: the prefix and 40 bits of the address's hash. */
export function deviceName(prefix: DevicePrefix, address: Address): string {
  return prefix + createHash('sha256').update(address).digest('hex').slice(0, 10);
}

/** The device that is the bridge-side end of a policed link: a VM's tap, an edge leg's veth, or the uplink's own NIC. */
export function portDevice(address: Address<'port'> | Address<'edge'>): string {
  return deviceName(address.startsWith('port.') ? 'gwp' : 'gwe', address);
}

/** The proxy that a guarded link's Modbus goes through, as the bridge meets it. */
export interface ProxyStation {
  readonly device: string;
  readonly mac: string;
}

export function proxyStation(address: Address<'proxy'>): ProxyStation {
  return { device: deviceName('gwm', address), mac: deriveMac(address) };
}
