// Lines of an `ip` or `bridge` batch that several drivers write in the same way. Pure.
import type { FdbEntry } from './fdb.ts';
import type { BatchLine } from './ip.ts';
import type { Link } from './links.ts';

/**
 * Keeps the host's own IP stack from talking on a device that only carries tenants' frames: no IPv6 address of its own.
 * @param links  the devices of the same namespace; tells whether this kernel has IPv6 at all
 */
export function withoutIpv6(device: string, links: readonly Link[]): readonly BatchLine[] {
  return links.some(link => link.ipv6) ? [['link', 'set', 'dev', device, 'addrgenmode', 'none']] : [];
}

/** Plugs a device into a bridge as a port that learns no stations: its stations are known and entered by hand. */
export function plugIn(device: string, bridge: string): readonly BatchLine[] {
  return [
    ['link', 'set', 'dev', device, 'master', bridge],
    ['link', 'set', 'dev', device, 'type', 'bridge_slave', 'learning', 'off', 'isolated', 'off'],
  ];
}

/** Of a `bridge` batch: makes one MAC address the only station entered at a bridge port, not to be moved by a sender. */
export function onlyStation(device: string, mac: string, fdb: readonly FdbEntry[]): readonly BatchLine[] {
  const entered = fdb.filter(entry => entry.device === device && entry.state === 'static');
  const fits = entered.some(entry => entry.mac === mac && entry.sticky);
  return [
    ...entered.filter(entry => entry.mac !== mac).map(entry => ['fdb', 'del', entry.mac, 'dev', device, 'master']),
    ...(fits ? [] : [['fdb', 'replace', mac, 'dev', device, 'master', 'static', 'sticky']]),
  ];
}
