// What whoever holds something up counts of gates.
import assert from 'node:assert/strict';
import { OpenGates } from '../../runtime/host/open-gates.ts';

const [BOOT, BOX] = ['gate.cell-7/boot', 'gate.cell-7/box'] as const;

describe('open gates', () => {
  let now = 1_000;
  let gates: OpenGates;
  beforeEach(() => {
    now = 1_000;
    gates = new OpenGates(() => now);
  });
  const closed = () => gates.closed([{ by: BOOT }, { by: BOX }]).map(({ by }) => by);

  it('are those that somebody opened, for so long and not a moment more', () => {
    assert.deepEqual(closed(), [BOOT, BOX]);
    gates.set(BOOT, 500);
    assert.deepEqual([closed(), gates.leftMs(BOOT), gates.all()], [[BOX], 500, [[BOOT, 500]]]);
    now += 499;
    assert.deepEqual(closed(), [BOX]);
    now += 1;
    assert.deepEqual([closed(), gates.leftMs(BOOT), gates.all()], [[BOOT, BOX], 0, []]);
  });

  it('are open for longer or shorter with each word, and closed by none', () => {
    gates.set(BOOT, 500);
    gates.set(BOOT, 100);
    assert.equal(gates.leftMs(BOOT), 100);
    gates.set(BOOT, 900);
    assert.equal(gates.leftMs(BOOT), 900);
    gates.set(BOOT, 0);
    assert.deepEqual(closed(), [BOOT, BOX]);
  });

  it('say when to look again: at the first that closes, never before, and at once at one that has', () => {
    assert.equal(gates.lookAgainMs([]), undefined);
    gates.set(BOOT, 500.2);
    gates.set(BOX, 900);
    assert.equal(gates.lookAgainMs([BOOT, BOX]), 501);
    now += 600;
    assert.equal(gates.lookAgainMs([BOOT, BOX]), 0);
    gates.set(BOOT, 1e15);
    assert.ok((gates.lookAgainMs([BOOT]) ?? 0) < 2 ** 31, 'a timer can count it');
  });
});
