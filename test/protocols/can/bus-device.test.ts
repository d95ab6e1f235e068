// A CAN bus that goes on outside of the box: over an adapter at a serial port, which a pseudo terminal plays, and over an
// interface of a kernel that has none.
import assert from 'node:assert/strict';
import { accepts, type BusWorld, becomes, frameOf, port, until, vm, withBus } from './bus-world.ts';
import { type PretendedAdapter, pretendedAdapter } from './pretended-adapter.ts';

/** One guest that may hear and say 100 to 1ff, on a bus. */
async function one(world: BusWorld) {
  const guest = world.guest('a');
  await guest.start();
  await world.line.change([port('a', [accepts(0x100, 0x1ff)])]);
  await world.plugged('a');
  return guest;
}

describe('a CAN bus with an adapter at a serial port', () => {
  let adapter: PretendedAdapter;
  beforeEach(async () => {
    adapter = await pretendedAdapter();
  });
  afterEach(() => adapter.close());
  const settings = () => ({ adapter: 'slcan', path: adapter.path, bitRate: '250000' });
  const state = ({ line }: BusWorld) => line.figures().state;

  it('sets it up, and brings frames from the VM to the device and back through the firewall', () =>
    withBus(settings(), async world => {
      const guest = await one(world);
      await until(() => state(world) === 'open');
      assert.equal(adapter.bitRate, 250_000);
      guest.say(frameOf(0x123, 1), frameOf(0x223));
      await until(() => adapter.ids.length === 1);
      adapter.types('nonsense\r');
      adapter.hears(frameOf(0x150), frameOf(0x250), frameOf(0x151));
      await until(() => guest.ids.length === 2 && world.end('device').in.frames === 3);
      assert.deepEqual([adapter.ids, guest.ids], [[0x123], [0x150, 0x151]]);
      const counted = () => {
        const [{ in: from, out }, guarded] = [world.end('device'), world.end(vm('a'))];
        return [from.malformed, out.frames, out.dropped, guarded.in.denied, guarded.out.denied];
      };
      await becomes(counted, [1, 1, 0, 1, 1]);
      await world.line.ask(frameOf(0x300), 'write');
      await until(() => adapter.ids.length === 2);
    }));

  it('is told to listen only when it shall, and then nothing is sent', () =>
    withBus({ ...settings(), listenOnly: true }, async world => {
      const guest = await one(world);
      await until(() => state(world) === 'open');
      guest.say(frameOf(0x123));
      await until(() => world.end('device').out.dropped === 1);
      assert.deepEqual(adapter.ids, []);
    }));

  it('goes on between VMs while the adapter is away, says why, and finds it again', async () => {
    await adapter.unplug();
    await withBus(settings(), async world => {
      const guest = await one(world);
      await until(() => state(world) === 'waiting');
      assert.match(world.line.figures().why ?? '', /cannot open .*tty/);
      assert.equal(world.end('device').plugged, false);
      await world.line.ask(frameOf(0x111), 'write');
      await until(() => guest.ids.length === 1 && world.end('device').out.dropped === 1);
      for (const id of [0x120, 0x121]) {
        await adapter.plug();
        await until(() => state(world) === 'open');
        assert.equal(world.line.figures().why, undefined);
        guest.say(frameOf(id));
        await until(() => adapter.ids.at(-1) === id);
        await adapter.unplug();
        await until(() => state(world) === 'waiting');
      }
      assert.deepEqual(adapter.ids, [0x120, 0x121]);
    });
  }).timeout(30_000);
});

describe('a CAN bus with an interface of the kernel that is not there', () => {
  it('says why, and goes on between VMs', () =>
    withBus({ adapter: 'socketcan', interface: 'gwnocan0' }, async world => {
      const guest = await one(world);
      await until(() => world.line.figures().state === 'waiting');
      assert.match(world.line.figures().why ?? '', /there is no CAN/);
      await world.line.ask(frameOf(0x111), 'write');
      await until(() => guest.ids.length === 1 && world.end('device').out.dropped === 1);
    }));
});
