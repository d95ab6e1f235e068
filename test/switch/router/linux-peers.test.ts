// The leg between two Linux network stacks that know nothing of it: what they think of its packets is what counts.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EdgeLeg } from '../../../runtime/switch/router/edge-leg.ts';
import { type Machine, type NetnsLab, netnsLab } from '../../lab/netns.ts';
import type { LegThread } from './leg-thread.ts';
import { INSIDE_MAC, SPEC } from './leg-world.ts';

type Status = ReturnType<EdgeLeg['counters']> & { readonly leases: ReturnType<EdgeLeg['leases']> };

/** What a DHCP client does with what it was given: takes the address, and tells. */
const ON_LEASE = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip address add "$ip/$mask" dev "$interface"
ip route add default via "$router"
echo "given ip=$ip mask=$mask router=$router dns=$dns mtu=$mtu lease=$lease"
`;
const LEG_MTU = 1_400;

describe('a leg in the process between Linux stacks', function () {
  this.timeout(60_000);
  let lab: NetnsLab;
  let station: Machine;
  let plant: Machine;
  let thread: Worker;
  let folder = '';

  before(async () => {
    lab = netnsLab();
    folder = await mkdtemp(join(tmpdir(), 'gatewright-leg-'));
    station = await lab.machine('station');
    plant = await lab.machine('plant');
    const dhcp = { first: '10.0.0.100', last: '10.0.0.110', leaseSeconds: 600, hosts: [] };
    const workerData: LegThread = {
      spec: { ...SPEC, mtu: LEG_MTU, dns: ['192.168.50.1'], dhcp },
      inside: `/proc/${station.pid}/ns/net`,
      outside: `/proc/${plant.pid}/ns/net`,
    };
    thread = new Worker(new URL('./leg-thread.ts', import.meta.url), { workerData });
    await once(thread, 'message');
    for (const machine of [station, plant])
      await machine.run('sysctl', '-qw', 'net.ipv6.conf.eth0.disable_ipv6=1', 'net.ipv4.icmp_ratelimit=0');
    await station.run('ip', 'link', 'set', 'eth0', 'address', INSIDE_MAC, 'up');
    await plant.run('ip', 'link', 'set', 'eth0', 'up');
    await plant.run('ip', 'address', 'add', '192.168.50.1/24', 'dev', 'eth0');
  });
  after(async () => {
    await thread?.terminate();
    await lab?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function status(): Promise<Status> {
    const answered = once(thread, 'message');
    thread.postMessage('status');
    const [answer] = await answered;
    return answer;
  }

  it('gives a DHCP client an address and all it has to know', async () => {
    const script = join(folder, 'on-lease');
    await writeFile(script, ON_LEASE);
    await chmod(script, 0o755);
    const options = ['-i', 'eth0', '-f', '-q', '-n', '-t', '5', '-T', '2', '-s', script, '-O', 'mtu'];
    const said = await station.run('busybox', 'udhcpc', ...options);
    assert.match(said, /given ip=10\.0\.0\.1\d\d mask=24 router=10\.0\.0\.1 dns=192\.168\.50\.1 mtu=1400 lease=600/);
    const { leases } = await status();
    assert.deepEqual([leases.length, leases[0]?.mac], [1, INSIDE_MAC]);
  });

  it('is there for a ping, and lets a ping through to a host that knows no way back but NAT', async () => {
    await station.run('ping', '-c', '1', '-W', '5', '10.0.0.1');
    await station.run('ping', '-c', '3', '-i', '0.2', '-W', '5', '192.168.50.1');
    await plant.run('ping', '-c', '1', '-W', '5', '192.168.50.2');
  });

  it('carries a download unharmed', async () => {
    const content = randomBytes(4_000_000);
    await mkdir(join(folder, 'site'));
    await writeFile(join(folder, 'site/data'), content);
    plant.start('busybox', 'httpd', '-f', '-p', '80', '-h', join(folder, 'site'));
    const url = 'http://192.168.50.1/data';
    const retry = ['--retry', '20', '--retry-delay', '1', '--retry-connrefused', '--max-time', '25'];
    await station.run('curl', '-sS', ...retry, '-o', join(folder, 'got'), url);
    const [sum = ''] = (await station.run('sha256sum', join(folder, 'got'))).split(' ');
    assert.equal(sum, createHash('sha256').update(content).digest('hex'));
  });

  it('is the first hop of a trace, and brings the error of the last one through NAT', async () => {
    const trace = await station.run('busybox', 'traceroute', '-n', '-q', '1', '-w', '3', '-m', '4', '192.168.50.1');
    const hops = trace.split('\n').flatMap(line => /^\s*\d+\s+([\d.*]+)/.exec(line)?.[1] ?? []);
    assert.deepEqual(hops, ['10.0.0.1', '192.168.50.1']);
  });

  it('tells a sender its MTU, and the sender heeds it', async () => {
    const ping = (size: number) =>
      station.attempt('ping', '-c', '1', '-W', '5', '-M', 'do', '-s', `${size}`, '192.168.50.1');
    const { stdout } = await ping(LEG_MTU - 28 + 1);
    assert.match(stdout, new RegExp(`mtu = ${LEG_MTU}`));
    assert.equal((await ping(LEG_MTU - 28)).code, 0);
    assert.match(await station.run('ip', 'route', 'get', '192.168.50.1'), new RegExp(`mtu ${LEG_MTU}`));
  });

  it('carries packets that come in pieces, cuts those that may be cut, and answers such pings itself', async () => {
    for (const target of ['192.168.50.1', '10.0.0.1'])
      await station.run('ping', '-c', '2', '-i', '0.2', '-W', '5', '-M', 'dont', '-s', '6000', target);
    await station.run('ping', '-c', '1', '-W', '5', '-M', 'dont', '-s', '60000', '192.168.50.1');
    assert.ok((await status()).fates.fragment > 40);
  });

  it('lets nobody in, even one who knows the way', async () => {
    const [lease] = (await status()).leases;
    assert.ok(lease);
    await plant.run('ip', 'route', 'add', '10.0.0.0/24', 'via', '192.168.50.2');
    const before = (await status()).fates.refused;
    const { code } = await plant.attempt('ping', '-c', '2', '-i', '0.2', '-W', '1', lease.ip);
    assert.equal(code, 1);
    assert.equal((await status()).fates.refused - before, 2);
  });

  it('sent no packet that a stack found malformed, and accounts for all it got', async () => {
    for (const machine of [station, plant]) {
      const snmp = await machine.run('cat', '/proc/net/snmp');
      for (const [protocol, field] of [
        ['Ip', 'InHdrErrors'],
        ['Icmp', 'InCsumErrors'],
        ['Tcp', 'InCsumErrors'],
        ['Udp', 'InCsumErrors'],
      ])
        assert.equal(figure(snmp, protocol ?? '', field ?? ''), 0, `${machine.name} ${protocol} ${field}`);
    }
    const { received, fates } = await status();
    assert.equal(
      Object.values(fates).reduce((sum, count) => sum + count, 0),
      received,
    );
    assert.ok(fates.forwarded > 1_000 && fates.malformed === 0, JSON.stringify(fates));
  });
});

/** One number of /proc/net/snmp: a line of names and a line of values for every protocol. */
function figure(snmp: string, protocol: string, field: string): number {
  const [names = [], values = []] = snmp
    .split('\n')
    .filter(line => line.startsWith(`${protocol}:`))
    .map(line => line.split(' '));
  const index = names.indexOf(field);
  assert.ok(index > 0, `${protocol} ${field}`);
  return Number(values[index]);
}
