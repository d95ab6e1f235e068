// Two tenants with equal addresses on two gateways of a real kernel: overlay, isolation, edge routing, DHCP.
import assert from 'node:assert/strict';
import { at, type TestWorld } from '../drivers/gateway-lab.ts';
import type { Machine } from '../lab/netns.ts';
import { legOf, MACS, segmentOf, TENANTS, uplinkOf } from './network-drawing.ts';
import { callerSeen, echoesOf, framesOf, leaseOf } from './network-probes.ts';
import { openSite, type Site } from './network-site.ts';

describe('the network of two gateways on the real kernel', function () {
  this.timeout(180_000);
  let site: Site;
  let near: TestWorld;
  let far: TestWorld;
  const stations = new Map<string, Machine>();

  before(async () => {
    site = await openSite();
    const [first, second] = site.gateways;
    assert.ok(first !== undefined && second !== undefined);
    [near, far] = [first, second];
    await site.apply(near, [
      uplinkOf('cell-7'),
      ...TENANTS.flatMap(tenant => [segmentOf('cell-7', tenant), legOf(tenant)]),
    ]);
    await site.apply(
      far,
      TENANTS.map(tenant => segmentOf('cell-8', tenant)),
    );
    for (const { letter } of TENANTS) {
      const [here, there] = [at('segment', 'cell-7', `cell-${letter}`), at('segment', 'cell-8', `cell-${letter}`)];
      stations.set(`${letter}7`, await site.station(near, here, `st-${letter}7`, MACS.near, '10.0.0.7/24'));
      stations.set(`${letter}8`, await site.station(far, there, `st-${letter}8`, MACS.far, '10.0.0.8/24'));
    }
  });
  after(() => site.close());

  it('joins the stations of one tenant across gateways', async () => {
    for (const { letter } of TENANTS) await station(`${letter}7`).run('ping', '-c2', '-i0.2', '-W5', '10.0.0.8');
  });

  it('keeps every frame of a tenant from its twin with the same address in the other tenant', async () => {
    // Nobody shall have a neighbour left to ask whether it is still there.
    for (const name of ['a7', 'b7', 'b8']) await station(name).run('ip', 'neigh', 'flush', 'all');
    const before = await Promise.all(['b7', 'b8'].map(name => framesOf(station(name))));
    await station('a7').run('ping', '-c5', '-i0.2', '-W5', '10.0.0.8');
    assert.deepEqual(await Promise.all(['b7', 'b8'].map(name => framesOf(station(name)))), before);
  });

  it('hides each tenant behind the outer address of its own leg', async () => {
    for (const { letter, outside } of TENANTS) {
      assert.equal(await callerSeen(site.hall, station(`${letter}7`)), outside);
      assert.equal(await callerSeen(site.hall, station(`${letter}8`)), outside, 'from the other gateway too');
    }
  });

  it('lets nobody from one tenant through the edge router to the other', async () => {
    await station('a7').run('ping', '-c1', '-W5', '192.168.7.10');
    assert.equal((await station('a7').attempt('ping', '-c1', '-W1', '192.168.7.22')).code, 1);
    assert.notEqual((await station('a7').attempt('nc', '-znw1', '192.168.7.22', '502')).code, 0);
  });

  it('lets nobody from the plant start a connection into a tenant, even one who knows the way', async () => {
    await site.hall.run('ip', 'route', 'add', '10.0.0.0/24', 'via', '192.168.7.21');
    const before = await echoesOf(station('a7'));
    assert.equal((await site.hall.attempt('ping', '-c2', '-i0.2', '-W1', '10.0.0.7')).code, 1);
    assert.equal(await echoesOf(station('a7')), before);
    await site.hall.run('ip', 'route', 'del', '10.0.0.0/24');
  });

  it('hands out the drawn lease by DHCP, on the gateway of the leg and over the tunnel', async () => {
    for (const [gateway, name, mac, ip] of [
      [near, 'dhcp-7', '02:00:00:0a:00:01', '10.0.0.11'],
      [far, 'dhcp-8', '02:00:00:0a:00:02', '10.0.0.12'],
    ] as const) {
      const segment = at('segment', gateway.machine.name, 'cell-a');
      const lease = await leaseOf(await site.station(gateway, segment, name, mac));
      assert.deepEqual(lease, { ip, router: '10.0.0.1', dns: '192.168.7.2 192.168.7.3', mtu: '1450' });
    }
  });

  it('forwards for one tenant while the leg of the other is made anew', async () => {
    const [a, b] = TENANTS;
    const wait = station('b7').run('ping', '-c20', '-i0.1', '-W5', '192.168.7.10');
    await site.withdraw(near, [legOf(a)]);
    await site.apply(near, [legOf(a)]);
    assert.match(await wait, /20 received/);
    assert.equal(await callerSeen(site.hall, station('a8')), a.outside);
    assert.equal(await callerSeen(site.hall, station('b8')), b.outside);
  });

  it('leaves nothing of ours when all is removed', async () => {
    await site.withdraw(near, [
      uplinkOf('cell-7'),
      ...TENANTS.flatMap(tenant => [segmentOf('cell-7', tenant), legOf(tenant)]),
    ]);
    await site.withdraw(
      far,
      TENANTS.map(tenant => segmentOf('cell-8', tenant)),
    );
    for (const { machine } of [near, far]) {
      assert.doesNotMatch(await machine.run('ip', 'link'), /gw[a-z][0-9a-f]{10}|gatewright/);
      assert.equal(await machine.run('ls', '/run/netns'), '');
    }
  });

  function station(name: string): Machine {
    const machine = stations.get(name);
    assert.ok(machine !== undefined);
    return machine;
  }
});
