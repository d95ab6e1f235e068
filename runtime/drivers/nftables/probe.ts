// What this host's kernel and nft cannot do, found by asking them.
import type { Host } from '../../host/host.ts';
import type { Nft } from './kernel/nft.ts';
import { readBridgeNetfilter } from './netfilter.ts';

/** @throws GatewrightError when nftables cannot be used at all: not installed, or no permission */
export async function findLacks(nft: Nft, host: Host): Promise<Record<string, string>> {
  await nft.tables();
  const netfilter = await readBridgeNetfilter(host);
  const module = await host.run(['modprobe', '--dry-run', 'br_netfilter']).catch(() => undefined);
  return netfilter === undefined && module?.code !== 0
    ? { bridgeNetfilter: 'this kernel has no br_netfilter, so bridged frames cannot be filtered' }
    : {};
}
