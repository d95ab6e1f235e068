import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FrameCounters } from '../../../runtime/switch/fabric/counters.ts';
import type { Guard } from '../../../runtime/switch/fabric/guard.ts';
import { SegmentSwitch, type SwitchPort } from '../../../runtime/switch/fabric/segment-switch.ts';
import { AGEING_MS } from '../../../runtime/switch/fabric/station-table.ts';
import { BROADCAST } from '../../../runtime/switch/packet/mac.ts';
import { frameOf } from './frames.ts';

const MTU = 1500;
const [ANN, BEN, CAT] = [0x0200_0000_0001, 0x0200_0000_0002, 0x0200_0000_0003];

/** A switch with ports that remember, as copies, what leaves by them. */
function lab(options: { readonly stations?: number; readonly guard?: Guard } = {}, names = ['a', 'b', 'c']) {
  const clock = { ms: 0 };
  const segment = new SegmentSwitch({ now: () => clock.ms, mtu: MTU, ...options });
  const out: Record<string, Uint8Array[]> = {};
  const plug = (name: string, vlan?: number): SwitchPort => {
    out[name] = [];
    return segment.attach(name, frame => out[name]?.push(frame.slice()), vlan);
  };
  const ports = new Map(names.map(name => [name, plug(name)]));
  return {
    ...{ clock, segment, plug },
    port: (name: string) => ports.get(name) as SwitchPort,
    /** How many frames left by each port since the last look. */
    seen: () => Object.fromEntries(Object.entries(out).map(([name, frames]) => [name, frames.splice(0).length])),
    out,
  };
}

const dropped = ({ drops }: Readonly<FrameCounters>) => Object.values(drops).reduce((sum, count) => sum + count, 0);

describe('the switch of a segment', () => {
  it('floods what is for nobody it knows, and never back to the sender', () => {
    const { port, seen } = lab();
    port('a').receive(frameOf(BEN, ANN));
    assert.deepEqual(seen(), { a: 0, b: 1, c: 1 });
    port('a').receive(frameOf(BROADCAST, ANN));
    port('a').receive(frameOf(0x0100_5e00_0001, ANN));
    assert.deepEqual(seen(), { a: 0, b: 2, c: 2 });
  });

  it('sends to where a station was heard last, and follows one that moved', () => {
    const { port, seen } = lab();
    port('b').receive(frameOf(BROADCAST, BEN));
    seen();
    port('a').receive(frameOf(BEN, ANN));
    assert.deepEqual(seen(), { a: 0, b: 1, c: 0 });
    port('c').receive(frameOf(ANN, BEN));
    assert.deepEqual(seen(), { a: 1, b: 0, c: 0 });
    port('a').receive(frameOf(BEN, ANN));
    assert.deepEqual(seen(), { a: 0, b: 0, c: 1 });
    assert.deepEqual([port('b').stations(), port('c').stations()], [[], [BEN]]);
  });

  it('forgets a station that was silent for five minutes, and all behind a port that is taken out', () => {
    const { port, seen, clock } = lab();
    port('b').receive(frameOf(BROADCAST, BEN));
    clock.ms = AGEING_MS;
    seen();
    port('a').receive(frameOf(BEN, ANN));
    assert.deepEqual(seen(), { a: 0, b: 1, c: 0 }, 'still known');
    clock.ms += 1;
    port('a').receive(frameOf(BEN, ANN));
    assert.deepEqual(seen(), { a: 0, b: 1, c: 1 }, 'flooded');
    port('b').receive(frameOf(BROADCAST, BEN));
    port('b').detach();
    seen();
    port('a').receive(frameOf(BEN, ANN));
    assert.deepEqual(seen(), { a: 0, b: 0, c: 1 });
    port('b').receive(frameOf(ANN, BEN));
    assert.deepEqual([seen(), port('b').counters.drops.detached], [{ a: 0, b: 0, c: 0 }, 1]);
  });

  it('learns no more stations than it has room for, and floods to the rest', () => {
    const { port, seen } = lab({ stations: 2 });
    for (const mac of [ANN, BEN, CAT]) port('a').receive(frameOf(BROADCAST, mac));
    assert.deepEqual(port('a').stations(), [ANN, BEN]);
    seen();
    port('b').receive(frameOf(CAT, 0x0200_0000_0004));
    assert.deepEqual(seen(), { a: 1, b: 0, c: 1 });
  });

  it('has room again when old stations are forgotten', () => {
    const { port, clock } = lab({ stations: 1 });
    port('a').receive(frameOf(BROADCAST, ANN));
    clock.ms = AGEING_MS + 1;
    port('b').receive(frameOf(BROADCAST, BEN));
    assert.deepEqual([port('a').stations(), port('b').stations()], [[], [BEN]]);
  });

  it('carries the largest packet of the segment and counts what is larger, too short or from nobody', () => {
    const { port, seen } = lab();
    port('a').receive(frameOf(BEN, ANN, MTU + 14));
    assert.deepEqual(seen(), { a: 0, b: 1, c: 1 });
    port('a').receive(frameOf(BEN, ANN, MTU + 15));
    port('a').receive(frameOf(BEN, ANN, 13));
    port('a').receive(frameOf(BEN, BROADCAST));
    port('a').receive(frameOf(BEN, 0));
    port('a').receive(frameOf(0x0180_c200_000e, ANN));
    assert.deepEqual(seen(), { a: 0, b: 0, c: 0 });
    const { oversize, runt, source, 'link-local': local } = port('a').counters.drops;
    assert.deepEqual([oversize, runt, source, local], [1, 1, 2, 1]);
  });

  it('does not send to a station behind the port it heard the frame from', () => {
    const { port, seen } = lab();
    port('a').receive(frameOf(BROADCAST, BEN));
    seen();
    port('a').receive(frameOf(BEN, ANN));
    assert.deepEqual([seen(), port('a').counters.drops.nobody], [{ a: 0, b: 0, c: 0 }, 1]);
  });

  it('asks its guard once at the door and once for every receiver', () => {
    const asked: string[] = [];
    const guard: Guard = {
      admits: (from, { sourceMac }) => asked.push(from) > 0 && sourceMac !== CAT,
      passes: (from, to) => asked.push(`${from} to ${to}`) > 0 && to !== 'c',
    };
    const { port, seen } = lab({ guard });
    port('a').receive(frameOf(BROADCAST, ANN));
    assert.deepEqual([seen(), asked.splice(0)], [{ a: 0, b: 1, c: 0 }, ['a', 'a to b', 'a to c']]);
    port('a').receive(frameOf(BROADCAST, CAT));
    assert.deepEqual([seen(), asked.splice(0)], [{ a: 0, b: 0, c: 0 }, ['a']]);
    assert.deepEqual(
      [port('a').counters.drops.refused, port('a').stations()],
      [1, [ANN]],
      'a refused one is not learned',
    );
    port('c').receive(frameOf(BROADCAST, BEN));
    port('a').receive(frameOf(BEN, ANN));
    assert.equal(port('a').counters.drops.filtered, 1);
  });

  it('tags frames towards a port with a VLAN id, takes only those from it, and none inside', () => {
    const { port, plug, out } = lab();
    const uplink = plug('up', 12);
    port('a').receive(frameOf(BROADCAST, ANN, 60));
    const tagged = out.up?.pop() as Uint8Array;
    assert.equal(tagged.length, 64);
    assert.deepEqual([...tagged.subarray(12, 18)], [0x81, 0x00, 0, 12, 0x88, 0xb5]);
    uplink.receive(tagged.with(11, 9));
    assert.deepEqual(out.b?.pop(), frameOf(BROADCAST, 0x0200_0000_0009, 60), 'the frame without its tag');
    uplink.receive(tagged.with(15, 13));
    uplink.receive(frameOf(BROADCAST, BEN));
    port('a').receive(tagged);
    assert.deepEqual([uplink.counters.drops.tag, port('a').counters.drops.tag], [2, 1]);
  });

  it('survives a cable between two of its own ports', () => {
    const segment = new SegmentSwitch({ now: () => 0, mtu: MTU });
    let arrived = 0;
    const station = segment.attach('station', () => {
      arrived += 1;
    });
    const left: SwitchPort = segment.attach('left', frame => right.receive(frame));
    const right: SwitchPort = segment.attach('right', frame => left.receive(frame));
    station.receive(frameOf(BROADCAST, ANN));
    assert.ok(left.counters.drops.loop + right.counters.drops.loop > 0 && arrived < 1000);
    const before = arrived;
    left.receive(frameOf(BROADCAST, BEN));
    assert.ok(arrived > before, 'and goes on working');
  });

  it('does not multiply one frame over several such cables without bound', () => {
    const segment = new SegmentSwitch({ now: () => 0, mtu: MTU });
    let arrived = 0;
    const station = segment.attach('station', () => {
      arrived += 1;
    });
    for (const cable of [1, 2, 3]) {
      const left: SwitchPort = segment.attach(`left ${cable}`, frame => right.receive(frame));
      const right: SwitchPort = segment.attach(`right ${cable}`, frame => left.receive(frame));
    }
    for (let round = 1; round <= 3; round += 1) {
      arrived = 0;
      station.receive(frameOf(BROADCAST, ANN));
      assert.ok(arrived > 0 && arrived < 1000, `${arrived} copies of one frame, round ${round}`);
    }
  });

  it('leaves a frame alone while a reply to it is sent from within', () => {
    const segment = new SegmentSwitch({ now: () => 0, mtu: MTU });
    const got: Uint8Array[] = [];
    const asker = segment.attach('asker', () => {});
    const replier: SwitchPort = segment.attach('replier', () => replier.receive(frameOf(ANN, BEN, 100)));
    segment.attach('late', frame => got.push(frame.slice()));
    const question = frameOf(BROADCAST, ANN);
    asker.receive(question);
    assert.deepEqual(got, [question]);
  });

  it('accounts for every frame it receives, whatever comes', () => {
    const mac = fc.constantFrom(ANN, BEN, CAT, BROADCAST, 0, 0x0180_c200_0001);
    const length = fc.oneof(fc.constantFrom(0, 13, 14, MTU + 14, MTU + 15), fc.integer({ min: 14, max: 200 }));
    const step = fc.record({
      ...{ at: fc.nat(3), target: mac, source: mac, length },
      type: fc.constantFrom(0x0800, 0x0806, 0x8100, 0x88a8),
      wait: fc.constantFrom(0, 1, AGEING_MS),
      judge: fc.nat(3),
      pulled: fc.constantFrom(false, false, false, false, false, true),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        let judge = 0;
        const guard: Guard = { admits: () => judge !== 1, passes: (_from, to) => judge !== 2 || to !== 'b' };
        const { segment, port, plug, clock, out } = lab({ guard });
        const ports = [port('a'), port('b'), port('c'), plug('up', 12)];
        for (const each of steps) {
          judge = each.judge;
          clock.ms += each.wait;
          if (each.pulled) ports[each.at]?.detach();
          ports[each.at]?.receive(frameOf(each.target, each.source, each.length, each.type));
        }
        for (const { name, counters } of ports) {
          assert.equal(counters.received, counters.forwarded + dropped(counters));
          assert.equal(counters.sent, out[name]?.length);
        }
        const whole = segment.counters;
        assert.equal(whole.received + whole.copies, whole.sent + dropped(whole));
        assert.equal(whole.received, steps.length);
      }),
    );
  });
});
