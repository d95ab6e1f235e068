// Rates at the cards of VMs, and the wires they stand at. Without a browser.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keyOf, type Wire } from '../../editor/traffic/bus-wires.ts';
import { CardHistory } from '../../editor/traffic/card-history.ts';
import { cardWires } from '../../editor/traffic/card-wires.ts';
import { TrafficStore } from '../../editor/traffic/traffic-store.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { PortFigures } from '../../runtime/model/port-figures.ts';

const CARD: Address<'port'> = 'port.cell-7/robot.eth0';
const STILL = { said: 0, heard: 0, refused: 0, lost: 0 };
const counted = (frames: number, port = CARD): PortFigures => ({
  ...{ port, in: { frames, denied: frames / 10, dropped: 0 }, out: { frames: frames * 2, dropped: frames / 5 } },
});

describe('rates at the card of a VM', () => {
  it('are unknown before there is anything to compare, which is not the same as none', () => {
    const history = new CardHistory();
    assert.equal(history.rates(CARD), undefined);
    history.take(0, [counted(1_000)]);
    assert.equal(history.rates(CARD), undefined);
    history.take(500, [counted(1_000)]);
    assert.deepEqual(history.rates(CARD), STILL);
  });

  it('are of the last two seconds: what it says, hears, what is refused and lost', () => {
    const history = new CardHistory();
    for (let n = 0; n <= 10; n += 1) history.take(n * 500, [counted(n < 6 ? 0 : (n - 6) * 10)]);
    assert.deepEqual(history.rates(CARD), { said: 20, heard: 40, refused: 2, lost: 4 });
  });

  it('are of what is counted, where a back end counts no refusals by card', () => {
    const history = new CardHistory();
    for (const atMs of [0, 1_000])
      history.take(atMs, [{ port: CARD, in: { frames: atMs, dropped: 0 }, out: { frames: 0, dropped: 0 } }]);
    assert.deepEqual(history.rates(CARD), { ...STILL, said: 1_000 });
  });

  it('begin anew when counters or the clock do, and go when the card does', () => {
    for (const [atMs, frames] of [
      [1_500, 3],
      [900, 100],
    ] as const) {
      const history = new CardHistory();
      history.take(500, [counted(50)]);
      history.take(1_000, [counted(60)]);
      history.take(atMs, [counted(frames)]);
      assert.equal(history.rates(CARD), undefined);
    }
    const history = new CardHistory();
    for (const atMs of [0, 500]) history.take(atMs, [counted(1)]);
    history.take(1_000, []);
    assert.equal(history.rates(CARD), undefined);
  });

  it('are never below nothing, whatever is counted', () => {
    const counts = fc.array(fc.tuple(fc.nat(10_000), fc.nat(1_000)), { maxLength: 30 });
    fc.assert(
      fc.property(counts, samples => {
        const history = new CardHistory();
        for (const [atMs, frames] of samples) history.take(atMs, [counted(frames)]);
        return Object.values(history.rates(CARD) ?? {}).every(rate => rate >= 0 && Number.isFinite(rate));
      }),
    );
  });

  it('are known by gateway, stay when a tick says nothing of cards, and go when it is away or nobody looks', () => {
    const store = new TrafficStore();
    const other: Address<'port'> = 'port.cell-8/robot.eth0';
    const look = (gateway: string, port: Address<'port'>) => {
      for (const atMs of [0, 500]) store.take({ gateway, atMs, lines: [], ports: [counted(1, port)] });
    };
    const known = () => [CARD, other].map(port => store.cardRates(port));
    look('cell-7', CARD);
    look('cell-8', other);
    store.take({ gateway: 'cell-7', atMs: 1_000, lines: [] });
    assert.deepEqual(known(), [STILL, STILL]);
    store.takeAway({ gateway: 'cell-7', why: 'it is off' });
    assert.deepEqual(known(), [undefined, STILL]);
    store.forget(['cell-8']);
    assert.deepEqual(known(), [undefined, undefined]);
  });
});

describe('the wires of cards', () => {
  const wire = (source: string, target: string, sourcePort = 0): Wire => ({
    source: { id: source },
    sourcePort,
    target: { id: target },
  });

  it('are the first ones at a VM, each of the card of its output, whatever they lead to', () => {
    const second: Address<'port'> = 'port.cell-7/robot.eth1';
    const wires = [
      wire('vm', 'wall'),
      wire('wall', 'switch'),
      wire('vm', 'other-switch', 1),
      wire('vm', 'not-deployed', 2),
      wire('bus', 'vm'),
    ];
    const found = cardWires({
      cards: new Map([['vm', [CARD, second]]]),
      wiresOf: node => wires.filter(({ source }) => source.id === node),
    });
    assert.deepEqual(
      found,
      new Map([
        [keyOf(wire('vm', 'wall')), CARD],
        [keyOf(wire('vm', 'other-switch', 1)), second],
      ]),
    );
  });
});
