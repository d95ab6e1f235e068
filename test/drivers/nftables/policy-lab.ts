// One pretend gateway with bridges, and guests behind devices named as the product names them. No VM is needed: a guest is
// a network namespace whose cable ends in the device of a port, an edge leg or an uplink.
import { deviceName, portDevice } from '../../../runtime/host/linux/device-name.ts';
import type { Address } from '../../../runtime/model/address.ts';
import { type Machine, netnsLab } from '../../lab/netns.ts';
import { labHost } from '../../lab/netns-host.ts';

export interface Station {
  /** Address of the resource the cable's end on the gateway belongs to; `nic:<device>` for a foreign NIC. */
  readonly end: Address | `nic:${string}`;
  /** The segment it is plugged into, or a bridge of the host by its name. */
  readonly segment: Address<'segment'> | `home${number}`;
  readonly mac: string;
  /** `10.0.0.7/24`; absent = none. */
  readonly ip?: string;
}

export type PolicyLab = Awaited<ReturnType<typeof policyLab>>;

/** Opens a gateway without bridges or guests. Call `close` in an `after` hook. */
export async function policyLab() {
  const lab = netnsLab();
  const gateway = await lab.machine('gateway');
  return {
    gateway,
    host: labHost(gateway),
    /** Settings that make the driver work in the gateway's namespace. */
    settings: (nft: 'library' | 'command') => ({ nft, nftNamespace: `/proc/${gateway.pid}/ns/net` }),
    segment: (segment: Address<'segment'>) => addBridge(gateway, deviceName('gws', segment)),
    bridge: (name: string) => addBridge(gateway, name),
    async station(name: string, station: Station): Promise<Machine> {
      const guest = await lab.machine(name);
      const device = deviceOf(station.end);
      await lab.cable(gateway, device, guest, 'eth0');
      const bridge = bridgeOf(station.segment);
      await gateway.run('ip', 'link', 'set', device, 'master', bridge);
      // As the bridge driver does it; a frame to a station that was not heard yet would go to all, and be counted there.
      await gateway.run('bridge', 'fdb', 'replace', station.mac, 'dev', device, 'master', 'static');
      await guest.run('ip', 'link', 'set', 'eth0', 'address', station.mac);
      if (station.ip !== undefined) await guest.run('ip', 'addr', 'add', station.ip, 'dev', 'eth0');
      return guest;
    },
    close: () => lab.close(),
  };
}

function bridgeOf(segment: Station['segment']): string {
  return segment.startsWith('home') ? segment : deviceName('gws', segment as Address<'segment'>);
}

function deviceOf(end: Station['end']): string {
  return end.startsWith('nic:') ? end.slice(4) : portDevice(end as Address<'port'> | Address<'edge'>);
}

async function addBridge(gateway: Machine, name: string): Promise<void> {
  await gateway.run('ip', 'link', 'add', name, 'type', 'bridge', 'forward_delay', '0');
  await gateway.run('ip', 'link', 'set', name, 'up');
}
