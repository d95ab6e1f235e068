// Rules for Modbus on links of a network, on the real kernel: robots and PLCs of two tenants with equal addresses, a client and a
// server by others, and everything that could pass a proxy by.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { bridge } from '../../runtime/drivers/bridge/driver.ts';
import { deviceName, proxyStation } from '../../runtime/host/linux/device-name.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { Spec } from '../../runtime/model/kind.ts';
import { proxyOf } from '../../runtime/model/kinds/proxy.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { tcpFrame } from '../../runtime/protocols/modbus/adu/frames.ts';
import { buildRequest } from '../../runtime/protocols/modbus/pdu/request.ts';
import { until } from '../contract/driver-case.ts';
import {
  at,
  edgeSpec,
  overlaySpec,
  resource,
  segmentSpec,
  step,
  testWorld,
  uplinkSpec,
} from '../drivers/gateway-lab.ts';
import type { Machine } from '../lab/netns.ts';
import { isAnswered, type ModbusSite, openModbusSite, plugStation, poll, type Talk, talk } from './modbus-site.ts';

const ROBOT = { mac: '02:00:00:00:00:07', ip: '10.0.0.7' };
const PLC = { mac: '02:00:00:00:00:09', ip: '10.0.0.9' };
const open = { sources: [], destinations: [], ports: [], log: false };
const any = { units: [], registers: [], values: [], log: false };
const READS = { id: 'reads', ...any, functions: [3], action: 'accept' };

const read = (transaction: number) => tcpFrame(transaction, 1, buildRequest({ function: 3, address: 7, quantity: 1 }));
const write = (transaction: number) => tcpFrame(transaction, 1, buildRequest({ function: 6, address: 7, value: 9 }));
const value = (transaction: number) => hex(tcpFrame(transaction, 1, Uint8Array.of(3, 2, 0, 7)));
const refusal = (transaction: number) => hex(tcpFrame(transaction, 1, Uint8Array.of(0x86, 1)));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** A tenant's segment, its robot, and a guard at one end of a link. */
interface Cell {
  readonly tenant: string;
  readonly segment: Resource<'segment'>;
  readonly port: Address<'port'>;
  readonly policy: Resource<'policy'>;
  readonly proxies: readonly Resource<'proxy'>[];
}

function cellOf(
  letter: string,
  ends: readonly Address[],
  legs: readonly { leg: Address<'edge'>; mac: string }[] = [],
): Cell {
  const tenant = `vendor-${letter}`;
  const segment = resource(
    at('segment', 'cell-7', `cell-${letter}`),
    segmentSpec({ tenant, vswitch: `cell-${letter}` }),
  );
  const port = at('port', 'cell-7', `robot-${letter}.eth0`);
  const link = (end: Address) => ({
    firewall: 'plc-guard',
    segment: segment.address,
    port: end,
    outbound: end === port ? ('from-port' as const) : ('to-port' as const),
    rules: [
      { id: 'all', direction: 'outbound' as const, action: 'accept' as const, protocol: 'any' as const, ...open },
    ],
    proxied: { legs: [...legs] },
  });
  const bindings = [{ port, segment: segment.address, mac: ROBOT.mac, ips: [ROBOT.ip] }];
  const spec = { tenant, bindings, links: ends.map(link), bridgeNetfilter: true };
  const guards = [{ firewall: 'plc-guard', rules: [READS] }];
  const router = legs.length === 0 ? {} : { router: '10.0.0.1/24' };
  return {
    tenant,
    segment,
    port,
    policy: resource(at('policy', 'cell-7', tenant), spec),
    proxies: ends.map(end =>
      resource(proxyOf(end, segment.address), {
        tenant,
        segment: segment.address,
        port: end,
        mtu: 1450,
        ...router,
        guards,
      }),
    ),
  };
}

describe('rules for Modbus on links of a network, on the real kernel', function () {
  this.timeout(120_000);
  let site: ModbusSite;
  /** Guarded at the robot's end. */
  const near = cellOf('a', [at('port', 'cell-7', 'robot-a.eth0')]);
  /** With the same addresses, and no guard. */
  const twin = cellOf('b', []);
  const [guard] = near.proxies;
  assert.ok(guard !== undefined);
  let robot: Machine;
  let plc: Machine;
  let other: Machine;
  let otherPlc: Machine;
  let server: ChildProcess;
  const talks: Talk[] = [];

  before(async () => {
    site = await openModbusSite();
    await site.apply(near.segment, twin.segment, near.policy, twin.policy, guard);
    robot = await site.robot(near.port, near.segment.address, ROBOT.mac, `${ROBOT.ip}/24`);
    plc = await site.plant('plant-a', near.segment.address, PLC.mac, `${PLC.ip}/24`);
    other = await site.robot(twin.port, twin.segment.address, ROBOT.mac, `${ROBOT.ip}/24`);
    otherPlc = await site.plant('plant-b', twin.segment.address, PLC.mac, `${PLC.ip}/24`);
    await site.apply(near.policy); // the card is there now
    server = await site.servePlc(plc);
    await site.servePlc(otherPlc);
  });
  afterEach(async () => {
    for (const one of talks.splice(0)) await one.close();
  });
  after(() => site?.close());

  const say = (...frames: readonly Uint8Array[]) => {
    const opened = talk(robot, PLC.ip);
    talks.push(opened);
    void opened.say(Buffer.concat(frames));
    return opened;
  };
  const answered = (opened: Talk, count: number) =>
    until(async () => opened.answers.length >= count, `${count} answers`);
  const status = async (proxy = guard) => {
    const found = (await (await site.handleOf('proxy')).observe()).find(one => one.address === proxy.address);
    return (found?.status ?? {}) as Readonly<Record<string, never>> & {
      readonly state?: string;
      readonly pid?: number;
      readonly firewalls?: readonly { readonly rules: readonly { readonly id: string; readonly hits: number }[] }[];
    };
  };
  const hits = async () => {
    const [firewall] = (await status()).firewalls ?? [];
    return Object.fromEntries((firewall?.rules ?? []).map(rule => [rule.id, rule.hits]));
  };

  /** For a PLC that serves one client at a time, and was not told that the last one is gone. */
  const plugAnew = async () => {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
    server = await site.servePlc(plc);
  };

  it('let a client by others read, and refuse its write with the exception of the rules', async () => {
    assert.match(await poll(robot, PLC.ip), /\[7\]:\s+7/);
    assert.match(await poll(robot, PLC.ip, '9'), /Illegal function/);
    assert.match(await poll(robot, PLC.ip), /\[7\]:\s+7/);
    assert.deepEqual(await hits(), { reads: 2, otherwise: 1 });
  });

  it('let the PLC see the address of the robot, and the robot that of the PLC', async () => {
    const opened = say(read(1));
    await answered(opened, 1);
    assert.match(await plc.run('ss', '-Htn', 'state', 'established'), /10\.0\.0\.9:502\s+10\.0\.0\.7:\d+/);
    assert.match(await robot.run('ss', '-Htn', 'state', 'established'), /10\.0\.0\.7:\d+\s+10\.0\.0\.9:502/);
    const neighbours = await plc.run('ip', 'neigh', 'show', ROBOT.ip);
    assert.doesNotMatch(
      neighbours,
      new RegExp(proxyStation(guard.address).mac),
      'nobody takes the proxy for the robot',
    );
  });

  it('judge a request that comes byte by byte', async () => {
    const opened = say();
    for (const byte of write(1)) await opened.say(Uint8Array.of(byte));
    await answered(opened, 1);
    assert.deepEqual(opened.answers, [refusal(1)]);
  });

  it('answer a read and a write of one segment in order, the one by the PLC and the other by the rules', async () => {
    const opened = say(read(1), write(2), read(3));
    await answered(opened, 3);
    assert.deepEqual(opened.answers, [value(1), refusal(2), value(3)]);
  });

  it('end a connection on which something else is spoken, and only that', async () => {
    const bad = say(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await until(async () => bad.ended(), 'the end of the bad connection');
    const good = say(read(1));
    await answered(good, 1);
  });

  it('leave all other traffic of the link as it is', async () => {
    await robot.run('ping', '-c2', '-i0.2', '-W5', PLC.ip);
    const listener = plc.start('nc', '-lk', '503');
    await until(async () => (await plc.run('ss', '-ltn')).includes(':503 '), 'a listener on 503');
    assert.equal((await robot.attempt('nc', '-zw5', PLC.ip, '503')).code, 0);
    listener.kill('SIGKILL');
  });

  it('touch nothing of a tenant with the same addresses', async () => {
    assert.match(await poll(other, PLC.ip, '9'), /Written 1 references/);
    assert.match(await poll(other, PLC.ip), /\[7\]:\s+9/);
    assert.match(await poll(robot, PLC.ip), /\[7\]:\s+7/);
  });

  it('change while a connection lasts, and keep their counters', async () => {
    const opened = say(read(1), write(2));
    await answered(opened, 2);
    const before = await hits();
    const more = { ...guard.spec, guards: [{ firewall: 'plc-guard', rules: [{ ...READS, functions: [3, 6] }] }] };
    await site.apply({ ...guard, spec: more });
    await opened.say(tcpFrame(3, 1, buildRequest({ function: 6, address: 8, value: 8 })));
    await answered(opened, 3);
    assert.equal(opened.answers[2], hex(tcpFrame(3, 1, buildRequest({ function: 6, address: 8, value: 8 }))));
    assert.deepEqual(await hits(), { ...before, reads: (before.reads ?? 0) + 1 });
    await site.apply(guard);
    await opened.say(write(4));
    await answered(opened, 4);
    assert.equal(opened.answers[3], refusal(4));
  });

  it('tell the robot that asks the PLC from the PLC that asks the robot', async () => {
    const robotServer = await site.servePlc(robot);
    const bothWays = near.policy.spec.links.map(link => ({
      ...link,
      rules: link.rules.flatMap(rule => [rule, { ...rule, id: 'back', direction: 'inbound' as const }]),
    }));
    await site.apply({ ...near.policy, spec: { ...near.policy.spec, links: bothWays } });
    const judge = (direction: string, vms = [ROBOT.ip]) =>
      site.apply({
        ...guard,
        spec: { ...guard.spec, guards: [{ firewall: 'plc-guard', rules: [{ ...READS, direction }] }], vms },
      });
    const asks = async () => {
      const [fromRobot, toRobot] = [await poll(robot, PLC.ip), await poll(plc, ROBOT.ip)];
      const fate = (words: string) =>
        /\[7\]:\s+7/.test(words) ? 'read' : (/Illegal function/.exec(words)?.[0] ?? words);
      return [fate(fromRobot), fate(toRobot)];
    };
    await judge('from-vm');
    assert.deepEqual(await asks(), ['read', 'Illegal function']);
    await judge('to-vm');
    assert.deepEqual(await asks(), ['Illegal function', 'read']);
    await judge('both');
    assert.deepEqual(await asks(), ['read', 'read']);
    await judge('from-vm', []);
    assert.deepEqual(await asks(), ['Illegal function', 'Illegal function'], 'nobody knows who asks');
    robotServer.kill('SIGKILL');
    await site.apply(near.policy, guard);
  });

  it('are not passed by when the process is killed, and come back by themselves', async () => {
    const opened = say(read(1));
    await answered(opened, 1);
    const { pid } = await status();
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGKILL');
    await until(
      async () => (await robot.run('ss', '-Htn', 'state', 'established')) === '',
      'the end of the connection',
    );
    const back = await until(async () => {
      const now = await status();
      return now.state === 'open' && now.pid !== pid;
    }, 'another process').then(() => say(read(2), write(3)));
    await answered(back, 2);
    assert.deepEqual(back.answers, [value(2), refusal(3)]);
  });

  it('are not passed by when proxy, cable and all are gone; what is applied again comes back', async () => {
    await site.withdraw(guard);
    // Connections that the PLC has taken: its PassiveOpens.
    const arrived = async () =>
      /^Tcp: (?:-?\d+ ){5}(\d+)/m.exec(await plc.run('cat', '/proc/net/snmp'))?.[1] ?? assert.fail();
    const before = await arrived();
    assert.notEqual((await robot.attempt('nc', '-zw1', PLC.ip, '502')).code, 0);
    // A frame that already bears the address of the proxy that is not there.
    await robot.run('ip', 'neigh', 'replace', PLC.ip, 'lladdr', proxyStation(guard.address).mac, 'dev', 'eth0');
    assert.notEqual((await robot.attempt('nc', '-zw1', PLC.ip, '502')).code, 0);
    await robot.run('ip', 'neigh', 'del', PLC.ip, 'dev', 'eth0');
    assert.equal(await arrived(), before);
    await site.apply(guard);
    await answered(say(read(1)), 1);
  });

  it('show as drift what somebody changes, and mend it', async () => {
    const observed = async () => {
      const all = await (await site.handleOf('proxy')).observe();
      return (all.find(one => one.address === guard.address)?.spec ?? {}) as Partial<Spec<'proxy'>>;
    };
    assert.deepEqual(await observed(), guard.spec);
    const { device } = proxyStation(guard.address);
    const netns = deviceName('gwq', guard.address);
    for (const damage of [
      ['ip', 'link', 'set', device, 'down'],
      ['ip', 'link', 'del', device],
      ['ip', '-n', netns, 'rule', 'del', 'priority', '10'],
      ['ip', '-n', netns, 'route', 'del', 'default'],
      ['ip', 'netns', 'delete', netns],
    ]) {
      await site.machine.run(...damage);
      await plugAnew();
      assert.equal((await observed()).segment, undefined, damage.join(' '));
      await site.apply(guard);
      assert.deepEqual(await observed(), guard.spec, damage.join(' '));
      const opened = say(read(1));
      await answered(opened, 1);
      await opened.close();
    }
  });

  it('start again with an agent that starts again', async () => {
    await site.reconnect('proxy');
    await until(async () => (await status()).state === 'open', 'the process');
    const opened = say(read(1), write(2));
    await answered(opened, 2);
    assert.deepEqual(opened.answers, [value(1), refusal(2)]);
  });

  it('run in a process without rights, which is gone when the agent is', async () => {
    const { pid } = await status();
    const wanted = '^(Uid|Groups|CapPrm|CapEff|CapBnd|NoNewPrivs):';
    const rights = await site.machine.run('grep', '-E', wanted, `/proc/${pid}/status`);
    assert.deepEqual(rights.trimEnd().split(/\s*\n/), [
      'Uid:\t65534\t65534\t65534\t65534',
      'Groups:',
      ...['CapPrm', 'CapEff'].map(name => `${name}:\t${'0'.repeat(16)}`),
      'CapBnd:\t00000000000000c0', // to become another user, which it has done
      'NoNewPrivs:\t1',
    ]);
    await (await site.handleOf('proxy')).close();
    assert.throws(() => process.kill(pid ?? 0, 0), { code: 'ESRCH' });
    await site.reconnect('proxy');
  });

  it('let a proxy say nothing but Modbus and questions for addresses', async () => {
    const netns = deviceName('gwq', guard.address);
    const inside = ['ip', 'netns', 'exec', netns];
    const listener = plc.start('nc', '-lk', '503');
    await until(async () => (await plc.run('ss', '-ltn')).includes(':503 '), 'a listener on 503');
    const reaches = async (port: string) =>
      (await site.machine.attempt(...inside, 'nc', '-s', ROBOT.ip, '-zw1', PLC.ip, port)).code === 0;
    assert.deepEqual([await reaches('502'), await reaches('503')], [true, false]);
    assert.notEqual((await site.machine.attempt(...inside, 'ping', '-I', ROBOT.ip, '-c1', '-W1', PLC.ip)).code, 0);
    listener.kill('SIGKILL');
  });

  it('hold at the end of a PLC behind an uplink, and at both ends of one way', async () => {
    const uplink = at('uplink', 'cell-7', 'plant-d');
    const port = at('port', 'cell-7', 'robot-d.eth0');
    const both = cellOf('d', [uplink, port]);
    await site.apply(both.segment);
    const here = await site.robot(both.port, both.segment.address, ROBOT.mac, `${ROBOT.ip}/24`);
    const there = await site.plant('plant-d', both.segment.address, PLC.mac, `${PLC.ip}/24`);
    await site.servePlc(there);
    for (const drawn of [both, cellOf('d', [uplink])]) {
      await site.withdraw(...both.proxies);
      await site.apply(drawn.policy, ...drawn.proxies);
      assert.match(await poll(here, PLC.ip), /\[7\]:\s+7/);
      assert.match(await poll(here, PLC.ip, '9'), /Illegal function/);
      await here.run('ping', '-c1', '-W5', PLC.ip);
      const [one] = drawn.proxies;
      assert.ok(one !== undefined);
      await site.withdraw(one);
      assert.equal(await isAnswered(here, PLC.ip), false, `without ${one.address}`);
    }
    await site.withdraw(both.policy, ...both.proxies);
  });

  it('hold over an overlay, for a PLC in a VM of another gateway', async () => {
    const cell = cellOf('f', [at('port', 'cell-7', 'robot-f.eth0')]);
    const far = await testWorld(await site.lab.machine('cell-8'));
    await site.lab.cable(site.machine, 'under0', far.machine, 'under0');
    const overlay = (gateway: string, own: string, peer: string, mac: string) => {
      const ends = { tunnelAddress: own, peers: [{ address: peer, macs: [mac] }] };
      const changes = { tenant: 'vendor-f', vswitch: 'cell-f', ...ends };
      return resource(at('segment', gateway, 'cell-f'), overlaySpec(changes));
    };
    const here = overlay('cell-7', '10.251.0.17', '10.251.0.18', PLC.mac);
    const there = overlay('cell-8', '10.251.0.18', '10.251.0.17', ROBOT.mac);
    await site.machine.run('ip', 'addr', 'add', '10.251.0.17/24', 'dev', 'under0');
    await far.machine.run('ip', 'addr', 'add', '10.251.0.18/24', 'dev', 'under0');
    await site.apply(here, cell.policy, ...cell.proxies);
    const { handle } = await far.connect(bridge, 'segment');
    await handle.create(there, step(1));
    const near = await site.robot(cell.port, here.address, ROBOT.mac, `${ROBOT.ip}/24`);
    const remote = await plugStation(site.lab, far.machine, 'plc-f', 'tap-f', there.address, PLC.mac, `${PLC.ip}/24`);
    await site.servePlc(remote);
    assert.match(await poll(near, PLC.ip), /\[7\]:\s+7/);
    assert.match(await poll(near, PLC.ip, '9'), /Illegal function/);
    await near.run('ping', '-c1', '-W5', PLC.ip);
    await site.withdraw(...cell.proxies);
    assert.notEqual((await near.attempt('nc', '-zw1', PLC.ip, '502')).code, 0);
    await far.close();
  });

  it('hold before an edge leg, for a PLC beyond it', async () => {
    const leg = at('edge', 'cell-7', 'plant-edge.cell-e');
    const routed = cellOf('e', [leg], [{ leg, mac: '02:00:00:ed:00:01' }]);
    const hall = await site.lab.machine('hall');
    await site.lab.cable(site.machine, 'plant0', hall, 'eth0');
    await hall.run('ip', 'addr', 'add', '192.168.7.10/24', 'dev', 'eth0');
    const uplink = resource(at('uplink', 'cell-7', 'plant'), uplinkSpec);
    const { dhcp: _dhcp, ...spec } = edgeSpec(routed.segment.address, uplink.address, {
      tenant: 'vendor-e',
      routes: [],
    });
    const router = resource(leg, spec);
    await site.apply(uplink, routed.segment, routed.policy, router, ...routed.proxies);
    const here = await site.robot(routed.port, routed.segment.address, ROBOT.mac, `${ROBOT.ip}/24`);
    await here.run('ip', 'route', 'add', 'default', 'via', '10.0.0.1');
    await site.servePlc(hall);
    assert.match(await poll(here, '192.168.7.10'), /\[7\]:\s+7/);
    assert.match(await poll(here, '192.168.7.10', '9'), /Illegal function/);
    await site.withdraw(...routed.proxies);
    assert.notEqual((await here.attempt('nc', '-zw1', '192.168.7.10', '502')).code, 0);
    await site.withdraw(uplink, routed.segment, routed.policy, router);
  });

  it('leave nothing of a proxy when it is removed', async () => {
    await site.withdraw(guard);
    assert.doesNotMatch(await site.machine.run('ip', 'link'), /gwm/);
    assert.doesNotMatch(await site.machine.run('ls', '/run/netns'), /gwq/);
    assert.equal((await (await site.handleOf('proxy')).observe()).length, 0);
  });
});
