import assert from 'node:assert/strict';
import fc from 'fast-check';
import { givenPacket, packetText } from '../../runtime/explain/given-packet.ts';
import { explainPacket } from '../../runtime/explain/packet.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { PolicedLink, PolicySpec, Rule } from '../../runtime/model/kinds/policy.ts';

const SEGMENT = 'segment.cell-7/cell-a';
const ROBOT = 'port.cell-7/robot.eth0';
const EDGE = 'edge.cell-7/plant.cell-a';

function rule(id: string, fields: Partial<Rule> = {}): Rule {
  const any = { direction: 'outbound', action: 'accept', protocol: 'any' } as const;
  return { id, ...any, sources: [], destinations: [], ports: [], log: false, ...fields };
}

function link(firewall: string, port: Address, rules: readonly Rule[], fields: Partial<PolicedLink> = {}): PolicedLink {
  return { firewall, segment: SEGMENT, port, outbound: 'from-port', rules: [...rules], ...fields };
}

function policy(...links: readonly PolicedLink[]): PolicySpec {
  const binding = { port: ROBOT, segment: SEGMENT, mac: '02:00:00:00:00:07', ips: ['10.0.0.7'] } as const;
  return { tenant: 'a', bindings: [{ ...binding, ips: [...binding.ips] }], links: [...links], bridgeNetfilter: true };
}

const PLC = rule('plc', { protocol: 'tcp', destinations: ['192.168.50.10/32'], ports: ['502'] });
const OUT = givenPacket('tcp 10.0.0.7:40000 > 192.168.50.10:502');

describe('why a packet passes the rules of a network', () => {
  it('names every firewall on its way with the rule that lets it pass', () => {
    const both = policy(link('inner', ROBOT, [PLC]), link('outer', EDGE, [rule('all')], { outbound: 'to-port' }));
    assert.deepEqual(explainPacket(both, OUT), [
      {
        ...{ says: 'tcp 10.0.0.7:40000 > 192.168.50.10:502', segment: SEGMENT, from: ROBOT, to: EDGE },
        ...{ accepted: true, spoofed: false, proxied: false, gates: [] },
        guards: [
          { firewall: 'inner', port: ROBOT, accepted: true, by: { rule: 'plc', number: 1 } },
          { firewall: 'outer', port: EDGE, accepted: true, by: { rule: 'all', number: 1 } },
        ],
      },
    ]);
  });

  it('names the rule that nearly accepts, and each part that is otherwise', () => {
    const rules = [rule('time', { protocol: 'udp', ports: ['123'] }), PLC];
    const [explained] = explainPacket(
      policy(link('wall', ROBOT, rules)),
      givenPacket('tcp 10.0.0.7 > 192.168.50.10:80'),
    );
    assert.deepEqual(explained?.guards, [
      {
        ...{ firewall: 'wall', port: ROBOT, accepted: false },
        nearest: { rule: 'plc', number: 2, differs: ['it is not true that the port is 502: it is 80'] },
      },
    ]);
  });

  it('holds a packet to the port against the rules for the other direction', () => {
    const back = givenPacket('tcp 192.168.50.10:40000 > 10.0.0.7:502');
    const [explained] = explainPacket(policy(link('wall', ROBOT, [rule('out')])), back);
    assert.deepEqual(explained?.guards[0]?.nearest?.differs, [
      'it is not true that the request is outbound: it is inbound',
    ]);
  });

  it('says that port security refuses a foreign sender', () => {
    const from = explainPacket(policy(link('wall', ROBOT, [rule('all')])), givenPacket('icmp 10.0.0.9 > 10.0.0.1'), {
      from: ROBOT,
    });
    assert.deepEqual([from[0]?.accepted, from[0]?.spoofed, from[0]?.guards[0]?.accepted], [false, true, true]);
  });

  it('says nothing of a packet that crosses no firewall', () =>
    assert.deepEqual(explainPacket(policy(link('wall', EDGE, [])), givenPacket('icmp 10.9.9.9 > 10.8.8.8')), []));

  it('says that Modbus on a guarded link goes through its proxy', () => {
    const [explained] = explainPacket(policy(link('wall', ROBOT, [PLC], { proxied: { legs: [] } })), OUT);
    assert.equal(explained?.proxied, true);
  });

  it('decides as the first rule that fits does, whatever the rules are', () => {
    const some = fc.record({
      action: fc.constantFrom('accept', 'drop'),
      protocol: fc.constantFrom('any', 'tcp', 'udp'),
      destinations: fc.subarray(['192.168.50.10/32', '10.0.0.0/8']),
      direction: fc.constantFrom('outbound', 'inbound'),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 6 }), list => {
        const rules = list.map((one, place) => rule(`rule-${place}`, one as Partial<Rule>));
        const [explained] = explainPacket(policy(link('wall', ROBOT, rules)), OUT);
        const first = rules.find(
          ({ direction, protocol, destinations }) =>
            direction === 'outbound' &&
            protocol !== 'udp' &&
            (destinations.length === 0 || destinations.includes('192.168.50.10/32')),
        );
        assert.equal(explained?.guards[0]?.by?.rule, first?.id);
        assert.equal(explained?.accepted, first?.action === 'accept');
        const near = rules[(explained?.guards[0]?.nearest?.number ?? 0) - 1];
        assert.ok(near === undefined || near.action === 'accept');
      }),
    );
  });
});

describe('a packet that somebody names', () => {
  for (const text of [
    'tcp 10.0.0.7:40000 > 192.168.50.10:502',
    'TCP 10.0.0.7:40000 -> 192.168.50.10:502',
    'gw: IN=br0 OUT=br0 SRC=10.0.0.7 DST=192.168.50.10 LEN=60 TTL=64 ID=1 DF PROTO=TCP SPT=40000 DPT=502 WINDOW=64240 SYN',
  ])
    it(`is understood: ${text.slice(0, 20)}`, () => assert.equal(packetText(givenPacket(text)), packetText(OUT)));
  for (const text of [
    '',
    'tcp 10.0.0.7 > 10.0.0.8',
    'tcp 300.0.0.7 > 10.0.0.8:1',
    'sctp 1.1.1.1 > 1.1.1.2:3',
    'udp 1.1.1.1:0 > 1.1.1.2:70000',
  ])
    it(`is refused when it is none: ${text}`, () =>
      assert.throws(() => givenPacket(text), { code: 'GW_PACKET_UNREADABLE' }));
});
