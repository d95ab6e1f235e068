// A CAN bus that VMs of several tenants share, over the sockets of their serial ports.
import assert from 'node:assert/strict';
import type { LinePort } from '../../../runtime/model/kinds/line.ts';
import type { EndFigures } from '../../../runtime/model/line-figures.ts';
import { checkFrame } from '../../../runtime/protocols/can/frame.ts';
import {
  accepts,
  type BusGuest,
  type BusWorld,
  becomes,
  frameOf,
  lineOf,
  nameOf,
  port,
  until,
  vm,
  withBus,
} from './bus-world.ts';
import { inLane } from './frames.ts';

const NONE = { adapter: 'none' };

/** Starts guests and puts them on the bus. */
async function start<P extends readonly LinePort[]>(
  { line, guest, plugged }: BusWorld,
  ...ports: P
): Promise<{ [K in keyof P]: BusGuest }> {
  const names = ports.map(({ vm: address }) => nameOf(address));
  await Promise.all(names.map(name => guest(name).start()));
  await line.change(ports);
  await plugged(...names);
  return names.map(guest) as { [K in keyof P]: BusGuest };
}

/** Of one direction at an end: frames, denied, dropped. */
const counted = ({ frames, denied, dropped }: EndFigures['in']) => [frames, denied, dropped];
const wires = ({ end }: BusWorld, name: string) => {
  const { in: from, out } = end(vm(name));
  return { in: counted(from), out: counted(out) };
};
const hits = ({ firewalls }: EndFigures) =>
  firewalls.map(({ rules }) => Object.fromEntries(rules.map(rule => [rule.id, rule.hits])));

describe('a CAN bus that VMs share', () => {
  it('brings what one VM says to all others in order, and never back', () =>
    withBus(NONE, async world => {
      const [a, b, c] = await start(world, port('a'), port('b'), port('c'));
      a.say(frameOf(1), frameOf(2));
      await until(() => b.ids.length === 2 && c.ids.length === 2);
      b.say(frameOf(3));
      await until(() => a.ids.length === 1 && c.ids.length === 3);
      assert.deepEqual([a.ids, b.ids, c.ids], [[3], [1, 2], [1, 2, 3]]);
      assert.equal(world.line.figures().state, 'open');
    }));

  it('asks the firewalls of who says and of who hears, and counts by rule', () =>
    withBus(NONE, async world => {
      const drive = accepts(0x100, 0x1ff, { direction: 'from-vm' });
      const lights = accepts(0x200, 0x2ff, { direction: 'to-vm' });
      const [radio, motor] = await start(world, port('radio', [drive, lights]), port('motor', [accepts(0, 0x17f)]));
      radio.say(...[0x100, 0x17f, 0x180, 0x200].map(id => frameOf(id, id & 0xff)));
      await until(() => world.end(vm('motor')).out.denied === 1 && motor.ids.length === 2);
      motor.say(...[0x10, 0x100, 0x200].map(id => frameOf(id)));
      await until(() => world.end(vm('radio')).out.denied === 2);
      radio.say(frameOf(0x101));
      await until(() => motor.ids.length === 3);
      assert.deepEqual([radio.ids, motor.ids], [[], [0x100, 0x17f, 0x101]]);
      await becomes(() => wires(world, 'radio'), { in: [5, 1, 0], out: [0, 2, 0] });
      await becomes(() => wires(world, 'motor'), { in: [3, 1, 0], out: [3, 1, 0] });
      const hitsOf = (name: string) => hits(world.end(vm(name)));
      assert.deepEqual(hitsOf('radio'), [{ 'ids-100': 4, 'ids-200': 0, otherwise: 3 }]);
      assert.deepEqual(hitsOf('motor'), [{ 'ids-0': 5, otherwise: 2 }]);
    }));

  it('tells who listens what came, what left and what was denied by whom, and logs what fitted no rule', () =>
    withBus(NONE, async world => {
      const [a] = await start(
        world,
        port('a', [accepts(1, 2, { log: true })]),
        port('b', [accepts(1)], [accepts(0, 0x7ff)]),
      );
      world.listening = true;
      a.say(frameOf(1), frameOf(2), frameOf(3));
      await until(() => world.heard.length === 5 && world.log.length === 4);
      const words = world.heard.map(({ end, direction, refusedBy, frame }) =>
        [Buffer.from(frame, 'hex').readUInt32LE(0), end, direction, refusedBy ?? 'passed'].join(' '),
      );
      assert.deepEqual(words.sort(), [
        ...[
          '1 vm.box/a in passed',
          '1 vm.box/b out passed',
          '2 vm.box/a in passed',
          '2 vm.box/b out wall-1',
          '3 vm.box/a in wall-1',
        ],
      ]);
      const log = world.log.map(({ vm: at, direction, firewall, rule, passed }) =>
        [at, direction, firewall, rule, passed].join(' '),
      );
      assert.deepEqual(log.sort(), [
        ...['vm.box/a in wall-1 ids-1 true', 'vm.box/a in wall-1 ids-1 true'],
        ...['vm.box/a in wall-1 otherwise false', 'vm.box/b out wall-1 otherwise false'],
      ]);
      assert.equal(world.lost, 0);
    }));

  it('changes rules between two frames, loses none, and goes on counting', () =>
    withBus({ ...NONE, places: 65_536 }, async world => {
      const rules = (round: number) => [accepts(0x700 + (round % 4)), accepts(0x100, 0x1ff)];
      const ports = (round: number) => [port('a', rules(round)), port('b')];
      await start(world, ...ports(0));
      const [a, b] = [world.guest('a'), world.guest('b')];
      let said = 0;
      for (let round = 1; round <= 30; round += 1) {
        const frames = Array.from({ length: 400 }, (_, index) =>
          frameOf(0x100, (said + index) >> 8, (said + index) & 0xff),
        );
        a.say(...frames);
        said += frames.length;
        await world.line.change(ports(round) as LinePort[]);
      }
      await until(() => b.heard.length >= said);
      const numbers = b.heard.map(hex => Buffer.from(hex, 'hex').readUInt16BE(8));
      assert.deepEqual(
        numbers,
        Array.from({ length: said }, (_, index) => index),
      );
      await becomes(() => wires(world, 'a'), { in: [said, 0, 0], out: [0, 0, 0] });
      assert.deepEqual(hits(world.end(vm('a'))), [{ 'ids-702': 0, 'ids-100': said, otherwise: 0 }]);
    }));

  it('refuses rules that are none before anything is changed', () =>
    withBus(NONE, async world => {
      const [a, b] = await start(world, port('a', [accepts(1)]), port('b'));
      const wrong = port('a', [{ id: 'x', ids: 'all' }]);
      await assert.rejects(world.line.change([wrong, port('b')]), { code: 'GW_LINE_RULE' });
      const crowd = Array.from({ length: 17 }, (_, index) => port(`vm-${index}`));
      await assert.rejects(world.line.change(crowd), { code: 'GW_LINE_CROWDED' });
      a.say(frameOf(2), frameOf(1));
      await until(() => b.ids.length === 1);
      assert.deepEqual(b.ids, [1]);
    }));

  it('carries as many VMs and firewalls as it says it does', () =>
    withBus(NONE, async world => {
      const walls = [[accepts(0, 0x7ff)], [accepts(0, 0x7ff)]];
      const ports = Array.from({ length: 16 }, (_, index) => port(`vm-${index}`, ...walls));
      const [first, ...others] = await start(world, ...ports);
      first?.say(frameOf(5));
      await until(() => others.every(guest => guest.ids.length === 1));
      assert.deepEqual(first?.ids, []);
      // All are replaced at once.
      const next = Array.from({ length: 16 }, (_, index) => port(`next-${index}`, ...walls));
      const [speaker, ...hearers] = await start(world, ...next);
      speaker?.say(frameOf(6));
      await until(() => hearers.every(guest => guest.ids.length === 1));
      assert.deepEqual(
        others.flatMap(({ ids }) => ids),
        others.map(() => 5),
      );
    }));

  it('waits for a VM that is not there yet, and finds it again when it was gone; what was said meanwhile is counted', () =>
    withBus(NONE, async world => {
      const [a] = await start(world, port('a'));
      await world.line.change([port('a'), port('b')]);
      a.say(frameOf(1), frameOf(2));
      await until(() => world.end(vm('b')).out.dropped === 2);
      assert.equal(world.end(vm('b')).plugged, false);
      const b = world.guest('b');
      for (const id of [3, 4]) {
        await b.start();
        await world.plugged('b');
        a.say(frameOf(id));
        await until(() => b.ids.at(-1) === id);
        b.stop();
        await until(() => world.end(vm('b')).plugged === false);
      }
      assert.deepEqual(b.ids, [3, 4]);
      await becomes(() => wires(world, 'b').out, [2, 0, 2]);
    }));

  it('takes half a line of a VM that went for nothing', () =>
    withBus(NONE, async world => {
      const [a, b] = await start(world, port('a'), port('b'));
      a.type('t12');
      a.stop();
      await until(() => world.end(vm('a')).plugged === false);
      await a.start();
      await world.plugged('a');
      a.say(frameOf(0x55));
      await until(() => b.ids.length === 1);
      assert.deepEqual(b.ids, [0x55]);
    }));

  it('tells a VM nothing while its channel is closed, and the time with each frame when it asks for it', () =>
    withBus(NONE, async world => {
      const [a, b] = await start(world, port('a'), port('b'));
      b.type('C\r');
      await until(() => b.answers === '\r');
      a.say(frameOf(1));
      await until(() => world.end(vm('b')).out.dropped === 1);
      b.type('Z1\rO\r');
      await until(() => b.answers === '\r\r\r');
      a.say(frameOf(2));
      await until(() => b.ids.length === 1);
      assert.deepEqual([b.ids, b.times.length], [[2], 1]);
      assert.ok((b.times[0] ?? -1) >= 0, 'it has a time');
    }));

  it('costs others nothing when a VM does not read', () =>
    withBus({ ...NONE, places: 64 }, async world => {
      const [a, b] = await start(world, port('a'), port('b'));
      await world.guest('deaf').start(false);
      await world.line.change([port('a'), port('b'), port('deaf')]);
      await world.plugged('deaf');
      const total = 40_000;
      for (let said = 0; said < total; said += 50) {
        a.type(
          lineOf(frameOf(0x321, 1, 2, 3, 4, 5, 6, 7, 8))
            .toString('latin1')
            .repeat(50),
        );
        await until(() => b.heard.length === said + 50);
      }
      const deaf = () => world.end(vm('deaf')).out;
      await until(() => deaf().frames + deaf().dropped === total);
      const { dropped } = deaf();
      assert.ok(dropped > 0 && dropped < total, `${dropped} were dropped for it`);
      await becomes(() => wires(world, 'b').out, [total, 0, 0]);
    }));

  it('holds a VM back that says more than a bus takes, and loses none of it', () =>
    withBus({ ...NONE, places: 65_536 }, async world => {
      const [a, b] = await start(world, port('a'), port('b'));
      const total = 60_000;
      a.type(lineOf(frameOf(0x42)).toString('latin1').repeat(total));
      await until(() => b.heard.length === total);
      await becomes(
        () => [wires(world, 'a').in, wires(world, 'b').out],
        [
          [total, 0, 0],
          [total, 0, 0],
        ],
      );
    }));

  it('brings what others say while one VM says without end what it may not', () =>
    withBus(NONE, async world => {
      const [a, b, loud] = await start(world, port('a'), port('b'), port('loud', [accepts(1)]));
      const flood = lineOf(frameOf(0x7ff, 1, 2, 3, 4, 5, 6, 7, 8))
        .toString('latin1')
        .repeat(200_000);
      loud.type(flood);
      for (let round = 1; round <= 200; round += 1) {
        a.say(frameOf(0x100 + round));
        await until(() => b.ids.length === round);
      }
      assert.equal(b.ids.at(-1), 0x100 + 200);
      await until(() => world.end(vm('loud')).in.denied === 200_000);
      assert.equal(a.ids.length, 0);
    }));

  it('takes CAN FD only where the VMs understand it', async () => {
    const fd = inLane(checkFrame({ id: 9, fd: true, brs: true, data: new Uint8Array(12).fill(3) }));
    await withBus({ ...NONE, fd: true }, async world => {
      const [a, b] = await start(world, port('a'), port('b'));
      a.say(fd);
      await until(() => b.heard.length === 1);
      assert.equal(b.heard[0], Buffer.from(fd).toString('hex'));
    });
    await withBus(NONE, async world => {
      const [a, b] = await start(world, port('a'), port('b'));
      a.type('t12G\r');
      a.say(fd, frameOf(1));
      await until(() => b.heard.length === 1);
      assert.deepEqual([b.ids, world.end(vm('a')).in.malformed], [[1], 2]);
      await assert.rejects(world.line.ask(fd, 'write'), { code: 'GW_CAN_FRAME', message: /set to classic frames/ });
    });
  });

  it('takes frames of messages like those of a VM, when they may write', () =>
    withBus(NONE, async world => {
      const [a] = await start(world, port('a', [accepts(1)]));
      world.listening = true;
      assert.deepEqual(await world.line.ask(frameOf(1, 5), 'write'), new Uint8Array(0));
      await world.line.ask(frameOf(2), 'write');
      await until(() => a.heard.length === 1 && world.heard.length === 4);
      assert.deepEqual([a.ids, counted(world.end('messages').in)], [[1], [2, 0, 0]]);
      assert.equal(world.heard.filter(({ end, direction }) => end === 'messages' && direction === 'in').length, 2);
      await assert.rejects(world.line.ask(frameOf(1), 'read'), { code: 'GW_LINE_MESSAGES' });
      await assert.rejects(world.line.ask(Uint8Array.of(1), 'write'), { code: 'GW_CAN_FRAME' });
    }));

  it('refuses settings that are none', async () => {
    await assert.rejects(
      withBus({ adapter: 'slcan' }, async () => {}),
      { code: 'GW_FIELD_INVALID' },
    );
  });
});
