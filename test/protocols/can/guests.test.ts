// Two guests with can-utils on a bus of ours: the kernel of each talks to what it takes for an adapter at its serial line.
import assert from 'node:assert/strict';
import { CanBus } from '../../../runtime/protocols/can/bus/bus.ts';
import { SlcanPort } from '../../../runtime/protocols/can/bus/slcan-port.ts';
import { StationFirewall } from '../../../runtime/protocols/can/bus/station-firewall.ts';
import { CanFirewall, lowerCan } from '../../../runtime/protocols/can/rules.ts';
import { type CanGuests, canGuests } from '../../lab/can-guest.ts';
import type { GuestConsole } from '../../lab/guest-console.ts';

/** Lets standard identifiers of a range pass, data frames only. */
function between(first: number, last: number): StationFirewall {
  const rule = { id: 'range', ids: [{ first, last }], format: 'standard', remote: 'data', type: 'any', lengths: [] };
  const rules = [{ ...rule, action: 'accept', log: false }];
  return new StationFirewall(lowerCan(CanFirewall.parse({ rules, logDenied: false })));
}

describe('CAN between two guests', function () {
  this.timeout(240_000);
  let guests: CanGuests;
  before(() => {
    guests = canGuests();
  });
  after(() => guests.close());

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

  it('passes as the filters of the bus say, in both directions, and everything is counted', async () => {
    const bus = new CanBus();
    const [sends, hears] = [between(0x100, 0x1ff), between(0, 0x17f)];
    const cell = new SlcanPort(bus, 'cell', { maySend: sends.verdict, state: 'closed' });
    const press = new SlcanPort(bus, 'press', { mayHear: hears.verdict, state: 'closed' });
    const [a, b] = await Promise.all([
      guests.boot('cell', line => cell.connect(line)),
      guests.boot('press', line => press.connect(line)),
    ]);
    assert.deepEqual([cell.state, press.state], ['open', 'open'], 'both kernels opened their channel');

    const allowed = Array.from({ length: 20 }, (_, index) =>
      `${(0x100 + index).toString(16)}#${'5A'.repeat(index % 9)}`.toUpperCase(),
    );
    const denied = ['700#01', '00000123#01', '123#R'];
    const unheard = ['190#02', '1FF#'];
    const heardByPress = await listen(b.console, allowed.length);
    await send(a.console, [...denied, ...unheard, ...allowed]);
    assert.deepEqual(await heardByPress(), allowed);

    const back = ['7FF#1122334455667788', '1FFFFFFF#DEADBEEF', '18FEE000#R', '001#R8', '000#00'];
    const heardByCell = await listen(a.console, back.length);
    await send(b.console, back);
    assert.deepEqual(await heardByCell(), back);

    const { received, denied: refused, malformed } = cell.station.counters;
    assert.deepEqual([received, refused, malformed], [25, 3, 0]);
    const heard = press.station.counters;
    assert.deepEqual([heard.offered, heard.unheard, heard.delivered, heard.full], [22, 2, 20, 0]);
    assert.deepEqual([cell.station.counters.offered, cell.station.counters.delivered], [5, 5]);
    assert.deepEqual([cell.counters.malformed, press.counters.malformed], [0, 0]);
    const hits = [sends, hears].map(({ figures }) => figures.map(figure => figure.hits));
    assert.deepEqual(hits, [
      [22, 3],
      [20, 2],
    ]);
  });
});
