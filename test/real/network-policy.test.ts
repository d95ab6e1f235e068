// Policies and edge legs of two tenants with equal addresses together on one real kernel: the bridge's packet filter
// stands before the leg.
import assert from 'node:assert/strict';
import { nftables } from '../../runtime/drivers/nftables/driver.ts';
import type { Spec } from '../../runtime/model/kind.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { at, resource, type TestWorld } from '../drivers/gateway-lab.ts';
import type { Machine } from '../lab/netns.ts';
import { legOf, MACS, segmentOf, TENANTS, type Tenant, uplinkOf } from './network-drawing.ts';
import { callerSeen, leaseOf } from './network-probes.ts';
import { openSite, type Site } from './network-site.ts';

describe('policies and edge legs together on the real kernel', function () {
  this.timeout(180_000);
  let site: Site;
  let near: TestWorld;
  const stations = new Map<Tenant, readonly [Machine, Machine]>();

  before(async () => {
    site = await openSite();
    const [first, far] = site.gateways;
    assert.ok(first !== undefined && far !== undefined);
    near = first;
    await site.apply(near, everything());
    await site.apply(
      far,
      TENANTS.map(tenant => segmentOf('cell-8', tenant)),
    );
    for (const tenant of TENANTS) {
      const open = (gateway: TestWorld, mac: string, ip: string) => {
        const segment = at('segment', gateway.machine.name, `cell-${tenant.letter}`);
        return site.station(gateway, segment, `p-${tenant.letter}-${gateway.machine.name}`, mac, ip);
      };
      stations.set(tenant, [await open(near, MACS.near, '10.0.0.7/24'), await open(far, MACS.far, '10.0.0.8/24')]);
    }
  });
  after(() => site.close());

  it('let each tenant reach the one allowed port of the PLC, from both gateways', async () => {
    for (const [tenant, both] of stations)
      for (const station of both) assert.equal(await callerSeen(site.hall, station), tenant.outside);
  });

  it('drop and count what is not allowed towards the leg, and leave traffic inside the segment alone', async () => {
    for (const [{ letter }, [here]] of stations) {
      const before = await dropped(letter);
      assert.equal((await here.attempt('ping', '-c1', '-W1', '192.168.7.10')).code, 1);
      assert.notEqual((await here.attempt('nc', '-znw1', '192.168.7.10', '503')).code, 0);
      assert.ok((await dropped(letter)) >= before + 2);
      await here.run('ping', '-c1', '-W5', '10.0.0.8');
    }
  });

  it('let DHCP pass to the leg though nothing allows it', async () => {
    const guest = await site.station(near, at('segment', 'cell-7', 'cell-a'), 'dhcp-7', '02:00:00:0a:00:01');
    assert.equal((await leaseOf(guest)).ip, '10.0.0.11');
  });

  /** Packets that no rule of the tenant's policy accepted. */
  async function dropped(letter: string): Promise<number> {
    const { handle } = await near.connect(nftables, 'policy');
    const found = (await handle.observe()).find(one => one.address === policyOf(letter).address);
    await handle.close();
    const counters = found?.status.counters as Record<string, { default: { packets: number } }> | undefined;
    const count = Object.values(counters ?? {})[0]?.default.packets;
    assert.ok(count !== undefined, 'the policy counts what it drops');
    return count;
  }
});

function everything(): readonly Resource[] {
  const parts = TENANTS.flatMap(tenant => [segmentOf('cell-7', tenant), policyOf(tenant.letter), legOf(tenant)]);
  return [uplinkOf('cell-7'), ...parts];
}

/** Lets a tenant reach tcp/502 of the PLC through its leg, and nothing else. */
function policyOf(letter: string): Resource<'policy'> {
  const rule: Spec<'policy'>['links'][number]['rules'][number] = {
    id: 'modbus',
    direction: 'outbound',
    action: 'accept',
    protocol: 'tcp',
    sources: [],
    destinations: ['192.168.7.10/32'],
    ports: ['502'],
    log: false,
  };
  const [segment, port] = [
    at('segment', 'cell-7', `cell-${letter}`),
    at('edge', 'cell-7', `plant-edge.cell-${letter}`),
  ];
  const spec: Spec<'policy'> = {
    tenant: `vendor-${letter}`,
    bindings: [],
    links: [{ firewall: 'guard', segment, port, outbound: 'to-port', rules: [rule] }],
    bridgeNetfilter: true,
  };
  return resource(at('policy', 'cell-7', `vendor-${letter}`), spec);
}
