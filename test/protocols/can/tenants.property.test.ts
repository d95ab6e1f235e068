// Whatever is drawn and whatever is said: a tenant hears what the drawing lets it hear, and nothing else.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LinePort } from '../../../runtime/model/kinds/line.ts';
import type { EndFigures } from '../../../runtime/model/line-figures.ts';
import { accepts, type BusWorld, becomes, frameOf, nameOf, port, until, vm, withBus } from './bus-world.ts';

const NAMES = ['a', 'b', 'c', 'd'] as const;
/** What each of them says, as fast as it can. */
const SAID = Array.from({ length: 300 }, (_, number) => number);
const IDS = 8;

interface Rule {
  readonly ids: readonly { readonly first: number; readonly last: number }[];
  readonly direction: string;
}

/** A guest at one of two buses. */
interface Place {
  readonly drawn: LinePort;
  readonly bus: 0 | 1;
}

const range = fc
  .tuple(fc.nat(IDS - 1), fc.nat(IDS - 1), fc.constantFrom('from-vm', 'to-vm', 'both'))
  .map(([x, y, direction]) => accepts(Math.min(x, y), Math.max(x, y), { direction }));
const walls = fc.array(fc.uniqueArray(range, { selector: ({ id }) => id, maxLength: 3 }), { maxLength: 2 });
const bus = fc.constantFrom(0 as const, 1 as const);
const drawing = fc.tuple(...NAMES.map(name => fc.record({ drawn: walls.map(all => port(name, ...all)), bus })));

/** Read from the rules alone. */
function passes({ guards }: LinePort, id: number, direction: 'from-vm' | 'to-vm'): boolean {
  const fits = ({ ids, direction: of }: Rule) =>
    (of === 'both' || of === direction) && ids.some(({ first, last }) => first <= id && id <= last);
  return guards.every(({ rules }) => (rules as unknown as readonly Rule[]).some(fits));
}

/** Says who said it, and which it is. */
const frame = (from: number, number: number) => frameOf(number % IDS, from, number >> 8, number & 0xff);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** What one may hear. */
function expectedAt(places: readonly Place[], to: Place): readonly string[] {
  return places.flatMap((from, index) => {
    if (from === to || from.bus !== to.bus) return [];
    const heard = SAID.filter(
      number => passes(from.drawn, number % IDS, 'from-vm') && passes(to.drawn, number % IDS, 'to-vm'),
    );
    return heard.map(number => hex(frame(index, number)));
  });
}

/** Ends at which not everything that the others said has left, was denied or was dropped. */
function unaccounted(ends: readonly EndFigures[]): readonly EndFigures[] {
  const passed = ({ in: { frames, denied } }: EndFigures) => frames - denied;
  const all = ends.reduce((sum, end) => sum + passed(end), 0);
  return ends.filter(end => {
    const { frames, denied, dropped } = end.out;
    return end.end !== 'messages' && frames + denied + dropped !== all - passed(end);
  });
}

/** Puts everybody on their bus, after everybody has left. */
async function draw(buses: readonly [BusWorld, BusWorld], places: readonly Place[]): Promise<void> {
  for (const { line } of buses) await line.change([]);
  const guests = buses.flatMap(({ guest }) => NAMES.map(guest));
  await until(() => guests.every(guest => !guest.isConnected));
  for (const guest of guests) guest.heard.length = 0;
  for (const [index, { line, plugged }] of buses.entries()) {
    const here = places.filter(place => place.bus === index).map(({ drawn }) => drawn);
    await line.change(here);
    await plugged(...here.map(({ vm: address }) => nameOf(address)));
  }
}

describe('tenants on two CAN buses', () => {
  it('hear exactly what the drawing lets them hear, whatever the load', () =>
    withBus({ adapter: 'none' }, left =>
      withBus({ adapter: 'none' }, async right => {
        const buses = [left, right] as const;
        for (const name of NAMES) for (const { guest } of buses) await guest(name).start();
        await fc.assert(
          fc.asyncProperty(drawing, async places => {
            await draw(buses, places);
            for (const [index, name] of NAMES.entries())
              buses[places[index]?.bus ?? 0].guest(name).say(...SAID.map(number => frame(index, number)));
            for (const [index, place] of places.entries()) {
              const name = NAMES[index] ?? 'a';
              const [here, elsewhere] = place.bus === 0 ? [left, right] : [right, left];
              const { heard } = here.guest(name);
              const dropped = () => here.end(vm(name)).out.dropped;
              const may = expectedAt(places, place);
              await until(() => heard.length + dropped() >= may.length);
              const allowed = new Set(may);
              assert.ok(
                heard.every(each => allowed.has(each)),
                'nothing that it may not hear',
              );
              assert.equal(new Set(heard).size, heard.length, 'nothing twice');
              assert.equal(heard.length + dropped(), may.length, 'all of it, or it is counted');
              assert.deepEqual(elsewhere.guest(name).heard, [], 'nothing of a bus it is not on');
            }
            for (const { line } of buses) await becomes(() => unaccounted(line.figures().ends), []);
          }),
          { numRuns: 25, endOnFailure: true },
        );
      }),
    )).timeout(60_000);
});
