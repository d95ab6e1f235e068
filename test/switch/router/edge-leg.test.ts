import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addWords, foldSum } from '../../../runtime/switch/packet/checksum.ts';
import { numberToMac } from '../../../runtime/switch/packet/mac.ts';
import { PacketView } from '../../../runtime/switch/packet/view.ts';
import { arpFrame, BROADCAST, ipFrame, type Packet, readPacket } from '../../drivers/nftables/frame.ts';
import { fault, INSIDE_MAC, INWARD, ip, legWorld, OUTSIDE_MAC, OUTWARD, SPEC } from './leg-world.ts';

const OUT: Packet = {
  ...{ protocol: 'tcp', source: '10.0.0.7', destination: '192.168.50.10' },
  ...{ sourcePort: 40_000, destinationPort: 502 },
};
const PROTOCOLS = ['tcp', 'udp', 'icmp'] as const;

/** The answer to a packet that arrived. */
function answerTo(frame: Buffer | undefined): Packet {
  const seen = frame === undefined ? undefined : readPacket(frame);
  assert.ok(seen, 'a packet arrived');
  if (seen.protocol === 'icmp') return { ...seen, source: seen.destination, destination: seen.source, reply: true };
  const ports = { sourcePort: seen.destinationPort, destinationPort: seen.sourcePort };
  return { ...seen, ...ports, source: seen.destination, destination: seen.source, reply: true };
}

/** With a byte of the IPv4 header changed and its checksum made right. */
function patched(frame: Buffer, at: number, value: number): Buffer {
  frame.writeUInt8(value, 14 + at);
  frame.writeUInt16BE(0, 24);
  frame.writeUInt16BE(foldSum(addWords(0, frame, 14, 34)), 24);
  return frame;
}

/** An ICMP error about a packet, as a router beyond would send it. */
function errorAbout(about: Buffer, from: string, to: string, type: number): Buffer {
  const base = ipFrame(INWARD, { protocol: 'icmp', source: from, destination: to, sourcePort: 0, destinationPort: 0 });
  const frame = Buffer.concat([base.subarray(0, 34), Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]), about.subarray(14, 42)]);
  frame.writeUInt16BE(foldSum(addWords(0, frame, 34, frame.length)), 36);
  frame.writeUInt16BE(frame.length - 14, 16);
  return patched(frame, 8, 64);
}

describe('a routed leg of the embedded back end', () => {
  it('sends packets on under its own address, and brings back what answers them', () => {
    for (const protocol of PROTOCOLS) {
      const world = legWorld();
      const [sent] = world.out({ ...OUT, protocol });
      assert.equal(world.outside.length, 1, protocol);
      const view = new PacketView();
      assert.ok(sent && view.read(sent));
      assert.equal(fault(sent), undefined);
      assert.deepEqual([view.sourceIp, view.targetIp, view.ttl], [ip('192.168.50.2'), ip('192.168.50.10'), 63]);
      assert.deepEqual([numberToMac(view.sourceMac), numberToMac(view.targetMac)], [SPEC.outsideMac, OUTSIDE_MAC]);
      const [back] = world.in(answerTo(sent));
      assert.equal(world.inside.length, 1, protocol);
      assert.ok(back && view.read(back));
      assert.equal(fault(back), undefined);
      assert.deepEqual([view.sourceIp, view.targetIp], [ip('192.168.50.10'), ip('10.0.0.7')]);
      assert.equal(numberToMac(view.targetMac), INSIDE_MAC);
      if (protocol === 'icmp') assert.equal(view.icmpId, 40_000);
      else assert.deepEqual([view.sourcePort, view.targetPort], [502, 40_000]);
    }
  });

  it('keeps connections apart that want the same port, for every protocol', () => {
    for (const protocol of PROTOCOLS) {
      const world = legWorld();
      const stations = ['10.0.0.7', '10.0.0.8', '10.0.0.9'];
      const answers = stations.map(source => answerTo(world.out({ ...OUT, protocol, source })[0]));
      const reached = answers.map(answer => readPacket(world.in(answer)[0] as Buffer)?.destination);
      assert.deepEqual(reached, stations, protocol);
    }
  });

  it('shows a low port as another low port, every one once, and drops what has none left', () => {
    const world = legWorld();
    const shown = new Set<number>();
    for (let station = 2; station < 252; station += 1)
      for (const destinationPort of [502, 503]) {
        const packet = { ...OUT, source: `10.0.0.${station}`, sourcePort: 100, destinationPort };
        const [sent] = world.out({ ...packet, protocol: 'udp' });
        const seen = readPacket(sent as Buffer);
        assert.ok(seen && seen.sourcePort >= 1 && seen.sourcePort < 512, `${seen?.sourcePort}`);
        shown.add(seen.sourcePort * 65_536 + destinationPort);
      }
    assert.equal(shown.size, 500);
    const all = legWorld({ inside: '10.0.0.1/16' });
    for (let station = 1; station <= 600; station += 1)
      all.out({ ...OUT, protocol: 'udp', source: `10.0.${1 + (station >>> 8)}.${station & 0xff}`, sourcePort: 100 });
    const { fates, connections } = all.leg.counters();
    assert.ok(fates.forwarded === connections && connections <= 511, `${connections} connections`);
    assert.equal(fates.full, 600 - connections);
  });

  it('refuses packets with IPv4 options', () => {
    const plain = ipFrame(OUTWARD, OUT);
    const frame = Buffer.concat([plain.subarray(0, 34), Buffer.from([1, 1, 1, 0]), plain.subarray(34)]);
    frame.writeUInt8(0x46, 14);
    frame.writeUInt16BE(frame.length - 14, 16);
    frame.writeUInt16BE(0, 24);
    frame.writeUInt16BE(foldSum(addWords(0, frame, 14, 38)), 24);
    const world = legWorld();
    assert.deepEqual(world.out(frame), []);
    assert.equal(world.leg.counters().fates.refused, 1);
  });

  it('without NAT routes to and fro with the addresses as they are', () => {
    const world = legWorld({ nat: false });
    const [sent] = world.out(OUT);
    assert.equal(readPacket(sent as Buffer)?.source, '10.0.0.7');
    assert.equal(world.in(answerTo(sent)).length, 1);
  });

  it('lets nothing in that nobody inside started', () => {
    for (const nat of [true, false])
      for (const protocol of PROTOCOLS)
        for (const reply of [true, false]) {
          const world = legWorld({ nat });
          const packet = { ...OUT, protocol, reply, source: '192.168.50.10', destination: '10.0.0.7' };
          assert.deepEqual(world.in(packet), [], `${protocol} ${nat} ${reply}`);
        }
    const world = legWorld();
    world.out(OUT);
    assert.deepEqual(world.in({ ...OUT, source: '192.168.50.10', destination: '192.168.50.2', reply: true }), []);
  });

  it('forgets a connection when its time is over', () => {
    const world = legWorld();
    const answer = answerTo(world.out({ ...OUT, protocol: 'udp' })[0]);
    world.clock.now = 29_000;
    assert.equal(world.in(answer).length, 1);
    world.clock.now += 119_000;
    assert.equal(world.in(answer).length, 1);
    world.clock.now += 121_000;
    assert.equal(world.in(answer).length, 0);
  });

  it("brings an error from beyond to the station whose packet it is about, in that station's words", () => {
    for (const protocol of PROTOCOLS) {
      const world = legWorld();
      const [sent] = world.out({ ...OUT, protocol });
      // A second one from another station, so that NAT had to choose a port.
      const [second] = world.out({ ...OUT, protocol, source: '10.0.0.8' });
      for (const [about, station] of [
        [sent, '10.0.0.7'],
        [second, '10.0.0.8'],
      ] as const) {
        const [error] = world.in(errorAbout(about as Buffer, '192.168.50.1', '192.168.50.2', 3));
        assert.ok(error, protocol);
        assert.equal(fault(error), undefined);
        const quoted = Buffer.concat([error.subarray(0, 14), error.subarray(42)]);
        assert.equal(foldSum(addWords(0, quoted, 14, 34)), 0, 'the header that is quoted');
        assert.deepEqual([error.readUInt32BE(30), quoted.readUInt32BE(26)], [ip(station), ip(station)]);
        assert.equal(quoted.readUInt16BE(protocol === 'icmp' ? 38 : 34), 40_000);
      }
      const stranger = ipFrame(INWARD, { ...OUT, protocol, source: '192.168.50.2', destination: '192.168.50.77' });
      assert.deepEqual(world.in(errorAbout(stranger, '192.168.50.1', '192.168.50.2', 3)), []);
    }
  });

  it('answers a ping to its addresses, and no more of them than the Linux leg', () => {
    const world = legWorld();
    const ping = { ...OUT, protocol: 'icmp', destination: '10.0.0.1' } as const;
    const [reply] = world.out(ping);
    assert.ok(reply);
    assert.equal(fault(reply), undefined);
    assert.equal(reply.readUInt8(34), 0, 'an echo reply');
    let answered = 0;
    for (let sent = 0; sent < 200; sent += 1) {
      const outer = { ...ping, source: '192.168.50.10', destination: '192.168.50.2' };
      answered += world.in(outer).length;
    }
    assert.equal(answered, 10);
    assert.deepEqual(world.out({ ...ping, protocol: 'tcp' }), [], 'nothing else listens');
  });

  it('says which packets go no further, and why', () => {
    const cases: readonly [string, Buffer, number, number][] = [
      ['no more hops', patched(ipFrame(OUTWARD, OUT), 8, 1), 11, 0],
      ['too big, and not to be cut', tooBig(0x40), 3, 4],
    ];
    for (const [title, frame, type, code] of cases) {
      const [error] = legWorld().out(frame);
      assert.ok(error, title);
      assert.equal(fault(error), undefined);
      assert.deepEqual([error.readUInt8(34), error.readUInt8(35)], [type, code], title);
      assert.equal(error.readUInt32BE(26), ip('10.0.0.1'));
      if (code === 4) assert.equal(error.readUInt16BE(40), 1500, 'the MTU');
    }
    const [error] = legWorld({ defaultGateway: '172.16.0.1' }).out({ ...OUT, destination: '8.8.8.8' });
    assert.deepEqual([error?.readUInt8(34), error?.readUInt8(35)], [3, 0], 'no route');
  });

  function tooBig(flags: number): Buffer {
    const big = Buffer.concat([ipFrame(OUTWARD, { ...OUT, protocol: 'udp' }), Buffer.alloc(1_500)]);
    big.writeUInt16BE(big.length - 14, 16);
    big.writeUInt16BE(big.length - 34, 38);
    return patched(big, 6, flags);
  }

  it('tells the sender when nobody has the next address', () => {
    const world = legWorld({}, true);
    const types = [0, 1_000, 2_000, 3_000].map(now => {
      world.clock.now = now;
      return world.out(OUT).map(frame => [frame.readUInt8(34), frame.readUInt8(35)]);
    });
    assert.deepEqual(types, [[], [], [], [[3, 1]]]);
  });

  it('drops sources that do not live where the packet is from, and addresses no packet may have', () => {
    const strange: readonly Partial<Packet>[] = [
      { source: '192.168.50.10' },
      { source: '8.8.8.8' },
      { source: '10.0.0.255' },
      { source: '10.0.0.1' },
      { source: '127.0.0.1' },
      { source: '0.0.0.0' },
      { destination: '127.0.0.1' },
      { destination: '224.0.0.5' },
      { destination: '255.255.255.255' },
      { destination: '192.168.50.255' },
      { destination: '10.0.0.9' },
    ];
    for (const changes of strange)
      assert.deepEqual(legWorld().out({ ...OUT, ...changes }), [], JSON.stringify(changes));
    assert.deepEqual(legWorld().in({ ...OUT, source: '10.0.0.7', destination: '192.168.50.2' }), []);
  });

  it('answers ARP for its own address on that side, and for no other', () => {
    const world = legWorld();
    const ask = (target: string) =>
      arpFrame({ sourceMac: INSIDE_MAC, targetMac: BROADCAST }, INSIDE_MAC, '10.0.0.7', target);
    const [reply] = world.out(ask('10.0.0.1'));
    assert.equal(reply?.subarray(22, 28).toString('hex'), SPEC.insideMac.replaceAll(':', ''));
    for (const other of ['10.0.0.7', '10.0.0.9', '192.168.50.2']) assert.deepEqual(world.out(ask(other)), [], other);
  });

  it('accounts for every frame', () => {
    const world = legWorld({}, true);
    world.out(OUT);
    world.out({ ...OUT, destination: '10.0.0.1' });
    world.in(OUT);
    world.out(Buffer.alloc(3));
    const { received, fates } = world.leg.counters();
    assert.equal(received, 4);
    assert.deepEqual([fates.waiting, fates.refused, fates.martian, fates.malformed], [1, 1, 1, 1]);
  });

  it('survives any frame, sends nothing malformed, and accounts for all of them', () => {
    const base = fc.constantFrom(...PROTOCOLS.map(protocol => ipFrame(OUTWARD, { ...OUT, protocol })));
    const change = fc.record({ at: fc.nat(60), value: fc.nat(255), repair: fc.boolean() });
    const step = fc.record({
      base,
      changes: fc.array(change, { maxLength: 3 }),
      cut: fc.nat(70),
      inward: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), steps => {
        const world = legWorld();
        for (const { base: frame, changes, cut, inward } of steps) {
          const mutated = Buffer.from(frame.subarray(0, cut > 60 ? undefined : cut));
          for (const { at, value, repair } of changes) {
            if (at < mutated.length) mutated[at] = value;
            if (repair && mutated.length >= 34) patched(mutated, 8, 64);
          }
          for (const sent of inward ? world.in(mutated) : world.out(mutated))
            if (sent.readUInt16BE(12) === 0x0800)
              assert.equal(foldSum(addWords(0, sent, 14, 34)), 0, sent.toString('hex'));
        }
        const { received, fates } = world.leg.counters();
        const total = Object.values(fates).reduce((sum, count) => sum + count, 0);
        assert.equal(total, received);
        assert.ok(Object.values(fates).every(count => count >= 0));
      }),
      { numRuns: 200 },
    );
  });
});
