// A pretend gateway for the network drivers: a machine with an uplink card and an underlay card, drivers connected to it,
// and short ways to write resources. Knows the drivers only through their contract.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DriverSet } from '../../runtime/host/driver-set.ts';
import type { Host } from '../../runtime/host/host.ts';
import { type Address, formatAddress, type Kind, parseAddress } from '../../runtime/model/address.ts';
import type { DriverFacts, DriverWorld, Handle, StepContext } from '../../runtime/model/driver.ts';
import { SPECS, type Spec } from '../../runtime/model/kind.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import type { Machine } from '../lab/netns.ts';
import { labHost } from '../lab/netns-host.ts';

export interface TestWorld {
  readonly world: DriverWorld<Host>;
  readonly machine: Machine;
  /** Connects the driver of a kind out of a set. */
  connect<K extends Kind>(set: DriverSet, kind: K): Promise<{ facts: DriverFacts<K>; handle: Handle<K> }>;
  close(): Promise<void>;
}

/** A gateway named like its machine, with a state directory of its own. */
export async function testWorld(machine: Machine): Promise<TestWorld> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'gw-test-'));
  const world: DriverWorld<Host> = {
    host: labHost(machine),
    gateway: { name: machine.name, backend: 'linux' },
    stateDirectory,
    now: Date.now,
    // The library would act in the namespace of the test, not in the machine's.
    settings: { nft: 'command' },
  };
  return {
    world,
    machine,
    async connect(set, kind) {
      const driver = set.drivers.find(candidate => candidate.kind === kind);
      if (driver === undefined) throw new Error(`the set has no driver for ${kind}`);
      return driver.connect(world);
    },
    close: () => rm(stateDirectory, { recursive: true, force: true }),
  };
}

/** A resource with a spec that is checked against its kind's schema. */
export function resource<K extends Kind>(address: Address<K>, spec: Spec<K>): Resource<K> {
  const kind = parseAddress(address)?.kind;
  if (kind === undefined) throw new Error(`${address} is no address`);
  return {
    address,
    kind: kind as K,
    spec: SPECS[kind].parse(spec) as Spec<K>,
    needs: [],
    source: { node: 'test' },
  };
}

export function at<K extends Kind>(kind: K, gateway: string, name: string): Address<K> {
  return formatAddress(kind, gateway, name);
}

/** What a step is done with; never aborted unless a signal is given. */
export function step(generation: number, signal: AbortSignal = new AbortController().signal): StepContext {
  return { generation, signal };
}

export const uplinkSpec: Spec<'uplink'> = { device: 'plant0', role: 'plant' };

export function segmentSpec(changes: Partial<Spec<'segment'>> = {}): Spec<'segment'> {
  return { tenant: 'vendor-a', vswitch: 'cell-a', mode: 'local', mtu: 1450, peers: [], ...changes };
}

export function overlaySpec(changes: Partial<Spec<'segment'>> = {}): Spec<'segment'> {
  return segmentSpec({ mode: 'overlay', vni: 5001, tunnelAddress: '10.251.0.17', ...changes });
}

export function portSpec(segment: Address<'segment'>, changes: Partial<Spec<'port'>> = {}): Spec<'port'> {
  return {
    tenant: 'vendor-a',
    vm: 'robot-a',
    nic: 'eth0',
    segment,
    mac: '02:00:00:0a:00:01',
    ips: ['10.0.0.11'],
    mtu: 1450,
    ...changes,
  };
}

/** A leg with everything a leg can have. */
export function edgeSpec(
  segment: Address<'segment'>,
  uplink: Address<'uplink'>,
  changes: Partial<Spec<'edge'>> = {},
): Spec<'edge'> {
  return {
    tenant: 'vendor-a',
    router: 'plant-edge',
    segment,
    uplink,
    inside: '10.0.0.1/24',
    insideMac: '02:00:00:ed:00:01',
    mtu: 1450,
    outside: '192.168.7.21/24',
    outsideMac: '02:00:00:ed:01:01',
    defaultGateway: '192.168.7.1',
    nat: true,
    dhcp: {
      first: '10.0.0.100',
      last: '10.0.0.120',
      leaseSeconds: 3600,
      hosts: [{ mac: '02:00:00:0a:00:01', ip: '10.0.0.11', name: 'robot-a' }],
    },
    dns: ['192.168.7.2', '192.168.7.3'],
    routes: [
      { destination: '172.20.0.0/16', via: '192.168.7.9' },
      { destination: '10.9.9.9/32', via: '10.0.0.254' },
    ],
    ...changes,
  };
}

/** Gives a machine a plant card and an underlay card whose far ends are in another machine. */
export async function wireGateway(
  gateway: Machine,
  far: Machine,
  cable: (device: string) => Promise<void>,
): Promise<void> {
  await cable('plant0');
  await cable('under0');
  await gateway.run('ip', 'addr', 'add', '10.251.0.17/24', 'dev', 'under0');
  await far.run('ip', 'addr', 'add', '10.251.0.18/24', 'dev', 'under0');
}
