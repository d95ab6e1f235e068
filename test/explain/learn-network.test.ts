import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { GivenPacket } from '../../runtime/explain/given-packet.ts';
import { NetworkLearner } from '../../runtime/explain/learn-network.ts';
import { explainPacket } from '../../runtime/explain/packet.ts';
import { packetFrame } from '../../runtime/explain/packet-frame.ts';
import type { Conversation } from '../../runtime/model/conversation.ts';
import type { PolicySpec, Rule } from '../../runtime/model/kinds/policy.ts';
import { numberToIpv4 } from '../../runtime/model/network.ts';
import { PolicyFilter } from '../../runtime/switch/filter/policy-filter.ts';
import { RequestEar } from '../../runtime/switch/filter/request-ear.ts';
import { PacketView } from '../../runtime/switch/packet/view.ts';

function asking(fields: Partial<Conversation> = {}): Conversation {
  const ends = { source: '10.0.0.5', destination: '192.168.50.10', port: 502 };
  return { direction: 'outbound', protocol: 'tcp', ...ends, packets: 1, ...fields };
}

const [ROBOT, PLC] = ['port.cell/robot.eth0', 'port.cell/plc.eth0'] as const;
const MAC = '02:00:00:00:00:07';

/** A firewall between the PLC, which is on the field side, and everybody else. */
function guarded(rules: readonly Rule[]): PolicySpec {
  const link = { firewall: 'wall', segment: 'segment.cell/a', port: PLC, outbound: 'from-port' } as const;
  return { tenant: 'a', bindings: [], links: [{ ...link, rules: [...rules] }], bridgeNetfilter: true };
}

const placesOf = ({ source }: GivenPacket) =>
  source.startsWith('10.0.0.') ? ({ from: PLC, to: ROBOT } as const) : ({ from: ROBOT, to: PLC } as const);

/** What the filter of an embedded gateway, which has no rule yet, hears of packets. */
function learnedOf(packets: readonly GivenPacket[]): readonly Rule[] {
  const filter = new PolicyFilter(guarded([]), 'segment.cell/a', { now: () => 1, flows: 64 });
  const ear = new RequestEar({ firewall: 'wall', refused: true });
  filter.ears = [ear];
  const view = new PacketView();
  for (const packet of packets) {
    const { from, to } = placesOf(packet);
    view.read(packetFrame(packet, MAC));
    assert.equal(filter.passes(from, to, view), false);
  }
  const learner = new NetworkLearner();
  learner.take(ear.drain().heard);
  return learner.propose().rules.map(({ rule }) => rule);
}

const field = fc.constantFrom('10.0.0.5', '10.0.0.6');
const cloud = fc.constantFrom('192.168.50.10', '192.168.50.11');
const one: fc.Arbitrary<GivenPacket> = fc
  .tuple(fc.constantFrom('tcp', 'udp', 'icmp'), field, cloud, fc.boolean(), fc.constantFrom(53, 502, 503, 8_080))
  .map(([protocol, near, far, out, port]) => ({
    ...{ protocol, source: out ? near : far, destination: out ? far : near },
    ...(protocol === 'icmp' ? { port: 0, sourcePort: 0 } : { port, sourcePort: 40_000 }),
  }));

describe('rules learned from what is asked through a firewall', () => {
  it('are one for what differs in one thing only, for the direction that was told', () => {
    const learner = new NetworkLearner();
    learner.take([
      asking(),
      asking({ port: 503, packets: 4 }),
      asking({ direction: 'inbound', protocol: 'icmp', port: 0 }),
    ]);
    learner.take([asking({ packets: 2 })]);
    const { rules, taken, left } = learner.propose();
    assert.deepEqual([taken, left], [8, 0]);
    assert.deepEqual(
      rules.map(({ rule, frames }) => [rule.id, rule.direction, rule.protocol, rule.ports, frames]),
      [
        ['tcp-502', 'outbound', 'tcp', ['502-503'], 7],
        ['ping-in', 'inbound', 'icmp', [], 1],
      ],
    );
  });

  it('are at most 256, those that were needed most, and what has none is counted', () => {
    const learner = new NetworkLearner();
    // Each with a source, a destination and a port of its own, so that none can be put together with another.
    const many = Array.from({ length: 300 }, (_, index) =>
      asking({
        ...{ source: numberToIpv4(0x0a000000 + index), destination: numberToIpv4(0xc0a80000 + index) },
        ...{ port: 1_000 + index * 2, packets: index < 44 ? 1 : 10 },
      }),
    );
    learner.take(many);
    const { rules, taken, left } = learner.propose();
    assert.deepEqual([rules.length, taken, left], [256, 44 + 2_560, 44]);
    assert.ok(rules.every(({ frames }) => frames === 10));
  });

  it('take no more memory than for 4096 conversations, and count what they leave', () => {
    const learner = new NetworkLearner();
    learner.take(Array.from({ length: 4_100 }, (_, index) => asking({ port: index + 1 })));
    learner.take([asking({ port: 1, packets: 2 })]);
    const { rules, taken, left } = learner.propose();
    assert.deepEqual([taken, left], [4_098, 4]);
    assert.deepEqual(rules[0]?.rule.ports, ['1-4096']);
  });

  it('let pass everything that a filter refused, and nothing else', () =>
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 12 }), one, (packets, other) => {
        const policy = guarded(learnedOf(packets));
        const passes = (packet: GivenPacket) => explainPacket(policy, packet, placesOf(packet))[0]?.accepted;
        for (const begun of packets) assert.equal(passes(begun), true, JSON.stringify(begun));
        const same = packets.some(begun => JSON.stringify(begun) === JSON.stringify(other));
        assert.equal(passes(other), same, JSON.stringify(other));
      }),
    ));
});
