// Random policies and packets on the filter, against the pure function that the kernel's verdicts are held against too.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PolicyFilter } from '../../../runtime/switch/filter/policy-filter.ts';
import { PacketView } from '../../../runtime/switch/packet/view.ts';
import { ipFrame, type Packet } from '../../drivers/nftables/frame.ts';
import { evaluate } from '../../drivers/nftables/oracle.ts';
import { type Link, policy, type Rule } from '../../drivers/nftables/policies.ts';

const SEGMENT = 'segment.cell-7/cell-a';
const PLACES = ['port.cell-7/robot.eth0', 'edge.cell-7/plant-edge.cell-a', 'uplink.cell-7/plant'] as const;
const MACS = { sourceMac: '02:00:00:00:00:01', targetMac: '02:00:00:00:00:02' };
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '192.168.50.10'];
const networks = fc.subarray([
  '10.0.0.1/32',
  '10.0.0.0/31',
  '10.0.0.0/24',
  '10.0.0.0/16',
  '192.168.0.0/16',
  '0.0.0.0/0',
]);
const protocol = fc.constantFrom<Packet['protocol']>('tcp', 'udp', 'icmp');
const rules = fc.array(
  fc
    .record({
      direction: fc.constantFrom<Rule['direction']>('outbound', 'inbound'),
      action: fc.constantFrom<Rule['action']>('accept', 'accept', 'drop'),
      protocol: fc.constantFrom<Rule['protocol']>('any', 'tcp', 'udp', 'icmp'),
      sources: networks,
      destinations: networks,
      ports: fc.subarray(['502', '503', '500-600', '80', '1-65535']),
    })
    .map(each => (each.protocol === 'tcp' || each.protocol === 'udp' ? each : { ...each, ports: [] })),
  { maxLength: 7 },
);
const links = fc.array(
  fc.record({
    port: fc.constantFrom(...PLACES),
    outbound: fc.constantFrom<Link['outbound']>('from-port', 'to-port'),
    rules,
  }),
  { maxLength: 5 },
);
const shots = fc.array(
  fc.record({
    from: fc.constantFrom(...PLACES),
    to: fc.constantFrom(...PLACES),
    protocol,
    source: fc.constantFrom(...ADDRESSES),
    destination: fc.constantFrom(...ADDRESSES),
    destinationPort: fc.constantFrom(80, 502, 503, 600),
  }),
  { minLength: 20, maxLength: 20 },
);

describe('the filter and the meaning of a policy', () => {
  it('decide and count alike for random rules and packets', () => {
    const view = new PacketView();
    fc.assert(
      fc.property(links, shots, (drawn, packets) => {
        const list = drawn.map(
          (each, index): Link => ({
            ...each,
            firewall: `firewall-${index}`,
            segment: SEGMENT,
            rules: each.rules.map((rule, number) => ({ id: `rule-${number}`, log: false, ...rule })),
          }),
        );
        const { spec } = policy([], list);
        const filter = new PolicyFilter(spec, SEGMENT, { now: () => 1, flows: 1024 });
        const expected = new Map<string, number>();
        for (const [index, { from, to, ...rest }] of packets.entries()) {
          if (from === to) continue;
          const packet: Packet = { ...rest, sourcePort: 10_000 + index };
          const verdict = evaluate(spec, from, to, packet);
          view.read(ipFrame(MACS, packet));
          assert.equal(filter.passes(from, to, view), verdict.passes, `${from} to ${to}: ${JSON.stringify(packet)}`);
          for (const [place, id] of verdict.counted)
            expected.set(`${place} ${id}`, (expected.get(`${place} ${id}`) ?? 0) + 1);
        }
        for (const [place, counters] of Object.entries(filter.counters().counters))
          for (const [id, { packets: counted }] of Object.entries(counters))
            assert.equal(counted, expected.get(`${place} ${id}`) ?? 0, `${place} ${id}`);
      }),
      { numRuns: 500 },
    );
  });
});
