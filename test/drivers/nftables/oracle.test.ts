// Random policies and random packets on the real kernel, against a pure function that says what a policy means.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Address } from '../../../runtime/model/address.ts';
import { type Ends, ipFrame, type Packet, readPacket } from './frame.ts';
import { type OpenDriver, openDriver } from './open-driver.ts';
import { evaluate } from './oracle.ts';
import { binding, type Link, policy, type Rule } from './policies.ts';
import { type PolicyLab, policyLab } from './policy-lab.ts';
import { openWires, type Wire, type Wires } from './wire.ts';

const SEGMENT = 'segment.cell-7/cell-a';
const ROBOT = 'port.cell-7/robot.eth0';
const CAMERA = 'port.cell-7/camera.eth0';
const EDGE = 'edge.cell-7/plant-edge.cell-a';
const UPLINK = 'uplink.cell-7/plant';
const PLACES = [ROBOT, CAMERA, EDGE, UPLINK] as const;
const MAC = {
  [ROBOT]: '02:00:00:00:00:01',
  [CAMERA]: '02:00:00:00:00:02',
  [EDGE]: '02:00:00:00:00:03',
  [UPLINK]: '02:00:00:00:00:04',
};

const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '192.168.50.10'];
const NETWORKS = [
  '10.0.0.1/32',
  '10.0.0.0/31',
  '10.0.0.0/24',
  '10.0.0.0/16',
  '192.168.50.10/32',
  '192.168.0.0/16',
  '0.0.0.0/0',
];

const network = fc.uniqueArray(fc.constantFrom(...NETWORKS), { maxLength: 3 });
const ports = fc.uniqueArray(fc.constantFrom('502', '503', '500-600', '80', '1-65535'), { maxLength: 3 });
const someRule = fc.record({
  direction: fc.constantFrom('outbound', 'inbound'),
  action: fc.constantFrom('accept', 'drop'),
  protocol: fc.constantFrom('any', 'tcp', 'udp', 'icmp'),
  sources: network,
  destinations: network,
  ports,
  log: fc.boolean(),
} satisfies { [F in keyof Omit<Rule, 'id'>]: fc.Arbitrary<Rule[F]> });

/** Most rules accept: with two firewalls on the way, little would pass otherwise. */
const rules = fc.array(
  fc.oneof({ weight: 3, arbitrary: someRule }, { weight: 2, arbitrary: someRule.map(accepting) }),
  { maxLength: 7 },
);

function accepting<R extends Pick<Rule, 'action'>>(rule: R): R {
  return { ...rule, action: 'accept' };
}

const someLink = fc.record({
  port: fc.constantFrom(...PLACES),
  outbound: fc.constantFrom('from-port', 'to-port'),
  rules,
});
const links = fc.array(someLink, { maxLength: 5 }).map(list =>
  list.map(
    (each, index): Link => ({
      firewall: `firewall-${index}`,
      segment: SEGMENT,
      port: each.port,
      outbound: each.outbound as Link['outbound'],
      rules: each.rules.map((rule, number) => {
        const withPorts = rule.protocol === 'tcp' || rule.protocol === 'udp';
        return { id: `rule-${number}`, ...rule, ports: withPorts ? rule.ports : [] } as Rule;
      }),
    }),
  ),
);

const shot = fc.record({
  from: fc.constantFrom(...PLACES),
  to: fc.constantFrom(...PLACES),
  protocol: fc.constantFrom('tcp', 'udp', 'icmp'),
  source: fc.constantFrom(...ADDRESSES),
  destination: fc.constantFrom(...ADDRESSES),
  destinationPort: fc.constantFrom(80, 502, 503, 600),
});
const shots = fc.array(shot, { minLength: 20, maxLength: 20 }).map(list => list.filter(each => each.from !== each.to));

describe('nftables and the meaning of a policy', function () {
  this.timeout(180_000);
  let lab: PolicyLab;
  let driver: OpenDriver;
  let wires: Wires;
  const wire = new Map<Address, Wire>();
  /** Numbers every flow, so that none is taken for the reply to another. */
  let flow = 10_000;

  before(async () => {
    lab = await policyLab();
    await lab.segment(SEGMENT);
    wires = openWires();
    for (const [index, place] of PLACES.entries()) {
      const end = place === UPLINK ? 'nic:plant0' : place;
      const machine = await lab.station(`station-${index}`, { end, segment: SEGMENT, mac: MAC[place] });
      wire.set(place, await wires.open(machine, MAC[place], '10.0.0.1'));
    }
    driver = await openDriver(lab);
  });
  after(async () => {
    await driver?.close();
    await wires?.close();
    await lab?.close();
  });

  /** Sends one packet and tells whether it came through. */
  async function passes(from: Address, to: Address, packet: Packet): Promise<boolean> {
    const [sender, receiver] = [wire.get(from), wire.get(to)];
    assert.ok(sender !== undefined && receiver !== undefined);
    const ends: Ends = { sourceMac: sender.mac, targetMac: receiver.mac };
    const arrived = await wires.pass(sender, receiver, [ipFrame(ends, packet)]);
    return arrived.some(frame => {
      const found = readPacket(frame);
      return (
        found?.sourcePort === packet.sourcePort && found.protocol === packet.protocol && found.source === packet.source
      );
    });
  }

  it('decide and count alike, requests and their replies, for random rules and packets', async () => {
    await fc.assert(
      fc.asyncProperty(links, shots, async (drawn, packets) => {
        const subject = policy([binding(ROBOT, MAC[ROBOT]), binding(CAMERA, MAC[CAMERA])], drawn);
        await driver.remove(subject);
        await driver.apply(subject);
        assert.deepEqual(await driver.drift(subject), []);
        const expected = new Map<string, number>();
        const count = (counted: ReturnType<typeof evaluate>['counted']) => {
          for (const [place, id] of counted) expected.set(`${place} ${id}`, (expected.get(`${place} ${id}`) ?? 0) + 1);
        };
        for (const { from, to, ...rest } of packets) {
          const packet: Packet = { ...rest, protocol: rest.protocol as Packet['protocol'], sourcePort: ++flow };
          const verdict = evaluate(subject.spec, from, to, packet);
          assert.equal(await passes(from, to, packet), verdict.passes, `${from} to ${to}: ${JSON.stringify(packet)}`);
          count(verdict.counted);
          if (!verdict.passes) continue;
          const reply = answerTo(packet);
          assert.equal(await passes(to, from, reply), true, `the reply to ${JSON.stringify(packet)}`);
          count(verdict.counted);
        }
        assert.deepEqual(nonZero(await driver.status(subject)), Object.fromEntries([...expected].sort()));
      }),
      { numRuns: 60, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: true },
    );
  });
});

function answerTo(packet: Packet): Packet {
  const { source, destination, sourcePort, destinationPort } = packet;
  const icmp = packet.protocol === 'icmp';
  return {
    protocol: packet.protocol,
    source: destination,
    destination: source,
    sourcePort: icmp ? sourcePort : destinationPort,
    destinationPort: icmp ? 0 : sourcePort,
    reply: true,
  };
}

function nonZero({ counters }: { counters: Readonly<Record<string, Readonly<Record<string, { packets: number }>>>> }) {
  const all = Object.entries(counters).flatMap(([place, rules]) =>
    Object.entries(rules).map(([id, { packets }]) => [`${place} ${id}`, packets] as const),
  );
  return Object.fromEntries(all.filter(([, packets]) => packets > 0).sort());
}
