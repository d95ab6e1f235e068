// What this driver can do with edge legs, and what this host lacks, found out by trying.
import type { Host } from '../../host/host.ts';
import { kernelCan } from '../../host/linux/probe.ts';
import type { DriverFacts } from '../../model/driver.ts';
import { isGatewrightError } from '../../model/errors.ts';

const FACTS: Omit<DriverFacts<'edge'>, 'lacks'> = {
  kind: 'edge',
  driver: 'edge',
  label: 'real',
  mutable: {
    tenant: 'live',
    router: 'live',
    segment: 'live',
    // Connections through the leg break when its outer end changes.
    uplink: 'restart',
    inside: 'live',
    insideMac: 'live',
    mtu: 'live',
    outside: 'restart',
    outsideMac: 'restart',
    defaultGateway: 'live',
    nat: 'live',
    dhcp: 'live',
    dns: 'live',
    routes: 'live',
  },
  // A network namespace cannot be renamed.
  renames: false,
  rebuildWith: ['segment', 'uplink'],
  seconds: { create: 0.6, update: 0.5, restart: 0.6, remove: 0.3 },
  losesState: false,
};

/** Probes the host. @throws GatewrightError GW_HOST_COMMAND_FAILED when nothing can be tried, for lack of rights */
export async function edgeFacts(host: Host): Promise<DriverFacts<'edge'>> {
  const [macvlan, nat, dhcp] = await Promise.all([hasMacvlan(host), hasNat(host), hasDnsmasq(host)]);
  return {
    ...FACTS,
    lacks: {
      ...(macvlan ? {} : { '*': 'this kernel has no macvlan (module macvlan)' }),
      ...(nat ? {} : { nat: 'this kernel cannot masquerade (module nft_masq)' }),
      ...(dhcp ? {} : { dhcp: 'dnsmasq is not installed (package dnsmasq-base)' }),
    },
  };
}

function hasMacvlan(host: Host): Promise<boolean> {
  return kernelCan(host, [
    'link add name probe0 type veth peer name probe1',
    'link add link probe0 name probe2 type macvlan mode private',
  ]);
}

async function hasNat(host: Host): Promise<boolean> {
  const rules =
    'add table ip gw_probe; add chain ip gw_probe c { type nat hook postrouting priority 100; }; add rule ip gw_probe c masquerade';
  return (await host.run(['unshare', '--net', '--', 'nft', rules])).code === 0;
}

async function hasDnsmasq(host: Host): Promise<boolean> {
  try {
    return (await host.run(['dnsmasq', '--version'])).code === 0;
  } catch (error) {
    if (isGatewrightError(error) && error.code === 'GW_HOST_PROGRAM_MISSING') return false;
    throw error;
  }
}
