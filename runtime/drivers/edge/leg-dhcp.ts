// The DHCP server of a leg as arguments of dnsmasq, and back. WHY arguments and no file: /proc shows what the running server
// was told, so what is read back is what is served. Pure.

import type { Spec } from '../../model/kind.ts';
import type { DhcpServer } from '../../model/kinds/edge.ts';
import { netmask, numberToIpv4, parseCidr } from '../../model/network.ts';
import type { LegDevices } from './leg-devices.ts';

export interface DhcpFiles {
  readonly pidFile: string;
  readonly leaseFile: string;
}

/** What of a leg its DHCP server is told. */
export interface DhcpTask {
  readonly server: DhcpServer;
  /** Router that is handed out, with the prefix of the segment. */
  readonly inside: string;
  readonly dns: readonly string[];
  readonly mtu: number;
}

/** The DHCP task of a leg; `undefined` when none is drawn. */
export function dhcpTask(spec: Spec<'edge'>): DhcpTask | undefined {
  const { dhcp, inside, dns, mtu } = spec;
  return dhcp === undefined ? undefined : { server: dhcp, inside, dns, mtu };
}

/** Arguments of dnsmasq, without the program. It serves DHCP on the inner device only, and no DNS (port 0). */
export function dhcpArguments(task: DhcpTask, { inner }: LegDevices, files: DhcpFiles): readonly string[] {
  const { server, inside, dns, mtu } = task;
  const [router = ''] = inside.split('/');
  const mask = numberToIpv4(netmask(parseCidr(inside)?.prefix ?? 32));
  return [
    '--conf-file=/dev/null',
    '--port=0',
    '--no-hosts',
    '--no-resolv',
    `--interface=${inner}`,
    '--except-interface=lo',
    '--bind-interfaces',
    // The only server of its segment: it answers at once, and refuses leases of another network.
    '--dhcp-authoritative',
    '--no-ping',
    `--pid-file=${files.pidFile}`,
    `--dhcp-leasefile=${files.leaseFile}`,
    `${RANGE}${server.first},${server.last},${mask},${server.leaseSeconds}`,
    `--dhcp-option=option:router,${router}`,
    // Without servers the option is named all the same: dnsmasq would hand out its own address.
    [DNS, ...dns].join(','),
    `--dhcp-option=option:mtu,${mtu}`,
    ...server.hosts.map(host => `${HOST}${host.mac},${host.ip},${host.name}`),
  ];
}

const RANGE = '--dhcp-range=';
const HOST = '--dhcp-host=';
const DNS = '--dhcp-option=option:dns-server';

/** Whether a command line is the server of this leg. */
export function isLegServer(argv: readonly string[], { inner }: LegDevices): boolean {
  return /(^|\/)dnsmasq$/.test(argv[0] ?? '') && argv.includes(`--interface=${inner}`);
}

export interface RunningDhcp {
  readonly server: DhcpServer;
  readonly dns: readonly string[];
}

/** Reads arguments back; `undefined` when they are not ours through and through. */
export function parseDhcpArguments(args: readonly string[]): RunningDhcp | undefined {
  const [first, last, , lease] = optionValue(args, RANGE)?.split(',') ?? [];
  const dns = args.find(arg => arg === DNS || arg.startsWith(`${DNS},`));
  if (first === undefined || last === undefined || lease === undefined || dns === undefined) return undefined;
  const hosts = args.filter(arg => arg.startsWith(HOST)).map(arg => arg.slice(HOST.length).split(','));
  return {
    server: {
      first,
      last,
      leaseSeconds: Number(lease),
      hosts: hosts.map(([mac = '', ip = '', name = '']) => ({ mac, ip, name })),
    },
    dns: dns.split(',').slice(1),
  };
}

function optionValue(args: readonly string[], prefix: string): string | undefined {
  return args.find(arg => arg.startsWith(prefix))?.slice(prefix.length);
}
