// What passes and what does not, on the real kernel, with guests that speak TCP, ask for leases, and lie.
import assert from 'node:assert/strict';
import { until } from '../../contract/driver-case.ts';
import type { Machine } from '../../lab/netns.ts';
import { arpFrame, BROADCAST, type Ends, ip6Frame, ipFrame, type Packet, taggedFrame } from './frame.ts';
import { type OpenDriver, openDriver } from './open-driver.ts';
import { binding, link, policy, type Rule, rule } from './policies.ts';
import { type PolicyLab, policyLab } from './policy-lab.ts';
import { openWires, type Wire, type Wires } from './wire.ts';

const SEGMENT = 'segment.cell-7/cell-a';
const ROBOT = 'port.cell-7/robot.eth0';
const EDGE = 'edge.cell-7/plant-edge.cell-a';
const ROBOT_MAC = '02:00:00:00:00:01';
const PLC_MAC = '02:00:00:00:00:02';
const MODBUS = rule('modbus', { protocol: 'tcp', destinations: ['10.0.0.2/32'], ports: ['502'] });
const GUARD = `guard@${EDGE}`;

/** A robot that may reach a PLC behind the edge leg, on port 502 only. */
const guarded = policy([binding(ROBOT, ROBOT_MAC, '10.0.0.1')], [link('guard', EDGE, 'to-port', MODBUS)]);

describe('a policed segment', function () {
  this.timeout(120_000);
  let lab: PolicyLab;
  let driver: OpenDriver;
  let wires: Wires;
  let robot: Machine;
  let plc: Machine;
  let robotWire: Wire;
  let plcWire: Wire;

  before(async () => {
    lab = await policyLab();
    await lab.segment(SEGMENT);
    robot = await lab.station('robot', { end: ROBOT, segment: SEGMENT, mac: ROBOT_MAC, ip: '10.0.0.1/24' });
    plc = await lab.station('plc', { end: EDGE, segment: SEGMENT, mac: PLC_MAC, ip: '10.0.0.2/24' });
    wires = openWires();
    robotWire = await wires.open(robot, ROBOT_MAC, '10.0.0.1');
    plcWire = await wires.open(plc, PLC_MAC, '10.0.0.2');
    driver = await openDriver(lab);
  });
  beforeEach(async () => {
    await driver.remove(guarded);
    await driver.apply(guarded);
  });
  after(async () => {
    await driver?.close();
    await wires?.close();
    await lab?.close();
  });

  const ends = (sourceMac = ROBOT_MAC): Ends => ({ sourceMac, targetMac: PLC_MAC });
  const request = (fields: Partial<Packet> = {}): Packet => ({
    protocol: 'tcp',
    source: '10.0.0.1',
    destination: '10.0.0.2',
    sourcePort: 40_000,
    destinationPort: 502,
    ...fields,
  });
  const arrived = async (frame: Buffer) => holds(await wires.pass(robotWire, plcWire, [frame]), frame);
  const answered = async (packet: Packet) => {
    const frame = ipFrame({ sourceMac: PLC_MAC, targetMac: ROBOT_MAC }, packet);
    return holds(await wires.pass(plcWire, robotWire, [frame]), frame);
  };
  const listen = async (machine: Machine, port: number) => {
    const server = machine.start('nc', '-lk', String(port));
    await until(async () => (await machine.run('ss', '-ltn')).includes(`:${port} `), `a listener on ${port}`);
    return server;
  };
  const connects = async (machine: Machine, host: string, port: number) =>
    (await machine.attempt('nc', '-z', '-w', '1', host, String(port))).code === 0;

  it('lets TCP to 502 pass with its replies, drops 503, and counts both by rule', async () => {
    const servers = [await listen(plc, 502), await listen(plc, 503)];
    assert.equal(await connects(robot, '10.0.0.2', 502), true);
    assert.equal(await connects(robot, '10.0.0.2', 503), false);
    for (const server of servers) server.kill('SIGKILL');
    const figures = (await driver.status(guarded)).counters[GUARD];
    // SYN, SYN+ACK, ACK and the closing, at the least.
    assert.ok((figures?.modbus?.packets ?? 0) >= 5, JSON.stringify(figures));
    assert.ok((figures?.default?.packets ?? 0) >= 1, JSON.stringify(figures));
  });

  it('drops new connections against the direction of the rules', async () => {
    const server = await listen(robot, 502);
    assert.equal(await connects(plc, '10.0.0.1', 502), false);
    server.kill('SIGKILL');
  });

  it('lets the two speak freely once nothing polices them', async () => {
    await driver.remove(guarded);
    const server = await listen(robot, 503);
    assert.equal(await connects(plc, '10.0.0.1', 503), true);
    server.kill('SIGKILL');
  });

  it('drops each kind of forged sender and counts it by its kind', async () => {
    const other = '02:00:00:00:00:66';
    const forged = {
      mac: ipFrame(ends(other), request()),
      ip: ipFrame(ends(), request({ source: '10.0.0.9' })),
      arp: arpFrame({ sourceMac: ROBOT_MAC, targetMac: BROADCAST }, ROBOT_MAC, '10.0.0.2', '10.0.0.9'),
      other: taggedFrame(ends(), request(), 5),
    };
    const before = (await driver.status(guarded)).spoofed[ROBOT];
    for (const [kind, frame] of Object.entries(forged)) assert.equal(await arrived(frame), false, kind);
    const after = (await driver.status(guarded)).spoofed[ROBOT];
    for (const kind of Object.keys(forged))
      assert.ok((after?.[kind]?.packets ?? 0) > (before?.[kind]?.packets ?? 0), kind);
    assert.equal(await arrived(ipFrame(ends(), request({ sourcePort: 40_001 }))), true, 'the honest frame');
  });

  it('drops ARP that names the sender right in the frame and wrong inside', async () => {
    const lie = arpFrame({ sourceMac: ROBOT_MAC, targetMac: BROADCAST }, '02:00:00:00:00:66', '10.0.0.1', '10.0.0.9');
    assert.equal(await arrived(lie), false);
  });

  it('lets a guest ask whether its address is free, and no IPv6 out', async () => {
    const probe = arpFrame({ sourceMac: ROBOT_MAC, targetMac: BROADCAST }, ROBOT_MAC, '0.0.0.0', '10.0.0.1');
    assert.equal(await arrived(probe), true);
    assert.equal(await arrived(ip6Frame(ends())), false);
  });

  it('lets neither IPv6 nor tagged frames over a policed link from the far side', async () => {
    const back = { sourceMac: PLC_MAC, targetMac: ROBOT_MAC };
    for (const frame of [
      ip6Frame(back),
      taggedFrame(back, request({ source: '10.0.0.2', destination: '10.0.0.1' }), 5),
    ])
      assert.equal(holds(await wires.pass(plcWire, robotWire, [frame]), frame), false);
    assert.ok(((await driver.status(guarded)).dropped.notIp?.packets ?? 0) >= 2);
  });

  it('cuts a running flow in both directions when its rule is withdrawn', async () => {
    const flow = request({ protocol: 'udp', sourcePort: 41_000 });
    const reply = request({
      protocol: 'udp',
      source: '10.0.0.2',
      destination: '10.0.0.1',
      sourcePort: 502,
      destinationPort: 41_000,
    });
    const both = policy(guarded.spec.bindings, [link('guard', EDGE, 'to-port', { ...MODBUS, protocol: 'udp' })]);
    await driver.apply(both);
    assert.equal(await arrived(ipFrame(ends(), flow)), true);
    assert.equal(await answered(reply), true);
    await driver.apply(policy(guarded.spec.bindings, [link('guard', EDGE, 'to-port')]));
    assert.equal(await arrived(ipFrame(ends(), flow)), false);
    assert.equal(await answered(reply), false, 'what the server goes on sending');
    await driver.apply(both);
    assert.equal(await answered(reply), true, 'the flow was not forgotten');
  });

  it('takes no packet for a reply to a request that was refused', async () => {
    const refused = request({ protocol: 'udp', destinationPort: 503, sourcePort: 42_000 });
    assert.equal(await arrived(ipFrame(ends(), refused)), false);
    const reply = request({
      protocol: 'udp',
      source: '10.0.0.2',
      destination: '10.0.0.1',
      sourcePort: 503,
      destinationPort: 42_000,
    });
    assert.equal(await answered(reply), false);
  });

  it('asks every firewall on the way, and the first rule that fits decides', async () => {
    const udp = (port: number, sourcePort: number) =>
      arrived(ipFrame(ends(), request({ protocol: 'udp', destinationPort: port, sourcePort })));
    const deny = rule('deny', { protocol: 'udp', action: 'drop', ports: ['502'] });
    const allow = rule('allow', { protocol: 'udp', ports: ['500-600'] });
    await driver.apply(policy(guarded.spec.bindings, [link('guard', EDGE, 'to-port', deny, allow)]));
    assert.deepEqual([await udp(502, 43_000), await udp(503, 43_001)], [false, true]);
    await driver.apply(policy(guarded.spec.bindings, [link('guard', EDGE, 'to-port', allow, deny)]));
    assert.deepEqual([await udp(502, 43_002), await udp(503, 43_003)], [true, true]);
    const second = link('second', EDGE, 'to-port', rule('only-503', { protocol: 'udp', ports: ['503'] }));
    await driver.apply(policy(guarded.spec.bindings, [link('guard', EDGE, 'to-port', allow), second]));
    assert.deepEqual([await udp(502, 43_004), await udp(503, 43_005)], [false, true]);
  });

  it('keeps the figures of rules that stay when others change', async () => {
    // Nobody has this address, so nobody answers and adds to the figures.
    const quiet = rule('quiet', { protocol: 'udp', destinations: ['10.0.0.77/32'] });
    const silent = (destinationPort: number, destination: string) =>
      arrived(ipFrame(ends(), request({ protocol: 'udp', destinationPort, destination, sourcePort: 44_000 })));
    const guard = (...rules: readonly Rule[]) =>
      policy(guarded.spec.bindings, [link('guard', EDGE, 'to-port', ...rules)]);
    await driver.apply(guard(quiet));
    assert.deepEqual([await silent(9, '10.0.0.77'), await silent(9, '10.0.0.78')], [true, false]);
    await driver.apply(guard(quiet, MODBUS));
    const figures = (await driver.status(guarded)).counters[GUARD];
    assert.deepEqual([figures?.quiet?.packets, figures?.default?.packets, figures?.modbus?.packets], [1, 1, 0]);
  });

  it('gives a guest its lease through links that deny everything', async () => {
    await driver.apply(
      policy([binding(ROBOT, ROBOT_MAC)], [link('robot-wall', ROBOT, 'from-port'), link('guard', EDGE, 'to-port')]),
    );
    const server = plc.start(
      'dnsmasq',
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--port=0',
      '--interface=eth0',
      '--bind-interfaces',
      '--dhcp-range=10.0.0.50,10.0.0.60,3600',
      '--dhcp-leasefile=/run/leases',
      '--dhcp-authoritative',
      '--no-ping',
      '--pid-file=/run/dnsmasq.pid',
    );
    await until(async () => (await plc.run('ss', '-lun')).includes(':67 '), 'a DHCP server');
    const lease = await robot.attempt(
      'busybox',
      'udhcpc',
      '-i',
      'eth0',
      '-n',
      '-q',
      '-f',
      '-t',
      '5',
      '-T',
      '1',
      '-s',
      '/bin/true',
    );
    server.kill('SIGKILL');
    assert.equal(lease.code, 0, lease.stderr);
    assert.match(lease.stderr, /lease of 10\.0\.0\.(5\d|60) obtained/);
    const { dhcp } = await driver.status(guarded);
    assert.ok((dhcp[ROBOT]?.packets ?? 0) > 0 && (dhcp[EDGE]?.packets ?? 0) > 0, JSON.stringify(dhcp));
  });

  it('lets no guest give leases through a policed link', async () => {
    const offer = request({ protocol: 'udp', sourcePort: 67, destinationPort: 68 });
    assert.equal(await arrived(ipFrame(ends(), offer)), false);
  });

  it('keeps the gateway itself out of reach', async () => {
    await lab.gateway.run('ip', 'addr', 'add', '192.0.2.1/32', 'dev', 'lo');
    const ask = async () => {
      const who = arpFrame({ sourceMac: ROBOT_MAC, targetMac: BROADCAST }, ROBOT_MAC, '10.0.0.1', '192.0.2.1');
      await wires.pass(robotWire, plcWire, [who]);
      // What the gateway says to the robot comes before this marker.
      const heard = await wires.pass(plcWire, robotWire, []);
      return heard.some(frame => frame.readUInt16BE(12) === 0x0806 && frame.readUInt32BE(28) === 0xc0000201);
    };
    await driver.remove(guarded);
    assert.equal(await ask(), true, 'without a policy Linux answers for all its addresses');
    await driver.apply(guarded);
    assert.equal(await ask(), false);
    assert.ok(((await driver.status(guarded)).dropped.host?.packets ?? 0) > 0);
  });
});

function holds(frames: readonly Buffer[], frame: Buffer): boolean {
  return frames.some(each => each.equals(frame));
}
