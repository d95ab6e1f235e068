// Two tenants with equal addresses on two gateways of a real kernel: overlay, isolation, edge routing, DHCP.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resource } from '../../runtime/model/resource.ts';
import { at, edgeSpec, overlaySpec, resource, type TestWorld, uplinkSpec } from '../drivers/gateway-lab.ts';
import type { Machine } from '../lab/netns.ts';
import { openSite, type Site } from './network-site.ts';

const MACS = { near: '02:00:00:0a:00:07', far: '02:00:00:0a:00:08', leg: '02:00:00:ed:00:01' };
const TENANTS = [
  { letter: 'a', vni: 5001, outside: '192.168.7.21' },
  { letter: 'b', vni: 5002, outside: '192.168.7.22' },
] as const;
type Tenant = (typeof TENANTS)[number];

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
      assert.equal(await callerSeen(station(`${letter}7`)), outside);
      assert.equal(await callerSeen(station(`${letter}8`)), outside, 'from the other gateway too');
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
    const folder = await mkdtemp(join(tmpdir(), 'gw-dhcp-'));
    try {
      for (const [gateway, name, mac, ip] of [
        [near, 'dhcp-7', '02:00:00:0a:00:01', '10.0.0.11'],
        [far, 'dhcp-8', '02:00:00:0a:00:02', '10.0.0.12'],
      ] as const) {
        const segment = at('segment', gateway.machine.name, 'cell-a');
        const lease = await leaseOf(await site.station(gateway, segment, name, mac), folder);
        assert.deepEqual(lease, { ip, router: '10.0.0.1', dns: '192.168.7.2 192.168.7.3', mtu: '1450' });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('forwards for one tenant while the leg of the other is made anew', async () => {
    const [a, b] = TENANTS;
    const wait = station('b7').run('ping', '-c20', '-i0.1', '-W5', '192.168.7.10');
    await site.withdraw(near, [legOf(a)]);
    await site.apply(near, [legOf(a)]);
    assert.match(await wait, /20 received/);
    assert.equal(await callerSeen(station('a8')), a.outside);
    assert.equal(await callerSeen(station('b8')), b.outside);
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

  /** The address from which the PLC sees a station call its port 502. */
  async function callerSeen(caller: Machine): Promise<string> {
    const plc = site.hall.attempt('timeout', '20', 'nc', '-lnv', '-s', '192.168.7.10', '-p', '502');
    const ended = plc.then(() => true);
    const knock = () => caller.attempt('nc', '-znw2', '192.168.7.10', '502').then(result => result.code === 0);
    // The PLC may not listen yet; it ends with the first caller, or with its own time-out.
    while (!(await Promise.race([knock(), ended])));
    const { stderr } = await plc;
    return /Connection received on (\S+)/.exec(stderr)?.[1] ?? `nobody: ${stderr}`;
  }
});

function uplinkOf(gateway: string): Resource {
  return resource(at('uplink', gateway, 'plant'), uplinkSpec);
}

function segmentOf(gateway: 'cell-7' | 'cell-8', { letter, vni }: Tenant): Resource {
  const behind = {
    'cell-7': { tunnelAddress: '10.251.0.17', peers: [{ address: '10.251.0.18', macs: [MACS.far] }] },
    'cell-8': { tunnelAddress: '10.251.0.18', peers: [{ address: '10.251.0.17', macs: [MACS.near, MACS.leg] }] },
  };
  const names = { tenant: `vendor-${letter}`, vswitch: `cell-${letter}` };
  return resource(at('segment', gateway, `cell-${letter}`), overlaySpec({ ...names, vni, ...behind[gateway] }));
}

function legOf({ letter, outside }: Tenant): Resource {
  const changes = {
    tenant: `vendor-${letter}`,
    insideMac: MACS.leg,
    outside: `${outside}/24`,
    outsideMac: `02:00:00:ed:01:0${letter}`,
    routes: [],
    dhcp: {
      first: '10.0.0.100',
      last: '10.0.0.120',
      leaseSeconds: 3600,
      hosts: [
        { mac: '02:00:00:0a:00:01', ip: '10.0.0.11', name: 'robot-one' },
        { mac: '02:00:00:0a:00:02', ip: '10.0.0.12', name: 'robot-two' },
      ],
    },
  };
  const spec = edgeSpec(at('segment', 'cell-7', `cell-${letter}`), at('uplink', 'cell-7', 'plant'), changes);
  return resource(at('edge', 'cell-7', `plant-edge.cell-${letter}`), spec);
}

/** Frames a station has received since it was made. */
async function framesOf(machine: Machine): Promise<number> {
  return Number(await machine.run('cat', '/sys/class/net/eth0/statistics/rx_packets'));
}

/** Echo requests a station has received [RFC 2011, icmpInEchos]. */
async function echoesOf(machine: Machine): Promise<number> {
  const lines = (await machine.run('cat', '/proc/net/snmp')).split('\n').filter(line => line.startsWith('Icmp:'));
  const [names, values] = lines.map(line => line.split(' '));
  const echoes = Number(values?.[names?.indexOf('InEchos') ?? -1]);
  assert.ok(Number.isInteger(echoes), 'the kernel tells how many echo requests came');
  return echoes;
}

/** Asks for a lease and tells what was offered. */
async function leaseOf(machine: Machine, folder: string) {
  const script = join(folder, 'tell.sh');
  await writeFile(script, '#!/bin/sh\n[ "$1" = bound ] && env\nexit 0\n');
  await chmod(script, 0o700);
  const ask = ['busybox', 'udhcpc', '-i', 'eth0', '-n', '-q', '-f', '-t', '10', '-T', '1', '-O', 'mtu', '-s', script];
  const told = await machine.run(...ask);
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(told)?.[1];
  return { ip: value('ip'), router: value('router'), dns: value('dns'), mtu: value('mtu') };
}
