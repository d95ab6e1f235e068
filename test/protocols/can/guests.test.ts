// Two guests with can-utils on a bus of ours: the kernel of each talks to what it takes for an adapter at its serial line.
import assert from 'node:assert/strict';
import type { LinePort } from '../../../runtime/model/kinds/line.ts';
import { canLine } from '../../../runtime/protocols/can/field-line.ts';
import type { FieldLine } from '../../../runtime/protocols/field-line.ts';
import { type CanGuest, type CanGuests, canGuests } from '../../lab/can-guest.ts';
import type { GuestConsole } from '../../lab/guest-console.ts';
import { accepts, becomes, nameOf, port, until, vm } from './bus-world.ts';

describe('CAN between two guests', function () {
  this.timeout(240_000);
  let guests: CanGuests | undefined;
  let both: readonly CanGuest[] = [];
  let line: FieldLine | undefined;
  before(async () => {
    guests = canGuests();
    // Who owns the line comes later than the guests, which have opened their channel by then.
    both = (await Promise.all(
      ['cell', 'press'].map(name => guests?.boot(name, socket => socket.destroy())),
    )) as CanGuest[];
    line = await canLine.open(
      { adapter: 'none' },
      {
        now: Date.now,
        secrets: async () => undefined,
        ears: { any: false, tell: () => {}, lost: () => {} },
        log: () => {},
        socketOf: address => both[nameOf(address) === 'cell' ? 0 : 1]?.line ?? '',
      },
    );
  });
  after(async () => {
    await line?.close();
    await guests?.close();
  });

  const figures = () => line?.figures().ends ?? [];
  const end = (name: string) => figures().find(each => each.end === vm(name)) ?? assert.fail();
  const change = async (...ports: readonly LinePort[]) => {
    await line?.change(ports);
    await until(() =>
      ports.every(each => figures().some(({ end: at, plugged }) => at === each.vm && plugged === true)),
    );
  };

  const consoles = () => both.map(({ console }) => console) as [GuestConsole, GuestConsole];
  /** Starts listening, and tells what was heard when so many frames were. */
  const listen = async (guest: GuestConsole, frames: number) => {
    await guest.run(
      `(candump -L -n ${frames} can0 >/tmp/heard 2>&1 &) ; until grep -q can0 /proc/net/can/rcvlist_all; do sleep 0.1; done`,
    );
    return async () => {
      const said = await guest.run('while pidof candump >/dev/null; do sleep 0.1; done; cat /tmp/heard');
      return said.split('\n').map(line => line.trim().split(' ').at(-1));
    };
  };
  const send = (guest: GuestConsole, frames: readonly string[]) =>
    guest.run(`for frame in ${frames.map(frame => `'${frame}'`).join(' ')}; do cansend can0 $frame || exit 1; done`);
  /** One guest sends, the other hears so many frames. */
  const exchange = async (from: GuestConsole, to: GuestConsole, sent: readonly string[], frames: number) => {
    const heard = await listen(to, frames);
    await send(from, sent);
    return heard();
  };

  const allowed = Array.from({ length: 20 }, (_, index) =>
    `${(0x100 + index).toString(16)}#${'5A'.repeat(index % 9)}`.toUpperCase(),
  );
  const denied = ['700#01', '00000123#01', '123#R'];
  const back = ['7FF#1122334455667788', '1FFFFFFF#DEADBEEF', '18FEE000#R', '001#R8', '000#00'];

  it('passes as the firewalls of the bus say, in both directions, and everything is counted', async () => {
    const data = { remote: 'data' };
    const says = accepts(0x100, 0x1ff, { ...data, direction: 'from-vm' });
    const all = { id: 'all', ids: [], format: 'any' };
    const cell = port('cell', [says, accepts(0, 0, { ...all, direction: 'to-vm' })]);
    const press = port('press', [
      accepts(0, 0x17f, { ...data, direction: 'to-vm' }),
      accepts(0, 0, { ...all, direction: 'from-vm' }),
    ]);
    await change(cell, press);
    const [a, b] = consoles();
    assert.deepEqual(await exchange(a, b, [...denied, '190#02', '1FF#', ...allowed], allowed.length), allowed);
    assert.deepEqual(await exchange(b, a, back, back.length), back);

    const counted = () =>
      [end('cell'), end('press')].map(({ in: from, out }) => [from.frames, from.denied, out.frames, out.denied]);
    await becomes(counted, [
      [25, 3, 5, 0],
      [5, 0, 20, 2],
    ]);
    assert.deepEqual([end('cell').in.malformed, end('press').in.malformed], [0, 0]);
    const hits = [end('cell'), end('press')].map(({ firewalls: [wall] }) => wall?.rules.map(rule => rule.hits));
    assert.deepEqual(hits, [
      [22, 5, 3],
      [20, 5, 2],
    ]);
  });

  it('takes other rules and goes on', async () => {
    await change(port('cell', [accepts(0x1ff)]), port('press'));
    const [a, b] = consoles();
    assert.deepEqual(await exchange(a, b, [...allowed, '1FF#01'], 1), ['1FF#01']);
  });
});
