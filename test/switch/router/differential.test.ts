// The leg against the one of the Linux back end: the same frames through it and through the kernel with the rules of that leg.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { legRules } from '../../../runtime/drivers/edge/leg-rules.ts';
import { macToNumber } from '../../../runtime/switch/packet/mac.ts';
import { PacketView } from '../../../runtime/switch/packet/view.ts';
import { EdgeLeg } from '../../../runtime/switch/router/edge-leg.ts';
import { isIcmpError, putArp } from '../../../runtime/switch/router/messages.ts';
import { ipFrame, type Packet } from '../../drivers/nftables/frame.ts';
import { openWires, type Wire, type Wires } from '../../drivers/nftables/wire.ts';
import { type Machine, type NetnsLab, netnsLab } from '../../lab/netns.ts';
import { INSIDE_MAC, INWARD, OUTSIDE_MAC, OUTWARD, SPEC } from './leg-world.ts';

const SIDES = ['inside', 'outside'] as const;
type SideName = (typeof SIDES)[number];
const DEVICES = { netns: '', bridgeEnd: '', inner: 'gwi', outer: 'gwo' };
const STATIONS = {
  gwi: { mac: INSIDE_MAC, ips: ['10.0.0.7', '10.0.0.8', '10.0.0.200'] },
  gwo: { mac: OUTSIDE_MAC, ips: ['192.168.50.1', '192.168.50.10', '192.168.50.200'] },
};
const INSIDE_IPS = ['10.0.0.7', '10.0.0.8', '10.0.0.1', '10.0.0.255', '127.0.0.1'];
const OUTSIDE_IPS = ['192.168.50.10', '192.168.50.1', '192.168.50.2', '8.8.8.8', '192.168.50.255', '224.0.0.5'];
const ANY_IP = fc.constantFrom(...INSIDE_IPS, ...OUTSIDE_IPS);
const PORT = fc.constantFrom(700, 5_000, 5_001);
/** A connection that no shot is part of: its packets mark the end of what a shot caused. */
const MARKER: Packet = {
  ...{ protocol: 'udp', source: '10.0.0.200', destination: '192.168.50.200' },
  ...{ sourcePort: 9_999, destinationPort: 9 },
};
const ANSWER: Packet = {
  ...{ protocol: 'udp', source: '192.168.50.200', destination: '192.168.50.2' },
  ...{ sourcePort: 9, destinationPort: 9_999 },
};

interface Shot {
  readonly from: SideName;
  readonly packet: Packet;
}

/** Stations use ports of their own: which one NAT chooses when two want the same is the kernel's secret. */
function offset(station: string): number {
  return station === '10.0.0.8' ? 10 : 0;
}

/** Mostly talk between the two sides, there and back; now and then anything. */
const sensible = fc.record({
  protocol: fc.constantFrom('udp', 'icmp', 'tcp'),
  station: fc.constantFrom('10.0.0.7', '10.0.0.8'),
  far: fc.constantFrom('192.168.50.10', '8.8.8.8'),
  port: PORT,
  reply: fc.boolean(),
});
const shot: fc.Arbitrary<Shot> = fc.oneof(
  {
    weight: 3,
    arbitrary: sensible.map(({ protocol, station, far, port: any, reply }): Shot => {
      const port = any + offset(station);
      const there = { protocol, source: station, destination: far, sourcePort: port, destinationPort: 502 } as const;
      if (!reply) return { from: 'inside', packet: there };
      const back = { source: far, destination: '192.168.50.2', reply: true };
      const ports = protocol === 'icmp' ? {} : { sourcePort: 502, destinationPort: port };
      return { from: 'outside', packet: { ...there, ...back, ...ports } };
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        ...{ from: fc.constantFrom(...SIDES), protocol: fc.constantFrom('udp', 'icmp', 'tcp') },
        ...{ source: ANY_IP, destination: ANY_IP, port: PORT, destinationPort: PORT, reply: fc.boolean() },
      })
      .map(({ from, port, ...packet }): Shot => {
        return { from, packet: { ...packet, sourcePort: port + offset(packet.source) } };
      }),
  },
);

for (const nat of [true, false])
  describe(`the leg in the process and the Linux leg, ${nat ? 'with' : 'without'} NAT`, function () {
    this.timeout(60_000);
    const ours = plainLeg(nat);
    let lab: NetnsLab;
    let router: Machine;
    let wires: Wires;
    let folder = '';
    const wire = {} as Record<SideName, Wire>;

    before(async () => {
      lab = netnsLab();
      folder = await mkdtemp(join(tmpdir(), 'gatewright-leg-'));
      router = await lab.machine('router');
      wires = openWires();
      for (const [side, device] of [
        ['inside', 'gwi'],
        ['outside', 'gwo'],
      ] as const) {
        const machine = await lab.machine(side);
        await lab.cable(machine, 'eth0', router, device);
        await machine.run('sysctl', '-qw', 'net.ipv6.conf.eth0.disable_ipv6=1');
        wire[side] = await wires.open(machine, STATIONS[device].mac, '10.0.0.99');
      }
      await furnish(router);
    });
    after(async () => {
      await wires?.close();
      await lab?.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** What the drivers of the Linux back end do to a leg, with neighbours that need not be asked. */
    async function furnish({ run }: Machine): Promise<void> {
      const settings = ['ip_forward=1', 'conf.all.rp_filter=1', 'conf.default.rp_filter=1', 'conf.all.arp_ignore=1'];
      await run('sysctl', '-qw', ...settings.map(setting => `net.ipv4.${setting}`), 'net.ipv6.conf.all.disable_ipv6=1');
      const ends = [
        ['gwi', SPEC.insideMac, SPEC.inside],
        ['gwo', SPEC.outsideMac, SPEC.outside],
      ] as const;
      for (const [device, mac, address] of ends) {
        await run('ip', 'link', 'set', device, 'address', mac, 'up');
        await run('ip', 'address', 'add', address, 'brd', '+', 'dev', device);
        for (const ip of STATIONS[device].ips)
          await run('ip', 'neigh', 'replace', ip, 'lladdr', STATIONS[device].mac, 'nud', 'permanent', 'dev', device);
      }
      await run('ip', 'route', 'add', 'default', 'via', SPEC.defaultGateway ?? '');
    }

    /** The rules of the Linux leg; sequence numbers are not looked at here. */
    async function rule(): Promise<void> {
      const file = join(folder, 'rules.json');
      await writeFile(file, JSON.stringify(legRules(DEVICES, { nat })));
      await router.run('nft', '-j', '-f', file);
      await router.run('sysctl', '-qw', 'net.netfilter.nf_conntrack_tcp_be_liberal=1');
    }

    /** Opens the connection of the markers through both legs. @returns what is sent from each side, and arrives at the other */
    async function markers() {
      const there = ipFrame(OUTWARD, MARKER);
      const back = ipFrame(INWARD, nat ? ANSWER : { ...ANSWER, destination: MARKER.source });
      const inside = { sent: there, arrives: only(ours.shoot('inside', there).outside) };
      await wires.passRouted(wire.inside, wire.outside, [], inside);
      const outside = { sent: back, arrives: only(ours.shoot('outside', back).inside) };
      await wires.passRouted(wire.outside, wire.inside, [], outside);
      return { inside, outside };
    }

    it('pass the same packets, byte for byte', async () => {
      await rule();
      const marked = await markers();
      let passed = 0;
      await fc.assert(
        fc.asyncProperty(shot, async ({ from, packet }) => {
          const to = from === 'inside' ? 'outside' : 'inside';
          const aimed = aim(packet, from, nat);
          const frame = ipFrame(from === 'inside' ? OUTWARD : INWARD, aimed);
          const theirs = await wires.passRouted(wire[from], wire[to], [frame], marked[from]);
          const got = ours.shoot(from, frame)[to].filter(isForwarded).map(hexOf);
          passed += got.length;
          assert.deepEqual(got, theirs.filter(isForwarded).map(hexOf), `${from}: ${JSON.stringify(aimed)}`);
        }),
        // The connections of one shot are there for the next; shrinking would change that.
        { numRuns: 400, endOnFailure: true },
      );
      assert.ok(passed > 50, `${passed} packets passed`);
    });
  });

function only(frames: readonly Buffer[]): Buffer {
  const [frame] = frames;
  assert.ok(frame && frames.length === 1);
  return frame;
}

/** Without NAT an answer goes to the station itself. */
function aim(packet: Packet, from: SideName, nat: boolean): Packet {
  if (nat || from === 'inside' || packet.destination !== '192.168.50.2') return packet;
  const port = packet.protocol === 'icmp' ? packet.sourcePort : packet.destinationPort;
  return { ...packet, destination: port % 100 === 10 ? '10.0.0.8' : '10.0.0.7' };
}

function plainLeg(nat: boolean) {
  const arrived: Record<SideName, Buffer[]> = { inside: [], outside: [] };
  const leg: EdgeLeg = new EdgeLeg(
    { ...SPEC, nat },
    {
      now: Date.now,
      toInside: frame => arrives('inside', frame),
      toOutside: frame => arrives('outside', frame),
    },
  );
  const send = (side: SideName, frame: Uint8Array) =>
    side === 'inside' ? leg.fromInside(frame) : leg.fromOutside(frame);
  function arrives(side: SideName, frame: Uint8Array): void {
    const view = new PacketView();
    view.read(frame);
    if (!view.isArp) arrived[side].push(Buffer.from(frame));
    else if (view.arpOperation === 1) send(side, arpReply(STATIONS[side === 'inside' ? 'gwi' : 'gwo'].mac, view));
  }
  return {
    shoot(from: SideName, frame: Buffer): Record<SideName, Buffer[]> {
      arrived.inside = [];
      arrived.outside = [];
      send(from, frame);
      return arrived;
    },
  };
}

function arpReply(mac: string, { arpSenderMac, arpSenderIp, arpTargetIp }: PacketView): Uint8Array {
  const frame = new Uint8Array(42);
  putArp(frame, 2, { mac: macToNumber(mac), ip: arpTargetIp }, arpSenderMac, arpSenderMac, arpSenderIp);
  return frame;
}

/** A packet that was sent on, and not one the router made itself: that has its full time to live, or is ARP. */
function isForwarded(frame: Buffer): boolean {
  const view = new PacketView();
  return view.read(frame) && view.isIpv4 && view.ttl === 63 && !(view.protocol === 1 && isIcmpError(view.icmpType));
}

function hexOf(frame: Buffer): string {
  return frame.toString('hex');
}
