// Where frames of Modbus TCP go over guarded links, on the real kernel, frame by frame. In place of the proxy stands a machine
// that only looks.
import assert from 'node:assert/strict';
import { deviceName, proxyStation } from '../../../runtime/host/linux/device-name.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { Conversation } from '../../../runtime/model/conversation.ts';
import { proxyOf } from '../../../runtime/model/kinds/proxy.ts';
import { until } from '../../contract/driver-case.ts';
import { anyIpFrame, arpFrame, BROADCAST, ipFrame, type Packet, transport } from './frame.ts';
import { type OpenDriver, openDriver } from './open-driver.ts';
import { type Binding, binding, type Link, link, policy, rule } from './policies.ts';
import { type PolicyLab, policyLab } from './policy-lab.ts';
import { openWires, type Wire, type Wires } from './wire.ts';

const SEGMENT = 'segment.cell-7/cell-a';
const ROBOT = 'port.cell-7/robot.eth0';
const CAMERA = 'port.cell-7/camera.eth0';
const EDGE = 'edge.cell-7/plant-edge.cell-a';
const PLANT = 'uplink.cell-7/plant';
const ROBOT_MAC = '02:00:00:00:00:01';
const CAMERA_MAC = '02:00:00:00:00:02';
const EDGE_MAC = '02:00:00:00:00:03';
const PLC_MAC = '02:00:00:00:00:04';
const PROXY = proxyStation(proxyOf(ROBOT, SEGMENT));
const LEGS = [{ leg: EDGE, mac: EDGE_MAC }] as const;
const BOUND: readonly Binding[] = [binding(CAMERA, CAMERA_MAC, '10.0.0.2'), binding(ROBOT, ROBOT_MAC, '10.0.0.1')];

const proxied = (firewall: string, port: Address, outbound: Link['outbound']): Link => ({
  ...link(firewall, port, outbound, rule('out'), rule('in', { direction: 'inbound' })),
  proxied: { legs: [...LEGS] },
});
/** The robot's link is guarded, in both directions for other traffic open. */
const guarded = policy(BOUND, [proxied('guard', ROBOT, 'from-port')]);

describe('Modbus over a guarded link', function () {
  this.timeout(120_000);
  let lab: PolicyLab;
  let driver: OpenDriver;
  let wires: Wires;
  let robot: Wire;
  let camera: Wire;
  let plc: Wire;
  let proxy: Wire;

  before(async () => {
    lab = await policyLab();
    await lab.segment(SEGMENT);
    wires = openWires();
    const station = async (name: string, end: Address | `nic:${string}`, mac: string, ip: string, says = ip) =>
      wires.open(await lab.station(name, { end, segment: SEGMENT, mac, ip: `${ip}/24` }), mac, says);
    robot = await station('robot', ROBOT, ROBOT_MAC, '10.0.0.1');
    camera = await station('camera', CAMERA, CAMERA_MAC, '10.0.0.2');
    plc = await station('plc', 'nic:plant0', PLC_MAC, '10.0.0.4');
    proxy = await station('proxy', `nic:${PROXY.device}`, PROXY.mac, '10.0.0.5', '0.0.0.0');
    driver = await openDriver(lab);
    await driver.apply(guarded);
  });
  after(async () => {
    await driver?.close();
    await wires?.close();
    await lab?.close();
  });

  /** From the robot to the PLC; each from a port of its own, so that no flow is known already. */
  let lastPort = 40_000;
  const request = (fields: Partial<Packet> = {}): Packet => ({
    ...{ protocol: 'tcp', source: '10.0.0.1', destination: '10.0.0.4', sourcePort: ++lastPort, destinationPort: 502 },
    ...fields,
  });
  const between = (from: Wire, to: Wire) => ({ sourceMac: from.mac, targetMac: to.mac });
  const arrives = async (from: Wire, to: Wire, ...frames: readonly Buffer[]) => {
    const seen = await wires.pass(from, to, frames);
    return frames.some(frame => seen.some(one => one.includes(frame.subarray(34))));
  };
  const passes = (packet: Packet, from = robot, to = plc) => arrives(from, to, ipFrame(between(from, to), packet));
  /** What comes to the proxy of a frame from one to another, with the proxy's address. */
  const lifted = async (packet: Packet, from = robot, to = plc) => {
    const frame = ipFrame(between(from, to), packet);
    const seen = await wires.pass(from, proxy, [frame]);
    return seen.some(one => one.subarray(34).equals(frame.subarray(34)) && hexMac(one) === PROXY.mac);
  };
  const hexMac = (frame: Buffer) =>
    frame
      .subarray(0, 6)
      .toString('hex')
      .replace(/..(?!$)/g, '$&:');

  it('goes to its proxy instead, requests and answers, from the guarded end and to it', async () => {
    const back = { source: '10.0.0.4', destination: '10.0.0.1' };
    assert.equal(await lifted(request()), true, 'a request of the robot');
    assert.equal(
      await lifted(request({ sourcePort: 502, destinationPort: ++lastPort })),
      true,
      'an answer of the robot',
    );
    assert.equal(await lifted(request(back), plc, robot), true, 'a request to the robot');
    assert.equal(
      await lifted(request({ ...back, sourcePort: 502, destinationPort: ++lastPort }), plc, robot),
      true,
      'an answer to the robot',
    );
    assert.equal(await lifted(request({ ...back, source: '10.0.0.2' }), camera, robot), true, 'of a neighbour');
  });

  it('never arrives at its end but by the proxy', async () => {
    const back = { source: '10.0.0.4', destination: '10.0.0.1' };
    assert.equal(await passes(request()), false);
    assert.equal(await passes(request({ sourcePort: 502, destinationPort: ++lastPort })), false);
    assert.equal(await passes(request(back), plc, robot), false);
    assert.equal(await passes(request({ ...back, sourcePort: 502, destinationPort: ++lastPort }), plc, robot), false);
    assert.equal(await passes(request(back), proxy, robot), true, 'by the proxy');
    assert.equal(await passes(request(), proxy, plc), true, 'by the proxy');
  });

  it('does not hide in fragments', async () => {
    const pieces = (destinationPort: number, identification: number) => {
      const whole = transport(request({ destinationPort }));
      const header = { source: '10.0.0.1', destination: '10.0.0.4', protocol: 6, identification };
      const part = (body: Buffer, fragment: number) => anyIpFrame(between(robot, plc), { ...header, fragment }, body);
      return [part(whole.subarray(0, 8), 0x2000), part(whole.subarray(8), 1)];
    };
    assert.equal(await arrives(robot, plc, ...pieces(503, 1)), true, 'what is no Modbus');
    assert.equal(await arrives(robot, plc, ...pieces(502, 2)), false);
    assert.equal(await arrives(robot, plc, ...pieces(502, 3).toReversed()), false, 'the last one first');
  });

  it('arrives nowhere while there is no proxy, not even where the bridge sends what it does not know', async () => {
    await lab.gateway.run('ip', 'link', 'set', PROXY.device, 'nomaster');
    const frame = () => ipFrame(between(robot, plc), request());
    const before = (await driver.status(guarded)).dropped.direct?.packets ?? assert.fail('nothing is counted');
    assert.deepEqual([await arrives(robot, plc, frame()), await arrives(robot, camera, frame())], [false, false]);
    assert.ok(((await driver.status(guarded)).dropped.direct?.packets ?? 0) > before);
    await lab.gateway.run('ip', 'link', 'set', PROXY.device, 'master', deviceName('gws', SEGMENT));
    await lab.gateway.run('bridge', 'fdb', 'replace', PROXY.mac, 'dev', PROXY.device, 'master', 'static');
    assert.equal(await lifted(request()), true);
  });

  it('does not come in by a card that the policy does not know', async () => {
    const mac = '02:00:00:00:00:08';
    const end = { end: 'nic:late0', segment: SEGMENT, mac, ip: '10.0.0.8/24' } as const;
    const late = await wires.open(await lab.station('late', end), mac, '10.0.0.8');
    const packet = (destinationPort: number) =>
      request({ source: '10.0.0.8', destination: '10.0.0.1', destinationPort });
    assert.deepEqual([await passes(packet(502), late, robot), await passes(packet(503), late, robot)], [false, true]);
    await lab.gateway.run('ip', 'link', 'set', 'late0', 'nomaster');
  });

  it('leaves everything else of the link as it is', async () => {
    assert.equal(await passes(request({ destinationPort: 503 })), true);
    assert.equal(await passes(request({ protocol: 'udp' })), true);
    assert.equal(await passes(request({ protocol: 'icmp', sourcePort: 7, destinationPort: 0 })), true);
    assert.equal(
      await passes(request({ source: '10.0.0.2' }), camera, plc),
      true,
      'Modbus over a link without a guard',
    );
  });

  it('is the only thing a proxy may send, beside questions for addresses', async () => {
    const ask = (senderIp: string, mac = PROXY.mac) =>
      arpFrame({ sourceMac: mac, targetMac: BROADCAST }, mac, senderIp, '10.0.0.4');
    const said = async (frame: Buffer) =>
      (await wires.pass(proxy, plc, [frame])).some(one => one.subarray(0, 42).equals(frame.subarray(0, 42)));
    assert.equal(await said(ask('0.0.0.0')), true);
    assert.equal(await said(ask('10.0.0.1')), false, 'in the name of another');
    assert.equal(await said(ask('0.0.0.0', ROBOT_MAC)), false, 'with the address of another');
    assert.equal(await passes(request({ destinationPort: 503 }), proxy, plc), false);
    assert.equal(await passes(request({ protocol: 'udp' }), proxy, plc), false);
  });

  it('is read back, guarded wherever it is, and shows what somebody changes', async () => {
    const everywhere = policy(BOUND, [
      proxied('guard', EDGE, 'to-port'),
      proxied('guard', ROBOT, 'from-port'),
      proxied('guard', PLANT, 'to-port'),
    ]);
    await driver.apply(everywhere);
    assert.deepEqual(await driver.drift(everywhere), []);
    const { name } = await tableOf();
    for (const damage of [
      `flush chain bridge ${name} gw_lift`,
      `flush chain bridge ${name} gw_lift1`,
      `delete element bridge ${name} gw_lift_in1 { "plant0" }`,
      `flush set bridge ${name} gw_lift_macs1`,
      `flush set bridge ${name} gw_legs`,
      `flush chain bridge ${name} gw_proxy_sender`,
      `add element bridge ${name} gw_proxy_macs { "${PROXY.device}" . ${ROBOT_MAC} }`,
      `flush chain inet ${name} gw_p2_from_request`,
    ]) {
      await lab.gateway.run('nft', damage);
      assert.notDeepEqual(await driver.drift(everywhere), [], damage);
      await driver.apply(everywhere);
      assert.deepEqual(await driver.drift(everywhere), [], damage);
    }
    await driver.apply(guarded);
  });

  it('keeps the counters of what stays when a rule for networks changes, and begins anew when a proxy comes', async () => {
    // Nobody has this address, so nobody answers and adds to the figures.
    const silent = () => request({ destination: '10.0.0.77' });
    const count = async () => (await driver.status(guarded)).counters[`guard@${ROBOT}`]?.out?.packets;
    const open = policy(BOUND, [link('guard', ROBOT, 'from-port', ...(guarded.spec.links[0]?.rules ?? []))]);
    await driver.apply(open);
    assert.equal(await passes(silent()), true, 'without rules for Modbus port 502 is like any other');
    assert.equal(await count(), 1);
    await driver.apply(guarded);
    assert.equal(await passes(silent()), false);
    assert.equal(await count(), 1, 'to the proxy');
    const more = policy(BOUND, [{ ...proxied('guard', ROBOT, 'from-port') }]);
    const [one] = more.spec.links;
    assert.ok(one !== undefined);
    one.rules.push(rule('late', { protocol: 'udp' }));
    await driver.apply(more);
    assert.equal(await count(), 1);
    await driver.apply(guarded);
  });

  it('is heard by whoever learns rules for networks, as the conversation that it is', async () => {
    const heard: Conversation[] = [];
    const order = { firewall: 'guard', refused: false };
    const hear = (told: readonly Conversation[]) => void heard.push(...told);
    const stop = await driver.handle.conversations?.(guarded.address, order, hear, () => {});
    assert.ok(stop !== undefined);
    assert.equal(await lifted(request({ destination: '10.0.0.77' })), true);
    await until(() => heard.length > 0, 'the request');
    stop();
    assert.deepEqual(heard, [
      {
        ...{ direction: 'outbound', protocol: 'tcp', source: '10.0.0.1', destination: '10.0.0.77' },
        ...{ port: 502, packets: 1 },
      },
    ]);
  });

  async function tableOf(): Promise<{ readonly name: string }> {
    const name = /table inet (gwt[0-9a-f]{10})/.exec(await lab.gateway.run('nft', 'list', 'tables'))?.[1];
    assert.ok(name !== undefined);
    return { name };
  }
});
