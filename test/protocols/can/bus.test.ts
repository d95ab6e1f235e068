import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex, duplexPair } from 'node:stream';
import fc from 'fast-check';
import { CanBus, type Station, type StationOptions } from '../../../runtime/protocols/can/bus/bus.ts';
import { SlcanPort } from '../../../runtime/protocols/can/bus/slcan-port.ts';
import { StationFirewall } from '../../../runtime/protocols/can/bus/station-firewall.ts';
import { CanFrameError, checkFrame, readFrame, wordOf } from '../../../runtime/protocols/can/frame.ts';
import { CanFirewall, lowerCan } from '../../../runtime/protocols/can/rules.ts';
import { anyFrame, inLane } from './frames.ts';

const frameOf = (id: number, data: number[] = []) => inLane(checkFrame({ id, data }));
const fdFrame = inLane(checkFrame({ id: 1, fd: true, data: new Uint8Array(12) }));

function drain(station: Station): number[] {
  const ids: number[] = [];
  for (let frame = station.next(); frame !== undefined; frame = station.next()) {
    ids.push(readFrame(frame).id);
    station.taken();
  }
  return ids;
}

function accounted({ counters, waits }: Station): void {
  const { offered, classicOnly, unheard, full, delivered, forgotten } = counters;
  assert.equal(offered, classicOnly + unheard + full + delivered + forgotten + waits);
}

describe('a CAN bus in user space', () => {
  it('brings what one station sends to all others, in order, and never back', () => {
    const bus = new CanBus();
    const [a, b, c] = ['a', 'b', 'c'].map(name => bus.join(name)) as [Station, Station, Station];
    a.send(frameOf(1));
    b.send(frameOf(2));
    a.send(frameOf(3));
    assert.deepEqual([drain(a), drain(b), drain(c)], [[2], [1, 3], [1, 2, 3]]);
    assert.deepEqual(bus.stations, ['a', 'b', 'c']);
    assert.throws(() => bus.join('a'), CanFrameError);
  });

  it('keeps a copy: a sender may use its memory again at once', () => {
    const bus = new CanBus();
    const [a, b] = [bus.join('a'), bus.join('b')];
    const memory = frameOf(1);
    a.send(memory);
    memory.fill(0xff);
    assert.deepEqual(drain(b), [1]);
  });

  it('asks what a station may send and what it may hear, and counts what it may not', () => {
    const bus = new CanBus();
    const below = (limit: number) => (frame: Uint8Array) => wordOf(frame) < limit;
    const a = bus.join('a', { maySend: below(0x400) });
    const b = bus.join('b', { mayHear: below(0x200) });
    const c = bus.join('c');
    assert.deepEqual(
      [0x100, 0x300, 0x500].map(id => a.send(frameOf(id))),
      [true, true, false],
    );
    assert.deepEqual([drain(b), drain(c)], [[0x100], [0x100, 0x300]]);
    assert.deepEqual([a.counters.denied, b.counters.unheard, b.counters.offered], [1, 1, 2]);
    a.police({});
    b.police({ mayHear: () => false });
    a.send(frameOf(0x500));
    assert.deepEqual([drain(b), drain(c)], [[], [0x500]]);
  });

  it('is policed by rules in words, which can be changed between two frames and keep their figures', () => {
    const firewall = (...ids: readonly number[]) => {
      const any = { format: 'any', remote: 'any', type: 'any', lengths: [], action: 'accept', log: false };
      const rules = ids.map(id => ({ id: `id-${id}`, ids: [{ first: id, last: id }], ...any }));
      return lowerCan(CanFirewall.parse({ rules, logDenied: false }));
    };
    const bus = new CanBus();
    const rules = new StationFirewall(firewall(1, 2), () => 77);
    const [a, b] = [bus.join('a', { maySend: rules.verdict }), bus.join('b')];
    for (const id of [1, 2, 3, 1]) a.send(frameOf(id));
    rules.replace(firewall(3, 1));
    for (const id of [1, 2, 3]) a.send(frameOf(id));
    assert.deepEqual(drain(b), [1, 2, 1, 1, 3]);
    assert.deepEqual([a.counters.received, a.counters.denied], [7, 2]);
    const figures = [
      ['id-3', 1],
      ['id-1', 3],
      ['otherwise', 2],
    ].map(([id, hits]) => ({ id, hits, lastHit: 77, over: 0 }));
    assert.deepEqual(rules.figures, figures);
  });

  it('takes nothing that is no frame, and CAN FD only where it is understood', () => {
    const bus = new CanBus();
    const [a, b, c] = [bus.join('a', { fd: true }), bus.join('b'), bus.join('c', { fd: true })];
    assert.deepEqual(
      [new Uint8Array(15), new Uint8Array(0)].map(bytes => a.send(bytes)),
      [false, false],
    );
    assert.ok(a.send(fdFrame));
    assert.equal(b.send(fdFrame), false);
    assert.deepEqual([drain(a), drain(b), drain(c)], [[], [], [1]]);
    assert.deepEqual([a.counters.malformed, b.counters.malformed, b.counters.classicOnly], [2, 1, 1]);
  });

  it('loses frames only for the station that does not read', () => {
    const bus = new CanBus();
    const [a, slow, quick] = [bus.join('a'), bus.join('slow', { places: 3 }), bus.join('quick', { places: 3 })];
    const heard: number[] = [];
    for (let id = 0; id < 10; id += 1) {
      a.send(frameOf(id));
      heard.push(...drain(quick));
    }
    assert.deepEqual(heard, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(
      [drain(slow), slow.counters.full, quick.counters.full],
      [[0, 1, 2], 7, 0],
      'the last ones are lost',
    );
  });

  it('forgets a station that left, and lets another of its name come', () => {
    const bus = new CanBus();
    const [a, b] = [bus.join('a'), bus.join('b')];
    a.send(frameOf(1));
    b.leave();
    a.send(frameOf(2));
    assert.deepEqual([b.send(frameOf(3)), drain(a), b.waits, b.counters.forgotten], [false, [], 0, 1]);
    const again = bus.join('b');
    b.leave();
    a.send(frameOf(4));
    assert.deepEqual([drain(again), bus.stations], [[4], ['a', 'b']]);
  });

  it('accounts for every frame at every moment', () => {
    const names = ['a', 'b', 'c', 'd'];
    const step = fc.oneof(
      fc.record({
        do: fc.constant('send' as const),
        who: fc.nat(3),
        frame: fc.oneof(anyFrame.map(inLane), fc.uint8Array({ maxLength: 80 })),
      }),
      fc.record({ do: fc.constantFrom('read', 'forget', 'deny', 'allow', 'rejoin'), who: fc.nat(3) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), steps => {
        const bus = new CanBus();
        const options: StationOptions = { places: 4 };
        const stations = names.map((name, index) => bus.join(name, { ...options, fd: index % 2 === 0 }));
        for (const each of steps) {
          const station = stations[each.who] as Station;
          if ('frame' in each) {
            const { received, malformed, denied } = station.counters;
            const before = stations.map(({ counters }) => counters.offered);
            const went = station.send(each.frame);
            const after = stations.map(({ counters }) => counters.offered);
            assert.equal(station.counters.received, received + 1);
            assert.equal(station.counters.malformed + station.counters.denied, malformed + denied + (went ? 0 : 1));
            assert.deepEqual(
              after,
              before.map((count, index) => count + (went && index !== each.who ? 1 : 0)),
            );
          } else if (each.do === 'read') station.taken();
          else if (each.do === 'forget') station.forget();
          else if (each.do === 'rejoin') {
            station.leave();
            accounted(station);
            stations[each.who] = bus.join(names[each.who] as string, options);
          } else station.police(each.do === 'deny' ? { maySend: () => false, mayHear: () => false } : {});
          for (const one of stations) accounted(one);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a guest at a bus over its serial line', () => {
  /** A station, and the guest's end of its line. */
  const plug = (bus: CanBus, name: string, options: ConstructorParameters<typeof SlcanPort>[2] = {}) => {
    const port = new SlcanPort(bus, name, options);
    const [guest, ours] = duplexPair();
    port.connect(ours);
    let said = '';
    guest.on('data', chunk => {
      said += String(chunk);
    });
    const hears = async (text: string) => {
      while (!said.includes(text)) await once(guest, 'data');
      return said;
    };
    return { port, guest, hears };
  };

  it('sends and hears frames as lines', async () => {
    const bus = new CanBus();
    const [a, b] = [plug(bus, 'a'), plug(bus, 'b')];
    a.guest.write('C\rS6\rO\rt1232AABB\rT00000001');
    a.guest.write('0\rr1238\r');
    assert.equal(await b.hears('r1238\r'), 't1232AABB\rT000000010\rr1238\r');
    assert.equal(await a.hears('\r\r\r\r\r\r'), '\r\r\r\r\r\r', 'six answers, and no frame of its own');
  });

  it('hears the time with each frame when it asks for it', async () => {
    const bus = new CanBus();
    const [a, b] = [plug(bus, 'a'), plug(bus, 'b', { now: () => 3 * 60_000 + 4_660 })];
    b.guest.write('C\rZ1\rO\r');
    await b.hears('\r\r\r');
    a.guest.write('t1230\r');
    await b.hears('t12301234\r');
  });

  it('hears nothing while its channel is closed; that is counted', async () => {
    const bus = new CanBus();
    const [a, b] = [plug(bus, 'a'), plug(bus, 'b')];
    b.guest.write('C\r');
    await b.hears('\r');
    a.guest.write('t1230\r');
    while (b.port.counters.unplugged === 0) await new Promise(setImmediate);
    b.guest.write('O\r');
    await b.hears('\r\r');
    a.guest.write('t1240\r');
    assert.equal(await b.hears('t1240\r'), '\r\rt1240\r');
    assert.equal(b.port.state, 'open');
  });

  it('hears nothing old when it opens its channel again', async () => {
    const bus = new CanBus();
    const a = bus.join('a');
    const stuck = new Duplex({ writableHighWaterMark: 1, read() {}, write() {} });
    const port = new SlcanPort(bus, 'b', { state: 'open' });
    port.connect(stuck);
    for (let id = 0; id < 200; id += 1) a.send(frameOf(id));
    await new Promise(setImmediate);
    assert.ok(port.station.waits > 0);
    stuck.push('C\r');
    while (port.state === 'open') await new Promise(setImmediate);
    assert.deepEqual([port.station.waits, port.counters.unplugged], [0, port.station.counters.forgotten]);
    port.close();
  });

  it('comes back to the same station after its line was cut, and half a line does not spoil what follows', async () => {
    const bus = new CanBus();
    const [a, b] = [plug(bus, 'a'), plug(bus, 'b')];
    a.guest.write('t12');
    await new Promise(setImmediate);
    const [guest, ours] = duplexPair();
    a.port.connect(ours);
    guest.write('t7770\r');
    assert.equal(await b.hears('t7770\r'), 't7770\r');
    ours.destroy(new Error('gone'));
    b.guest.write('t0010\r');
    while (a.port.counters.unplugged === 0) await new Promise(setImmediate);
    assert.deepEqual(bus.stations, ['a', 'b']);
    a.port.close();
    assert.deepEqual(bus.stations, ['b']);
  });

  it('that does not read loses frames and answers in bounded memory, and holds nobody up', async () => {
    const bus = new CanBus();
    let written = 0;
    /** A line whose other end takes nothing, ever. */
    const stuck = new Duplex({
      writableHighWaterMark: 16_384,
      read() {},
      write(chunk, _encoding, _done) {
        written += chunk.length;
      },
    });
    const deaf = new SlcanPort(bus, 'deaf');
    deaf.connect(stuck);
    const [a, b] = [plug(bus, 'a'), plug(bus, 'b')];
    for (let burst = 0; burst < 200; burst += 1) {
      a.guest.write('t1238'.concat('AA'.repeat(8), '\r').repeat(100));
      await new Promise(setImmediate);
    }
    while (b.port.station.counters.offered < 20_000 || b.port.station.waits > 0) await new Promise(setImmediate);
    const { counters } = b.port.station;
    assert.equal(counters.delivered, 20_000 - counters.full);
    assert.ok(counters.full < 20_000, 'who reads gets them');
    accounted(deaf.station);
    assert.ok(deaf.station.counters.full > 18_500, `${deaf.station.counters.full} lost`);
    assert.ok(written <= 64 * 143 && stuck.writableLength < 100_000, `${stuck.writableLength} bytes wait`);
    for (let each = 0; each < 200_000; each += 1) stuck.push('Q\r');
    while (deaf.counters.refused < 200_000) await new Promise(setImmediate);
    assert.ok(
      deaf.counters.answersLost > 100_000 && stuck.writableLength < 100_000,
      `${stuck.writableLength} bytes wait`,
    );
  });
});
