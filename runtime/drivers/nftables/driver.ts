// The nftables driver: firewalls and port security of a Linux gateway. Probes the kernel and opens a handle.
import { DORMANT, type DriverSet } from '../../host/driver-set.ts';
import type { Host } from '../../host/host.ts';
import type { Driver, DriverFacts } from '../../model/driver.ts';
import { PolicyHandle } from './handle.ts';
import { openNft } from './kernel/nft.ts';
import { sweepListeners } from './listening/listeners.ts';
import { findLacks } from './probe.ts';

const FACTS: Omit<DriverFacts<'policy'>, 'lacks'> = {
  kind: 'policy',
  driver: 'nftables',
  label: 'real',
  mutable: { tenant: 'live', bindings: 'live', links: 'live', bridgeNetfilter: 'live' },
  renames: true,
  rebuildWith: [],
  seconds: { create: 1, update: 0, restart: 0, remove: 1 },
  losesState: false,
};

const policy: Driver<'policy', Host> = {
  kind: 'policy',
  name: 'nftables',
  async connect(world) {
    const nft = await openNft(world.host, world.settings, world.stateDirectory);
    try {
      if (world.settings.dormant !== DORMANT.dormant) await sweepListeners(nft, world.gateway.name);
      const facts = { ...FACTS, lacks: await findLacks(nft, world.host) };
      return { facts, handle: new PolicyHandle(nft, world.host, world.gateway.name) };
    } catch (error) {
      await nft.close();
      throw error;
    }
  },
};

export const nftables: DriverSet = { backend: 'linux', drivers: [policy] };
