// A small gateway with every kind of resource, and an agent over the simulated back end. For the tests of the agent.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent, type LocalAgent } from '../../runtime/agent/agent.ts';
import type { AgentOptions } from '../../runtime/agent/options.ts';
import { createMemory, type MemoryOptions } from '../../runtime/drivers/memory/driver.ts';
import type { Seam } from '../../runtime/drivers/memory/handle.ts';
import { localHost } from '../../runtime/host/local.ts';
import { type Address, type Kind, parseAddress } from '../../runtime/model/address.ts';
import type { Agent, ApplyRequest, ApplyResult } from '../../runtime/model/agent.ts';
import { GatewayDesign } from '../../runtime/model/design.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import type { Rule } from '../../runtime/model/kinds/policy.ts';

const GATEWAY = 'cell-7';
const TENANTS = ['a', 'b'] as const;

/** What the tests vary. */
export interface SampleChanges {
  readonly memoryMiB?: number;
  /** Tenants with a VM; default both. */
  readonly tenants?: readonly ('a' | 'b')[];
  readonly ports?: readonly string[];
  readonly gateway?: string;
  /** Name of tenant a's VM in place of `robot-a`; its port keeps its name. */
  readonly vmName?: string;
  readonly was?: string;
}

/** Two tenants with one VM each, behind one shared uplink: an uplink, and per tenant five resources. */
export function sampleDesign(changes: SampleChanges = {}): GatewayDesign {
  const name = changes.gateway ?? GATEWAY;
  const tenants = changes.tenants ?? TENANTS;
  const resources = [uplink(name), ...tenants.flatMap(tenant => tenantResources(name, tenant, changes))];
  return GatewayDesign.parse({
    version: 1,
    gateway: { name, backend: 'simulated' },
    tenants: Object.fromEntries(tenants.map(tenant => [tenant, { name: tenant, colour: '#336699', contact: '' }])),
    resources: Object.fromEntries(resources.map(resource => [resource.address, resource])),
  });
}

export function emptySample(): GatewayDesign {
  return GatewayDesign.parse({
    version: 1,
    gateway: { name: GATEWAY, backend: 'simulated' },
    tenants: {},
    resources: {},
  });
}

function resource(address: string, needs: readonly string[], spec: object) {
  return { address, kind: address.split('.')[0] ?? '', spec, needs: [...needs].sort(), source: { node: address } };
}

function uplink(gateway: string) {
  return resource(`uplink.${gateway}/plant`, [], { device: 'eth1', role: 'plant' });
}

function tenantResources(gateway: string, tenant: 'a' | 'b', changes: SampleChanges) {
  const last = tenant === 'a' ? 1 : 2;
  const segment = `segment.${gateway}/lan-${tenant}`;
  const port = `port.${gateway}/robot-${tenant}.eth0`;
  const edge = `edge.${gateway}/plant-${tenant}`;
  const mac = `02:00:00:00:00:0${last}`;
  return [
    resource(segment, [], { tenant, vswitch: `lan-${tenant}`, mode: 'local', mtu: 1500, peers: [] }),
    resource(port, [segment], {
      tenant,
      vm: `robot-${tenant}`,
      nic: 'eth0',
      segment,
      mac,
      ips: ['10.0.0.2'],
      mtu: 1500,
    }),
    resource(edge, [segment, `uplink.${gateway}/plant`], edgeSpec(gateway, tenant, last)),
    resource(
      `policy.${gateway}/${tenant}`,
      [port, edge],
      policySpec(tenant, { segment, port, mac, ports: changes.ports }),
    ),
    vmResource(gateway, tenant, [port, `policy.${gateway}/${tenant}`], {
      name: tenant === 'a' ? changes.vmName : undefined,
      was: tenant === 'a' ? changes.was : undefined,
      memoryMiB: changes.memoryMiB,
      nic: { name: 'eth0', port, mac, mtu: 1450 },
    }),
  ];
}

function vmResource(
  gateway: string,
  tenant: string,
  needs: readonly string[],
  vm: {
    name: string | undefined;
    was: string | undefined;
    memoryMiB: number | undefined;
    nic: object;
  },
) {
  return {
    ...resource(`vm.${gateway}/${vm.name ?? `robot-${tenant}`}`, needs, {
      tenant,
      image: 'photon.qcow2',
      kernelArguments: '',
      vcpus: 1,
      memoryMiB: vm.memoryMiB ?? 256,
      watchdog: 'none',
      startOrder: 0,
      nics: [vm.nic],
      fieldLine: true,
      running: true,
    }),
    ...(vm.was === undefined ? {} : { was: vm.was }),
  };
}

function edgeSpec(gateway: string, tenant: string, last: number) {
  return {
    tenant,
    router: 'plant',
    segment: `segment.${gateway}/lan-${tenant}`,
    uplink: `uplink.${gateway}/plant`,
    inside: '10.0.0.1/24',
    insideMac: `02:00:00:00:01:0${last}`,
    mtu: 1500,
    outside: `192.168.7.${last}/24`,
    outsideMac: `02:00:00:00:02:0${last}`,
    nat: true,
    dns: [],
    routes: [],
  };
}

function policySpec(
  tenant: string,
  link: { segment: string; port: string; mac: string; ports: readonly string[] | undefined },
) {
  const rule: Rule = {
    id: 'modbus',
    direction: 'outbound',
    action: 'accept',
    protocol: 'tcp',
    sources: [],
    destinations: [],
    ports: [...(link.ports ?? ['502'])],
    log: false,
  };
  const { segment, port, mac } = link;
  return {
    tenant,
    bindings: [{ port, segment, mac, ips: ['10.0.0.2'] }],
    links: [{ firewall: `guard-${tenant}`, segment, port, outbound: 'from-port', rules: [rule] }],
    bridgeNetfilter: true,
  };
}

/** What the tests start an agent with besides the usual. */
export interface StartChanges extends Partial<AgentOptions> {
  readonly seam?: Seam;
  readonly memory?: MemoryOptions;
  /** Kinds that get no driver. */
  readonly without?: readonly Kind[];
}

interface SimulatedFile {
  readonly spec: Readonly<Record<string, unknown>>;
}

/** A folder with agents in it; both are gone after {@link Bench.end}. */
export interface Bench {
  readonly folder: string;
  /** Starts an agent over the simulated back end; it finds what an earlier one left. */
  start(changes?: StartChanges): Promise<LocalAgent>;
  /** Changes a simulated resource behind the agent's back, when there is one; `undefined` removes it. */
  disturb(address: Address, change: (file: SimulatedFile) => object | undefined): Promise<void>;
  end(): Promise<void>;
}

export async function openBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-agent-'));
  const agents: LocalAgent[] = [];
  return {
    folder,
    async start(changes = {}) {
      const agent = await createAgent(agentOptions(folder, changes));
      agents.push(agent);
      return agent;
    },
    async disturb(address, change) {
      const path = simulatedFile(folder, address);
      const text = await localHost.readFile(path);
      if (text === undefined) return;
      const next = change(JSON.parse(text));
      await (next === undefined ? localHost.remove(path) : localHost.writeFile(path, JSON.stringify(next)));
    },
    async end() {
      await Promise.all(agents.map(agent => agent.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function simulatedFile(folder: string, address: Address): string {
  const { kind, gateway, name } = parseAddress(address) ?? { kind: '', gateway: '', name: '' };
  return join(folder, 'state/drivers/memory/simulated', gateway, kind, `${name}.json`);
}

export function agentOptions(folder: string, changes: StartChanges = {}): AgentOptions {
  const { seam, memory, without = [], ...options } = changes;
  const { drivers } = createMemory({ ...(seam === undefined ? {} : { seam }), ...memory });
  return {
    gateway: GATEWAY,
    backend: 'simulated',
    driverSets: [{ backend: 'simulated', drivers: drivers.filter(driver => !without.includes(driver.kind)) }],
    host: localHost,
    stateDirectory: join(folder, 'state'),
    version: '0.0.0-test',
    ...options,
  };
}

/** Something that others wait for until the test opens it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

type Applier = Pick<Agent, 'plan' | 'apply'>;

/** Plans and applies in one go. */
export async function applyDesign(
  agent: Applier,
  design: GatewayDesign,
  onFailure: ApplyRequest['onFailure'] = 'stop',
  onEvent: (event: AgentEvent) => void = () => {},
  signal?: AbortSignal,
): Promise<ApplyResult> {
  const { hash } = await agent.plan(design);
  return agent.apply({ design, planHash: hash, onFailure }, onEvent, signal);
}

/** Addresses of what is there, sorted. */
export async function addressesOf(agent: Pick<Agent, 'observe'>): Promise<readonly string[]> {
  return Object.keys((await agent.observe()).resources).sort();
}

export function addressesIn(design: GatewayDesign): readonly string[] {
  return Object.keys(design.resources).sort();
}

/** Resolves with the first event that fits. */
export function eventOf<T extends AgentEvent['type']>(
  agent: Pick<Agent, 'watch'>,
  type: T,
): Promise<Extract<AgentEvent, { type: T }>> {
  return new Promise(resolve => {
    const stop = agent.watch(event => {
      if (event.type !== type) return;
      stop();
      resolve(event as Extract<AgentEvent, { type: T }>);
    });
  });
}

export const VM_A: Address<'vm'> = 'vm.cell-7/robot-a';
