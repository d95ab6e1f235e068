import assert from 'node:assert/strict';
import { NetworkLearner } from '../../runtime/explain/learn-network.ts';
import type { Conversation } from '../../runtime/model/conversation.ts';
import { numberToIpv4 } from '../../runtime/model/network.ts';

function asking(fields: Partial<Conversation> = {}): Conversation {
  const ends = { source: '10.0.0.5', destination: '192.168.50.10', port: 502 };
  return { direction: 'outbound', protocol: 'tcp', ...ends, packets: 1, ...fields };
}

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
});
