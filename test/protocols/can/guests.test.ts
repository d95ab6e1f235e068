// Two guests with can-utils on a bus of ours: the kernel of each talks to what it takes for an adapter at its serial line.
import assert from 'node:assert/strict';
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import type { PortSetup } from '../../../runtime/lanes/engine/setup.ts';
import { CanBus } from '../../../runtime/protocols/can/bus/bus.ts';
import { SlcanPort } from '../../../runtime/protocols/can/bus/slcan-port.ts';
import { StationFirewall } from '../../../runtime/protocols/can/bus/station-firewall.ts';
import { CanFirewall, lowerCan } from '../../../runtime/protocols/can/rules.ts';
import { type CanGuest, type CanGuests, canGuests } from '../../lab/can-guest.ts';
import type { GuestConsole } from '../../lab/guest-console.ts';
import { withEngine } from '../../lanes/engine/world.ts';
import { filter, portIn, portOut, wires } from '../../lanes/segment/graphs.ts';

const MODULE = new URL('./slcan-ports.ts', import.meta.url).href;

/** Lets standard identifiers of a range pass, data frames only. */
function between(first: number, last: number): StationFirewall {
  const rule = { id: 'range', ids: [{ first, last }], format: 'standard', remote: 'data', type: 'any', lengths: [] };
  const rules = [{ ...rule, action: 'accept', log: false }];
  return new StationFirewall(lowerCan(CanFirewall.parse({ rules, logDenied: false })));
}

describe('CAN between two guests', function () {
  this.timeout(240_000);
  const bus = new CanBus();
  const [sends, hears] = [between(0x100, 0x1ff), between(0, 0x17f)];
  const cell = new SlcanPort(bus, 'cell', { maySend: sends.verdict, state: 'closed' });
  const press = new SlcanPort(bus, 'press', { mayHear: hears.verdict, state: 'closed' });
  let guests: CanGuests | undefined;
  let both: readonly CanGuest[] = [];
  before(async () => {
    guests = canGuests();
    both = await Promise.all([
      guests.boot('cell', line => cell.connect(line)),
      guests.boot('press', line => press.connect(line)),
    ]);
  });
  after(() => guests?.close());

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

  it('passes as the filters of a bus say, in both directions, and everything is counted', async () => {
    assert.deepEqual([cell.state, press.state], ['open', 'open'], 'both kernels opened their channel');
    const [a, b] = consoles();
    assert.deepEqual(await exchange(a, b, [...denied, '190#02', '1FF#', ...allowed], allowed.length), allowed);
    assert.deepEqual(await exchange(b, a, back, back.length), back);

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

  it('goes through a lane as its firewall says, when the lines are given to one under running guests', async () => {
    cell.close();
    press.close();
    const port = (index: number, name: string): PortSetup => ({
      ...{ id: name, module: MODULE, options: { path: both[index]?.line, fd: false }, sends: [`to-${name}`] },
      receives: { node: `from-${name}`, frameClass: 'can', tenant: 1, port: index },
    });
    const graph = {
      nodes: [
        ...[portIn('from-cell'), filter('firewall', between(0x100, 0x1ff).program), portOut('to-press')],
        ...[portIn('from-press'), portOut('to-cell')],
      ],
      wires: wires('from-cell firewall', 'firewall to-press', 'from-press to-cell'),
    };
    const engine = new LaneEngine();
    await withEngine(engine, async () => {
      await engine.deploy({ graph, ports: [port(0, 'cell'), port(1, 'press')] });
      const [a, b] = consoles();
      assert.deepEqual(await exchange(a, b, [...denied, ...allowed], allowed.length), allowed);
      assert.deepEqual(await exchange(b, a, back, back.length), back);
      const { rx, tx, dropFilter } = engine.figures('firewall') ?? {};
      assert.deepEqual([rx, tx, dropFilter], [23, 20, 3]);
    });
  });
});
