// The filter against the real thing: the same policies and the same frames through it and through nftables in the kernel.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PolicyFilter } from '../../../runtime/switch/filter/policy-filter.ts';
import { PacketView } from '../../../runtime/switch/packet/view.ts';
import { type OpenDriver, openDriver, type PolicyFigures } from '../../drivers/nftables/open-driver.ts';
import { policy } from '../../drivers/nftables/policies.ts';
import { type PolicyLab, policyLab } from '../../drivers/nftables/policy-lab.ts';
import { openWires, type Wire, type Wires } from '../../drivers/nftables/wire.ts';
import {
  COMMON_IP,
  conversations,
  fragmented,
  fragmentsOf,
  macOf,
  PLACES,
  type Place,
  policies,
  SEGMENT,
  type Shot,
  shotsOf,
  UPLINK,
} from './traffic.ts';

/** Fixed: a few orders of TCP packets that no guest sends are judged differently, see "differences from Linux" in docs/embedded.md. */
const SEED = 20_261_125;

describe('the filter and nftables', function () {
  this.timeout(180_000);
  let lab: PolicyLab;
  let driver: OpenDriver;
  let wires: Wires;
  const wire = new Map<Place, Wire>();
  const view = new PacketView();

  before(async () => {
    lab = await policyLab();
    await lab.segment(SEGMENT);
    // The filter looks at neither sequence numbers nor windows; see "differences from Linux" in docs/embedded.md.
    await lab.gateway.run('sysctl', '-qw', 'net.netfilter.nf_conntrack_tcp_be_liberal=1');
    wires = openWires();
    for (const [index, place] of PLACES.entries()) {
      const end = place === UPLINK ? 'nic:plant0' : place;
      const machine = await lab.station(`station-${index}`, { end, segment: SEGMENT, mac: macOf(place) });
      // Its own calls for routers would be counted.
      await machine.run('sysctl', '-qw', 'net.ipv6.conf.eth0.disable_ipv6=1');
      wire.set(place, await wires.open(machine, macOf(place), COMMON_IP));
    }
    driver = await openDriver(lab);
  });
  after(async () => {
    await driver?.close();
    await wires?.close();
    await lab?.close();
  });

  const wireOf = (place: Place): Wire => {
    const found = wire.get(place);
    assert.ok(found !== undefined);
    return found;
  };

  /** Where a frame came out of the kernel. */
  async function arrivals({ from, to, broadcast, frame }: Shot): Promise<readonly Place[]> {
    const arrived: Place[] = [];
    for (const [index, place] of receivers(from, to, broadcast).entries()) {
      const frames = await wires.pass(wireOf(from), wireOf(place), index === 0 ? [frame] : []);
      if (frames.some(each => each.equals(asReceived(frame)))) arrived.push(place);
    }
    return arrived;
  }

  function allowed(filter: PolicyFilter, { from, to, broadcast, frame }: Shot): readonly Place[] {
    if (!view.read(frame) || !filter.admits(from, view)) return [];
    return receivers(from, to, broadcast).filter(place => filter.passes(from, place, view));
  }

  it('decide and count alike, whatever is sent', async () => {
    // Flows outlive a policy in the kernel, so here too.
    const filter = new PolicyFilter(policy([], []).spec, SEGMENT, { now: () => performance.now(), flows: 16_384 });
    let talks = 10_000;
    let ids = 0;
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(policies, conversations, async (subject, drawn) => {
        await driver.remove(subject);
        await driver.apply(subject);
        filter.change(policy([], []).spec);
        const before = filter.counters().dropped;
        filter.change(subject.spec);
        for (const talk of drawn) {
          talks += 1;
          const told: string[] = [];
          const nextId = () => {
            ids = (ids + 1) & 0xffff;
            return ids;
          };
          for (const shot of shotsOf(talk, talks, nextId)) {
            sent += 1;
            const came = await arrivals(shot);
            told.push(`${shot.from} to ${shot.to}: ${shot.what}: ${came.length > 0}`);
            assert.deepEqual(allowed(filter, shot), came, told.join('\n'));
          }
        }
        assert.deepEqual(since(before, filter.counters()), since(undefined, await driver.status(subject)));
      }),
      { seed: SEED, numRuns: 40, endOnFailure: true },
    );
    assert.ok(sent > 5_000, `${sent} frames`);
  });

  it('let the same packets pass in two fragments', async () => {
    await lab.gateway.run('sysctl', '-qw', 'net.netfilter.nf_conntrack_checksum=0');
    // Flows that the frames of the test before did not begin.
    let number = 40_000;
    const verdicts = { passed: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(policies, fragmented, async (subject, packets) => {
        await driver.remove(subject);
        await driver.apply(subject);
        const filter = new PolicyFilter(subject.spec, SEGMENT, { now: () => performance.now() });
        for (const packet of packets) {
          number += 1;
          const { from, to } = packet.way;
          const frames = fragmentsOf(packet, number);
          const passed = frames.filter(
            frame => allowed(filter, { what: '', from, to, broadcast: false, frame }).length > 0,
          );
          const came = await wires.pass(wireOf(from), wireOf(to), frames);
          assert.deepEqual(ownOf(came, number), passed.map(String), JSON.stringify(packet));
          verdicts[passed.length === 0 ? 'refused' : 'passed'] += 1;
        }
      }),
      { seed: SEED, numRuns: 20, endOnFailure: true },
    );
    assert.ok(verdicts.passed > 50 && verdicts.refused > 50, JSON.stringify(verdicts));
  });
});

/** IPv4 frames with an identification. */
function ownOf(frames: readonly Buffer[], identification: number): readonly string[] {
  return frames
    .filter(frame => frame.readUInt16BE(12) === 0x0800 && frame.readUInt16BE(18) === identification)
    .map(String);
}

/** A packet socket takes the tag off and keeps it aside. */
function asReceived(frame: Buffer): Buffer {
  return frame.readUInt16BE(12) === 0x8100 ? Buffer.concat([frame.subarray(0, 12), frame.subarray(16)]) : frame;
}

function receivers(from: Place, to: Place, broadcast: boolean): readonly Place[] {
  return broadcast ? PLACES.filter(place => place !== from) : [to];
}

/** What was counted since a moment, without what is meant for the host itself, which the switch is not. */
function since(before: PolicyFigures['dropped'] | undefined, { counters, spoofed, dhcp, dropped }: PolicyFigures) {
  const grown = (name: string) => ({
    packets: (dropped[name]?.packets ?? 0) - (before?.[name]?.packets ?? 0),
    bytes: (dropped[name]?.bytes ?? 0) - (before?.[name]?.bytes ?? 0),
  });
  return { counters, spoofed, dhcp, notIp: grown('notIp'), invalid: grown('invalid') };
}
