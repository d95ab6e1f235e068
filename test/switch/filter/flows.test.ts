// Which packets belong to a flow that is known, for how long, and what happens when no more can be kept.
import assert from 'node:assert/strict';
import { ConnectionTracking, FLOW } from '../../../runtime/switch/filter/connection-tracking.ts';
import { PolicyFilter } from '../../../runtime/switch/filter/policy-filter.ts';
import { PacketView } from '../../../runtime/switch/packet/view.ts';
import { icmpErrorFrame, ipFrame, type Packet } from '../../drivers/nftables/frame.ts';
import { link, policy, rule } from '../../drivers/nftables/policies.ts';

const ENDS = { sourceMac: '02:00:00:00:00:01', targetMac: '02:00:00:00:00:02' };
const FLAG = { syn: 0x02, synAck: 0x12, ack: 0x10, fin: 0x11, rst: 0x04 } as const;
const SECOND = 1_000;
const DAY = 86_400 * SECOND;

describe('flows through a filter', () => {
  const view = new PacketView();
  let clock: number;
  let flows: ConnectionTracking;
  beforeEach(() => {
    clock = 1;
    flows = new ConnectionTracking(1024, 1);
  });
  const request = (fields: Partial<Packet> = {}): Packet => ({
    ...{ protocol: 'udp', source: '10.0.0.1', destination: '10.0.0.2' },
    ...{ sourcePort: 40_000, destinationPort: 502, ...fields },
  });
  const answer = (packet: Packet): Packet => ({
    ...packet,
    source: packet.destination,
    destination: packet.source,
    sourcePort: packet.protocol === 'icmp' ? packet.sourcePort : packet.destinationPort,
    destinationPort: packet.sourcePort,
    reply: true,
  });
  const look = (frame: Buffer) => {
    assert.ok(view.read(frame));
    const flow = flows.look(view, clock);
    if (flow !== FLOW.invalid) flows.confirm(clock);
    return flow;
  };
  const sends = (packet: Packet) => look(ipFrame(ENDS, packet));
  const tcp = (...flags: readonly (keyof typeof FLAG | `<${keyof typeof FLAG}`)[]) =>
    flags.map(each => {
      const back = each.startsWith('<');
      const packet = request({ protocol: 'tcp' });
      const name = (back ? each.slice(1) : each) as keyof typeof FLAG;
      return sends({ ...(back ? answer(packet) : packet), flags: FLAG[name] });
    });
  const { request: asks, reply: answers, invalid, related } = FLOW;

  it('know the replies of UDP and of ICMP echo, 30 seconds after a request and two minutes into a talk', () => {
    for (const protocol of ['udp', 'icmp'] as const) {
      const packet = request({ protocol });
      assert.deepEqual([sends(packet), sends(answer(packet))], [asks, answers], protocol);
    }
    const lone = request({ sourcePort: 40_001 });
    const udp = request();
    sends(lone);
    assert.deepEqual([sends(udp), sends(answer(udp))], [asks, answers]);
    clock += 31 * SECOND;
    assert.equal(sends(answer(lone)), asks, 'it comes too late, and would begin a flow of its own');
    clock += 69 * SECOND;
    assert.equal(sends(answer(udp)), answers, 'it is a talk by now');
    clock += 121 * SECOND;
    assert.equal(sends(answer(udp)), asks, 'forgotten');
    assert.equal(sends(answer(request({ protocol: 'icmp' }))), invalid, 'an echo reply begins nothing');
  });

  it('are told apart by every one of their five parts', () => {
    sends(request());
    const others = [
      { source: '10.0.0.3' },
      { destination: '10.0.0.3' },
      { sourcePort: 40_001 },
      { destinationPort: 503 },
    ] as const;
    for (const other of others) assert.equal(sends(answer(request(other))), asks, JSON.stringify(other));
    assert.equal(
      sends({ ...answer(request({ protocol: 'tcp' })), flags: FLAG.synAck }),
      invalid,
      'TCP in place of UDP',
    );
  });

  it('take an ICMP error for theirs when it is about one of their packets and goes to its sender', () => {
    const packet = request();
    assert.equal(look(icmpErrorFrame(ENDS, packet)), invalid, 'about nothing');
    sends(packet);
    assert.equal(look(icmpErrorFrame(ENDS, packet)), related);
    assert.equal(look(icmpErrorFrame(ENDS, answer(packet))), related, 'about a reply');
    assert.equal(look(icmpErrorFrame(ENDS, request({ destinationPort: 503 }))), invalid);
    assert.equal(look(icmpErrorFrame(ENDS, packet, 0, '10.0.0.9')), invalid, 'to somebody else');
  });

  it('follow TCP from its handshake to its end', () => {
    assert.deepEqual(tcp('syn', '<synAck', 'ack', '<ack', 'fin', '<fin', 'ack'), [
      ...[asks, answers, asks, answers, asks, answers, asks],
    ]);
    clock += 121 * SECOND;
    assert.equal(flows.count(clock), 0, 'gone after the last wait');
    assert.deepEqual(tcp('<synAck', '<fin', '<rst'), [invalid, invalid, invalid], 'none of these begins a connection');
  });

  it('keep an idle TCP connection for days, a request without answer for two minutes, one that was reset hardly', () => {
    tcp('syn', '<synAck', 'ack');
    clock += 4 * DAY;
    assert.deepEqual(tcp('<ack'), [answers]);
    tcp('rst');
    clock += 11 * SECOND;
    assert.deepEqual(tcp('<fin'), [invalid]);
    tcp('syn');
    clock += 121 * SECOND;
    assert.deepEqual(tcp('<synAck'), [invalid]);
    tcp('syn', '<rst');
    assert.equal(flows.count(clock), 0, 'refused: over at once');
  });

  it('give up unanswered requests for new ones when the table is full, never a connection that stands', () => {
    flows = new ConnectionTracking(64, 1);
    tcp('syn', '<synAck', 'ack');
    for (let port = 1; port <= 5_000; port += 1) sends(request({ sourcePort: port }));
    assert.ok(flows.count(clock) <= 64);
    assert.deepEqual(tcp('<ack', 'ack'), [answers, asks]);
  });

  it('are refused and counted when there is no room but that of connections that stand', () => {
    const segment = 'segment.cell-7/cell-a';
    const edge = 'edge.cell-7/plant-edge.cell-a';
    const robot = 'port.cell-7/robot.eth0';
    const { spec } = policy([], [link('guard', edge, 'to-port', rule('all'))]);
    const filter = new PolicyFilter(spec, segment, { now: () => clock, flows: 8 });
    const passes = (packet: Packet) => {
      assert.ok(view.read(ipFrame(ENDS, packet)));
      return packet.reply ? filter.passes(edge, robot, view) : filter.passes(robot, edge, view);
    };
    const opens = (sourcePort: number) => {
      const packet = request({ protocol: 'tcp', sourcePort });
      return [packet, answer(packet), { ...packet, flags: FLAG.ack }].map(passes);
    };
    for (let port = 1; port <= 8; port += 1) assert.deepEqual(opens(port), [true, true, true]);
    assert.equal(passes(request({ protocol: 'tcp', sourcePort: 9 })), false);
    assert.equal(filter.counters().dropped.invalid.packets, 1);
    assert.equal(passes({ ...answer(request({ protocol: 'tcp', sourcePort: 1 })), flags: FLAG.ack }), true);
    clock += 6 * DAY;
    assert.equal(passes(request({ protocol: 'tcp', sourcePort: 9 })), true, 'room again once they are forgotten');
  });
});
