// Links of an embedded gateway that wait for attestation gates.
import assert from 'node:assert/strict';
import type { PolicySpec } from '../../../runtime/model/kinds/policy.ts';
import { until } from '../../contract/driver-case.ts';
import { cellA, resource, robotPort, withSpec } from '../../contract/samples.ts';
import { arpFrame, BROADCAST, ipFrame } from '../nftables/frame.ts';
import { type EmbeddedGateway, type EmbeddedLab, embeddedLab, type Station } from './lab.ts';

const [A, B, C] = ['02:00:00:00:00:07', '02:00:00:00:00:08', '02:00:00:00:00:09'];
const local = withSpec(cellA, { mode: 'local' });
const robot = withSpec(robotPort, { ips: [] });
const other = resource('port', 'robot-b.eth0', { ...robot.spec, vm: 'robot-b', mac: B }, [cellA.address]);
const BOOT = 'gate.cell-7/boot';
const everything = (['outbound', 'inbound'] as const).map(direction => ({
  ...{ id: direction, direction, action: 'accept' as const, protocol: 'any' as const },
  ...{ sources: [], destinations: [], ports: [], log: false },
}));
const spec: PolicySpec = {
  tenant: local.spec.tenant,
  bindings: [],
  links: [
    {
      ...{ firewall: 'boot', segment: local.address, port: robot.address, outbound: 'from-port', rules: everything },
      gates: [{ by: BOOT, otherwise: 'block' }],
    },
  ],
  bridgeNetfilter: true,
};
const policy = resource('policy', local.spec.tenant, spec);

describe('links of an embedded gateway that wait for gates', () => {
  let lab: EmbeddedLab;
  let gateway: EmbeddedGateway;
  let a: Station;
  let b: Station;
  let asked = 0;
  beforeEach(async () => {
    lab = await embeddedLab();
    gateway = await lab.gateway('cell-7');
    await gateway.make(local, policy, robot, other);
    [a, b] = [lab.station(robot.address), lab.station(other.address)];
  });
  afterEach(() => lab.close());

  /** Whether a new question gets from the robot to the other. */
  function passes(): boolean {
    asked += 1;
    const packet = { protocol: 'udp', source: '10.0.0.7', destination: '10.0.0.8' } as const;
    a.send(ipFrame({ sourceMac: A, targetMac: B }, { ...packet, sourcePort: 20_000 + asked, destinationPort: 502 }));
    return b.got.splice(0).length > 0;
  }
  /** Whether an answer to the last question gets back. */
  function returns(): boolean {
    const packet = { protocol: 'udp', source: '10.0.0.8', destination: '10.0.0.7' } as const;
    b.send(ipFrame({ sourceMac: B, targetMac: A }, { ...packet, sourcePort: 502, destinationPort: 20_000 + asked }));
    return a.got.splice(0).length > 0;
  }

  it('carry nothing until their gate opens, and nothing more once it closed, answers on the way included', async () => {
    assert.equal(passes(), false);
    await gateway.openGate(BOOT, 60_000);
    assert.deepEqual([passes(), returns()], [true, true]);
    assert.equal(passes(), true);
    await gateway.openGate(BOOT, 0);
    assert.deepEqual([returns(), passes()], [false, false]);
  });

  it('carry no ARP and no request for a lease either while their gate is closed, and count what they refuse', async () => {
    const refused = async () => (await gateway.see(policy.address))?.status.gates;
    const arp = arpFrame({ sourceMac: A, targetMac: BROADCAST }, A, '10.0.0.7', '10.0.0.8');
    const lease = { protocol: 'udp', source: '0.0.0.0', destination: '255.255.255.255' } as const;
    const frames = [
      arp,
      ipFrame({ sourceMac: A, targetMac: BROADCAST }, { ...lease, sourcePort: 68, destinationPort: 67 }),
    ];
    for (const frame of frames) a.send(frame);
    assert.equal(b.got.splice(0).length, 0);
    const bytes = frames.reduce((sum, frame) => sum + frame.length - 14, 0); // as Linux counts them
    assert.deepEqual(await refused(), { [BOOT]: { packets: 2, bytes } });
    await gateway.openGate(BOOT, 60_000);
    for (const frame of frames) a.send(frame);
    assert.equal(b.got.splice(0).length, 2);
    assert.deepEqual(await refused(), { [BOOT]: { packets: 2, bytes } });
  });

  it('leave links alone that wait for nothing', async () => {
    const camera = resource('port', 'camera.eth0', { ...robot.spec, vm: 'camera', mac: C }, [cellA.address]);
    await gateway.make(camera);
    const c = lab.station(camera.address);
    c.send(
      ipFrame(
        { sourceMac: C, targetMac: B },
        {
          ...{ protocol: 'udp', source: '10.0.0.9', destination: '10.0.0.8', sourcePort: 20_000, destinationPort: 502 },
        },
      ),
    );
    assert.equal(b.got.splice(0).length, 1);
  });

  it('are cut by themselves when the time is over', async () => {
    await gateway.openGate(BOOT, 100);
    await until(async () => !passes(), 'the end of the time');
  });

  it('are observed as they are drawn, open or not, and closed after a new start', async () => {
    assert.deepEqual((await gateway.see(policy.address))?.spec, spec);
    await gateway.openGate(BOOT, 60_000);
    assert.deepEqual((await gateway.see(policy.address))?.spec, spec);
    await gateway.close();
    gateway = await lab.gateway('cell-7');
    assert.deepEqual((await gateway.see(policy.address))?.spec, spec);
    assert.equal(passes(), false);
  });
});
