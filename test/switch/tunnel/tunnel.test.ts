import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TunnelPeer } from '../../../runtime/model/kinds/segment.ts';
import { SegmentSwitch, type SwitchPort } from '../../../runtime/switch/fabric/segment-switch.ts';
import { BROADCAST, macToNumber } from '../../../runtime/switch/packet/mac.ts';
import { TunnelDemux } from '../../../runtime/switch/tunnel/demux.ts';
import { TunnelEnd } from '../../../runtime/switch/tunnel/tunnel-end.ts';
import { encapsulate, networkOf } from '../../../runtime/switch/tunnel/vxlan.ts';
import { frameOf } from '../fabric/frames.ts';

const ROBOT = macToNumber('02:00:00:00:00:08');
const OURS = 0x0200_0000_0007;
const PEERS: readonly TunnelPeer[] = [
  { address: '10.251.0.18', macs: ['02:00:00:00:00:08'] },
  { address: '10.251.0.19', macs: [] },
];

/** An end that writes down, as copies, what it sends and delivers. */
function end(vni = 5001, peers = PEERS) {
  const sent: [string, Uint8Array][] = [];
  const delivered: Uint8Array[] = [];
  const tunnel = new TunnelEnd({
    ...{ vni, peers },
    send: (peer, datagram) => sent.push([peer, datagram.slice()]),
    deliver: frame => delivered.push(frame.slice()),
  });
  return { tunnel, sent, delivered };
}

function datagramOf(vni: number, frame: Uint8Array): Uint8Array {
  const into = new Uint8Array(frame.length + 8);
  assert.equal(encapsulate(vni, frame, into), into.length);
  return into;
}

describe('the tunnel between gateways', () => {
  it('puts the header of RFC 7348 before a frame', () => {
    const frame = frameOf(ROBOT, OURS);
    const datagram = datagramOf(0x123456, frame);
    assert.deepEqual([...datagram.subarray(0, 8)], [0x08, 0, 0, 0, 0x12, 0x34, 0x56, 0]);
    assert.deepEqual(datagram.subarray(8), frame);
  });

  it('reads back any network, and no other from what is cut off or has no valid network', () => {
    const vni = fc.integer({ min: 1, max: 0xffffff });
    fc.assert(
      fc.property(vni, fc.integer({ min: 14, max: 1600 }), (id, length) => {
        const datagram = datagramOf(id, frameOf(ROBOT, OURS, length));
        assert.equal(networkOf(datagram), id);
        assert.equal(networkOf(datagram.subarray(0, 21)), -1);
        assert.equal(networkOf(datagram.with(0, 0xf7)), -1);
        assert.equal(networkOf(datagram.with(0, 0xff).with(7, 0xff)), id, 'reserved bits are ignored');
      }),
    );
  });

  it('sends to the gateway a station is drawn behind, and the rest to all', () => {
    const { tunnel, sent } = end();
    const to = () => sent.splice(0).map(([peer]) => peer);
    tunnel.toPeers(frameOf(ROBOT, OURS));
    assert.deepEqual(to(), ['10.251.0.18']);
    for (const target of [BROADCAST, 0x0100_5e00_0001, 0x0200_0000_0099]) {
      tunnel.toPeers(frameOf(target, OURS));
      assert.deepEqual(to(), ['10.251.0.18', '10.251.0.19']);
    }
    const alone = end(7, []);
    alone.tunnel.toPeers(frameOf(ROBOT, OURS));
    assert.deepEqual([alone.sent, alone.tunnel.counters.nobody], [[], 1]);
  });

  it('takes datagrams of its peers only', () => {
    const { tunnel, delivered } = end();
    const frame = frameOf(OURS, ROBOT);
    tunnel.fromPeer('10.251.0.18', datagramOf(5001, frame));
    tunnel.fromPeer('10.251.0.66', datagramOf(5001, frame));
    assert.deepEqual(delivered, [frame]);
    assert.deepEqual(tunnel.counters, { sent: 0, received: 1, strangers: 1, nobody: 0 });
  });

  it('hands a datagram to the segment of its network and to no other', () => {
    const demux = new TunnelDemux();
    const [a, b] = [end(1), end(2)];
    demux.join(a.tunnel);
    const leave = demux.join(b.tunnel);
    assert.throws(() => demux.join(end(2).tunnel), /has an end already/);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.uint8Array({ maxLength: 40 }), (vni, noise) => {
        demux.receive('10.251.0.18', datagramOf(vni, frameOf(OURS, ROBOT)));
        demux.receive('10.251.0.18', noise.length === 0 ? noise : noise.with(0, 0));
        assert.equal(a.delivered.splice(0).length, vni === 1 ? 1 : 0);
        assert.equal(b.delivered.splice(0).length, vni === 2 ? 1 : 0);
      }),
    );
    assert.ok(demux.counters.malformed > 0 && demux.counters.elsewhere > 0);
    leave();
    demux.receive('10.251.0.18', datagramOf(2, frameOf(OURS, ROBOT)));
    assert.equal(b.delivered.length, 0);
  });

  it('never sends back into the tunnel what came out of it', () => {
    const guard = { admits: () => true, passes: () => true };
    const segment = new SegmentSwitch({ now: () => 0, mtu: 1450, guard });
    const sent: string[] = [];
    const tunnel = new TunnelEnd({
      ...{ vni: 1, peers: PEERS },
      send: peer => sent.push(peer),
      deliver: frame => port.receive(frame),
    });
    const port: SwitchPort = segment.attach('tunnel', frame => {
      tunnel.toPeers(frame);
      return true;
    });
    let local = 0;
    segment.attach('port.cell-7/a.eth0', () => {
      local += 1;
      return true;
    });
    for (const target of [BROADCAST, 0x0200_0000_0099, ROBOT])
      tunnel.fromPeer('10.251.0.19', datagramOf(1, frameOf(target, 0x0200_0000_0055)));
    assert.deepEqual([sent, local], [[], 3]);
  });
});
