import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { GivenPacket } from '../../runtime/explain/given-packet.ts';
import { PacketLearner } from '../../runtime/explain/learn-packets.ts';
import { explainPacket } from '../../runtime/explain/packet.ts';
import { packetFrame } from '../../runtime/explain/packet-frame.ts';
import type { PolicySpec } from '../../runtime/model/kinds/policy.ts';
import { parseCidr } from '../../runtime/model/network.ts';

const INSIDE = [parseCidr('10.0.0.0/24') ?? assert.fail()];
const MAC = '02:00:00:00:00:07';
const ROBOT = 'port.cell/robot.eth0';

const frameOf = (packet: GivenPacket) =>
  ({ time: 0, link: 'eth0', class: 'ethernet', bytes: packetFrame(packet, MAC) }) as const;

function packet(protocol: GivenPacket['protocol'], source: string, destination: string, port = 0): GivenPacket {
  return { protocol, source, destination, port, sourcePort: protocol === 'icmp' ? 0 : 40_000 };
}

function learned(packets: readonly GivenPacket[]) {
  const learner = new PacketLearner(INSIDE);
  for (const one of packets) learner.take(frameOf(one));
  return learner.propose();
}

/** Whether a firewall with the proposed rules lets a packet pass that leaves a port, or goes to it. */
function passes(packets: readonly GivenPacket[], asked: GivenPacket): boolean {
  const rules = learned(packets).rules.map(({ rule }) => rule);
  const link = { firewall: 'wall', segment: 'segment.cell/a', port: ROBOT, outbound: 'from-port', rules } as const;
  const policy: PolicySpec = {
    tenant: 'a',
    bindings: [],
    links: [{ ...link, rules: [...rules] }],
    bridgeNetfilter: true,
  };
  const places = asked.source.startsWith('10.0.0.') ? { from: ROBOT } : { to: ROBOT };
  return explainPacket(policy, asked, places as never)[0]?.accepted === true;
}

const inside = fc.constantFrom('10.0.0.5', '10.0.0.6');
const outside = fc.constantFrom('192.168.50.10', '192.168.50.11');
const one: fc.Arbitrary<GivenPacket> = fc
  .tuple(fc.constantFrom('tcp', 'udp', 'icmp'), inside, outside, fc.boolean(), fc.constantFrom(53, 502, 503, 8_080))
  .map(([protocol, near, far, out, port]) =>
    packet(protocol, out ? near : far, out ? far : near, protocol === 'icmp' ? 0 : port),
  );

/** With so many bytes behind its heads, of which only so many of all were recorded. */
function cut(given: GivenPacket, data: number, kept: number) {
  const frame = frameOf(given);
  const bytes = Buffer.concat([frame.bytes, Buffer.alloc(data)]);
  bytes.writeUInt16BE(bytes.length - 14, 16);
  return { ...frame, bytes: bytes.subarray(0, kept), length: bytes.length };
}

describe('rules learned from the packets of a network', () => {
  it('need heads only: what was cut off behind them changes nothing, and a head that is cut off says nothing', () => {
    const asked = [packet('tcp', '10.0.0.5', '192.168.50.10', 502), packet('udp', '10.0.0.5', '192.168.50.10', 53)];
    const learner = new PacketLearner(INSIDE);
    for (const one of asked) learner.take(cut(one, 1_000, 64));
    assert.deepEqual(learner.propose(), learned(asked));
    const blind = new PacketLearner(INSIDE);
    for (const one of asked) blind.take(cut(one, 1_000, 40));
    assert.deepEqual([blind.propose().taken, blind.propose().rules], [0, []]);
  });

  it('are one for conversations that differ in one thing only', () => {
    const { rules, taken } = learned([
      packet('tcp', '10.0.0.5', '192.168.50.10', 502),
      packet('tcp', '10.0.0.6', '192.168.50.10', 502),
      packet('tcp', '10.0.0.5', '192.168.50.10', 503),
      packet('tcp', '10.0.0.6', '192.168.50.10', 503),
      packet('icmp', '192.168.50.10', '10.0.0.5'),
    ]);
    assert.equal(taken, 5);
    assert.deepEqual(
      rules.map(({ rule, frames }) => [rule.id, rule.direction, rule.sources, rule.destinations, rule.ports, frames]),
      [
        ['tcp-502', 'outbound', ['10.0.0.5/32', '10.0.0.6/32'], ['192.168.50.10/32'], ['502-503'], 4],
        ['ping-in', 'inbound', ['192.168.50.10/32'], ['10.0.0.5/32'], [], 1],
      ],
    );
  });

  it('are for who began, and not for who answers', () => {
    const learner = new PacketLearner(INSIDE);
    const [there, back] = [
      packet('udp', '10.0.0.5', '192.168.50.10', 53),
      packet('udp', '192.168.50.10', '10.0.0.5', 40_000),
    ];
    learner.take(frameOf(there));
    learner.take(frameOf({ ...back, sourcePort: 53 }));
    assert.deepEqual(
      learner.propose().rules.map(({ rule, frames }) => [rule.direction, rule.ports, frames]),
      [['outbound', ['53'], 2]],
    );
  });

  it('find who serves where the recording began in the middle', () => {
    const learner = new PacketLearner(INSIDE);
    learner.take(frameOf({ ...packet('udp', '192.168.50.10', '10.0.0.5', 40_000), sourcePort: 123 }));
    assert.deepEqual(
      learner.propose().rules.map(({ rule }) => [rule.direction, rule.ports]),
      [['outbound', ['123']]],
    );
  });

  it('leave out leases, what is no IPv4, and what has no end inside, which is counted', () => {
    const learner = new PacketLearner(INSIDE);
    learner.take(frameOf({ ...packet('udp', '10.0.0.5', '10.0.0.1', 67), sourcePort: 68 }));
    learner.take({ ...frameOf(packet('icmp', '10.0.0.5', '10.0.0.6')), bytes: new Uint8Array(60) });
    learner.take(frameOf(packet('tcp', '172.16.0.1', '172.16.0.2', 22)));
    assert.deepEqual(learner.propose(), { rules: [], taken: 0, elsewhere: 1, left: 0 });
  });

  it('let pass everything that was begun, and nothing else', () =>
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 12 }), one, (packets, other) => {
        for (const begun of packets) assert.ok(passes(packets, begun), JSON.stringify(begun));
        const same = packets.some(begun => JSON.stringify(begun) === JSON.stringify(other));
        assert.equal(passes(packets, other), same, JSON.stringify(other));
      }),
    ));
});
