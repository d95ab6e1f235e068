// What an embedded gateway does with frames: they go where the drawing says, and nowhere else.
import assert from 'node:assert/strict';
import { DORMANT } from '../../../runtime/host/driver-set.ts';
import type { Address } from '../../../runtime/model/address.ts';
import { numberToIpv4 } from '../../../runtime/model/network.ts';
import { BROADCAST, macToNumber } from '../../../runtime/switch/packet/mac.ts';
import { PacketView } from '../../../runtime/switch/packet/view.ts';
import { refusal, until } from '../../contract/driver-case.ts';
import { cellA, plant, plantEdge, resource, robotPort, vendorA, withSpec } from '../../contract/samples.ts';
import { frameOf } from '../../switch/fabric/frames.ts';
import { arpFrame, ipFrame, type Packet } from '../nftables/frame.ts';
import { type EmbeddedGateway, type EmbeddedLab, embeddedLab, type Station } from './lab.ts';

const A = macToNumber('02:00:00:00:00:07');
const B = macToNumber('02:00:00:00:00:08');
const local = withSpec(cellA, { mode: 'local' });
const portOf = (vm: string, mac: string) =>
  resource('port', `${vm}.eth0`, { ...robotPort.spec, vm, mac, ips: [] }, [cellA.address]);
const portB = portOf('robot-b', '02:00:00:00:00:08');

describe('the network of an embedded gateway', () => {
  let lab: EmbeddedLab;
  beforeEach(async () => {
    lab = await embeddedLab();
  });
  afterEach(() => lab.close());

  const nothing = (...stations: readonly Station[]) =>
    assert.deepEqual(
      stations.map(station => station.got.length),
      stations.map(() => 0),
    );

  it('switches between the guests of one segment, and not into another', async () => {
    const gateway = await lab.gateway('cell-7');
    const other = withSpec(resource('segment', 'cell-z', local.spec), { tenant: 'vendor-b', vswitch: 'cell-z' });
    const foreign = withSpec(portOf('robot-z', '02:00:00:00:00:09'), { segment: other.address, tenant: 'vendor-b' });
    await gateway.make(local, other, robotPort, portB, foreign);
    const [a, b, z] = [robotPort, portB, foreign].map(port => lab.station(port.address)) as [Station, Station, Station];
    const question = frameOf(BROADCAST, A);
    assert.ok(a.send(question));
    assert.deepEqual(b.got.splice(0), [question]);
    b.send(frameOf(A, B));
    assert.deepEqual([a.got.length, z.got.length], [1, 0]);
    const status = (await gateway.see(robotPort.address))?.status;
    assert.deepEqual(
      [status?.plugged, status?.received, status?.sent, status?.stations],
      [true, 1, 1, ['02:00:00:00:00:07']],
    );
    const segment = await gateway.see(local.address);
    assert.deepEqual(segment?.status.frames, { received: 2, forwarded: 2, copies: 0, sent: 2, drops: {} });
  });

  it('counts what leaves for a guest that is off', async () => {
    const gateway = await lab.gateway('cell-7');
    await gateway.make(local, robotPort, portB);
    lab.station(robotPort.address).send(frameOf(BROADCAST, A));
    const status = (await gateway.see(portB.address))?.status;
    assert.deepEqual([status?.sent, status?.lost], [1, 1]);
  });

  it('pulls a guest out of a segment that goes, says so, and plugs it in again', async () => {
    const gateway = await lab.gateway('cell-7');
    await gateway.make(local, robotPort, portB);
    const [a, b] = [lab.station(robotPort.address), lab.station(portB.address)];
    await gateway.remove(local.address);
    assert.equal(a.send(frameOf(BROADCAST, A)), false);
    const found = await gateway.see(robotPort.address);
    assert.equal(found?.spec.segment, undefined);
    assert.match(String(found?.status.failure), /needs segment.cell-7\/cell-a, which is not there/);
    assert.equal(await refusal(gateway.make(robotPort)), 'GW_NETWORK_ORDER');
    nothing(b);
    await gateway.make(local);
    assert.ok(a.send(frameOf(BROADCAST, A)));
    assert.equal(b.got.length, 1);
    assert.equal((await gateway.see(robotPort.address))?.spec.segment, local.address);
  });

  it('bridges a segment onto an uplink, tagged when it is a VLAN', async () => {
    const gateway = await lab.gateway('cell-7');
    const vlan = withSpec(cellA, { mode: 'vlan', vlan: 12, uplink: plant.address });
    await gateway.make(plant, vlan, robotPort);
    const [guest, plc] = [lab.station(robotPort.address), lab.station(plant.address)];
    guest.send(frameOf(BROADCAST, A));
    assert.deepEqual([...(plc.got.pop() as Uint8Array).subarray(12, 18)], [0x81, 0, 0, 12, 0x88, 0xb5]);
    plc.send(frameOf(BROADCAST, B));
    nothing(guest);
    await gateway.make(withSpec(local, { uplink: plant.address }));
    plc.send(frameOf(BROADCAST, B));
    guest.send(frameOf(B, A));
    assert.deepEqual([guest.got, plc.got], [[frameOf(BROADCAST, B)], [frameOf(B, A)]]);
  });

  it('carries an overlay between two gateways of one process, each network for itself', async () => {
    const [left, right] = [await lab.gateway('cell-7'), await lab.gateway('cell-8')];
    const there = (address: string) => address.replace('cell-7', 'cell-8');
    const farSegment = {
      ...withSpec(cellA, {
        tunnelAddress: '10.251.0.18',
        peers: [{ address: '10.251.0.17', macs: ['02:00:00:00:00:07'] }],
      }),
      address: there(cellA.address) as typeof cellA.address,
    };
    const farPort = {
      ...withSpec(portB, { segment: farSegment.address }),
      address: there(portB.address) as typeof portB.address,
    };
    await left.make(cellA, robotPort);
    await right.make(farSegment, farPort);
    const [a, b] = [lab.station(robotPort.address), lab.station(farPort.address)];
    a.send(frameOf(BROADCAST, A));
    await until(() => b.got.length > 0, 'the frame on the other gateway');
    b.send(frameOf(A, B, 1464));
    await until(() => a.got.length > 0, 'the answer');
    assert.deepEqual([b.got, a.got], [[frameOf(BROADCAST, A)], [frameOf(A, B, 1464)]]);
    const tunnel = await tunnelOf(left, cellA.address);
    assert.deepEqual([tunnel.through, tunnel.sent, tunnel.received], ['loopback', 1, 1]);

    await right.make({ ...farSegment, spec: { ...farSegment.spec, vni: 5002 } });
    a.send(frameOf(BROADCAST, A));
    b.send(frameOf(BROADCAST, B));
    for (const [gateway, address] of [
      [left, cellA.address],
      [right, farSegment.address],
    ] as const) {
      const elsewhere = async () => (await tunnelOf(gateway, address)).socket.elsewhere;
      await until(async () => (await elsewhere()) === 1, 'the frame of the other network');
    }
    assert.deepEqual([a.got.length, b.got.length], [1, 1]);
  });

  it('says that an overlay is not there when its address is taken', async () => {
    const gateway = await lab.gateway('cell-7');
    const other = await lab.gateway('cell-8');
    await gateway.make(cellA);
    const twin = { ...cellA, address: 'segment.cell-8/cell-a' } as const;
    assert.equal(await refusal(other.make(twin)), 'GW_HOST_IO');
    const found = await other.see(twin.address);
    assert.deepEqual([found?.spec.mode, found?.spec.peers, found?.spec.tenant], [undefined, undefined, 'vendor-a']);
  });

  it('holds guests to their own addresses, and to the rules of the policy', async () => {
    const gateway = await lab.gateway('cell-7');
    await gateway.make(local, vendorA, robotPort, portB);
    const [a, b] = [lab.station(robotPort.address), lab.station(portB.address)];
    a.send(frameOf(BROADCAST, B));
    nothing(b);
    const status = (await gateway.see(vendorA.address))?.status as {
      spoofed: Record<string, { mac: { packets: number } }>;
    };
    assert.equal(status.spoofed[robotPort.address]?.mac.packets, 1);
    await gateway.make(withSpec(vendorA, { bindings: [] }));
    a.send(frameOf(BROADCAST, B));
    assert.equal(b.got.length, 1);
  });

  it('routes a guest to the plant behind its own address, by the rules of the policy', async () => {
    const gateway = await lab.gateway('cell-7');
    await gateway.make(plant, local, vendorA, plantEdge, robotPort);
    const [guest, plc] = [lab.station(robotPort.address), lab.station(plant.address)];
    const ends = { sourceMac: robotPort.spec.mac, targetMac: plantEdge.spec.insideMac };
    const request: Packet = {
      ...{ protocol: 'tcp', source: '10.0.0.7', destination: '192.168.50.10', sourcePort: 40_000 },
      destinationPort: 502,
    };
    guest.send(ipFrame(ends, { ...request, destinationPort: 80 }));
    nothing(plc);
    guest.send(ipFrame(ends, request));
    const view = new PacketView();
    assert.ok(
      plc.got.length === 1 && view.read(plc.got.pop() as Uint8Array) && view.isArp,
      'the leg asks who the PLC is',
    );
    const plcMac = '02:00:00:00:50:10';
    const answer = arpFrame(
      { sourceMac: plcMac, targetMac: plantEdge.spec.outsideMac },
      plcMac,
      '192.168.50.10',
      '192.168.50.21',
    );
    answer.writeUInt16BE(2, 20);
    plc.send(answer);
    assert.ok(plc.got.length === 1 && view.read(plc.got.pop() as Uint8Array) && view.hasTransport);
    assert.deepEqual([numberToIpv4(view.sourceIp), view.targetPort], ['192.168.50.21', 502]);
    const reply = { ...request, source: '192.168.50.10', destination: '192.168.50.21', reply: true };
    plc.send(
      ipFrame(
        { sourceMac: plcMac, targetMac: plantEdge.spec.outsideMac },
        { ...reply, sourcePort: 502, destinationPort: view.sourcePort },
      ),
    );
    const last = guest.got.at(-1);
    assert.ok(last !== undefined);
    view.read(last);
    if (view.isArp) {
      const mac = robotPort.spec.mac;
      const here = arpFrame({ sourceMac: mac, targetMac: plantEdge.spec.insideMac }, mac, '10.0.0.7', '10.0.0.1');
      here.writeUInt16BE(2, 20);
      guest.send(here);
      view.read(guest.got.at(-1) as Uint8Array);
    }
    assert.ok(view.hasTransport);
    assert.deepEqual([numberToIpv4(view.targetIp), view.targetPort, view.tcpFlags], ['10.0.0.7', 40_000, 0x12]);
    const connections = async () => (await gateway.see(plantEdge.address))?.status.connections;
    assert.equal(await connections(), 1);
    await gateway.make(withSpec(plantEdge, { dns: ['192.168.50.2'], router: 'other' }));
    assert.equal(await connections(), 1, 'what the change has nothing to do with goes on');
    await gateway.make(withSpec(plantEdge, { outside: '192.168.50.22/24' }));
    assert.equal(await connections(), 0);
  });

  it('is there again after its process was started anew, and is only shown to one that soon ends', async () => {
    const first = await lab.gateway('cell-7');
    await first.make(local, vendorA, robotPort, portB);
    // Whoever starts it anew need not know when the old one is gone.
    const closing = first.close();
    await (await lab.gateway('cell-7')).close();
    await closing;
    const [a, b] = [lab.station(robotPort.address), lab.station(portB.address)];
    const looker = await lab.gateway('cell-7', DORMANT);
    assert.deepEqual((await looker.see(robotPort.address))?.spec, robotPort.spec);
    assert.equal(a.send(frameOf(BROADCAST, A)), false, 'nobody is at the other end');
    const second = await lab.gateway('cell-7');
    assert.deepEqual((await second.see(robotPort.address))?.spec, robotPort.spec);
    assert.ok(b.send(frameOf(BROADCAST, B)));
    assert.equal(a.got.length, 1);
  });
});

interface TunnelStatus {
  readonly through: string;
  readonly sent: number;
  readonly received: number;
  readonly socket: { readonly elsewhere: number };
}

async function tunnelOf(gateway: EmbeddedGateway, segment: Address<'segment'>): Promise<TunnelStatus> {
  const found = await gateway.see(segment);
  assert.ok(found?.status.tunnel !== undefined, `${segment} has no tunnel`);
  return found.status.tunnel as TunnelStatus;
}
