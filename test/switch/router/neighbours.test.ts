import assert from 'node:assert/strict';
import { Neighbours } from '../../../runtime/switch/router/neighbours.ts';

const MAC = 0x0200_0000_0007;
const FORGER = 0x0200_0000_0066;
const FRAME = Uint8Array.of(1, 2, 3);

function neighbours() {
  const seen = { now: 0, asked: [] as number[], released: [] as [number, number][], lost: 0 };
  const made = new Neighbours({
    now: () => seen.now,
    ask: ip => seen.asked.push(ip),
    release: (frame, mac) => seen.released.push([frame.length, mac]),
    lost: frames => {
      seen.lost += frames;
    },
  });
  return { made, seen };
}

describe('the neighbours of a leg', () => {
  it('are asked for once a second, and get what waited for them', () => {
    const { made, seen } = neighbours();
    assert.deepEqual(
      [1, 2, 3, 4].map(() => made.wait(7, FRAME)),
      ['waiting', 'waiting', 'waiting', 'full'],
    );
    assert.deepEqual(seen.asked, [7]);
    made.heard(7, MAC, true);
    assert.deepEqual(seen.released, [
      [3, MAC],
      [3, MAC],
      [3, MAC],
    ]);
    assert.equal(made.find(7), MAC);
  });

  it('are given up when they do not answer three times', () => {
    const { made, seen } = neighbours();
    const fates = [0, 1_000, 2_000, 3_000].map(now => {
      seen.now = now;
      return made.wait(7, FRAME);
    });
    assert.deepEqual([fates, seen.lost], [['waiting', 'waiting', 'waiting', 'unreachable'], 3]);
  });

  it('do not change because somebody says so: the leg asks, and the answer counts', () => {
    const { made, seen } = neighbours();
    made.heard(7, FORGER, true);
    assert.equal(made.find(7), undefined, 'an answer nobody asked for');
    made.wait(7, FRAME);
    made.heard(7, MAC, true);
    seen.now = 5_000;
    made.heard(7, FORGER, true);
    made.heard(7, FORGER, false);
    assert.deepEqual([made.find(7), seen.asked], [MAC, [7, 7]]);
    made.heard(7, MAC, true);
    assert.equal(made.find(7), MAC);
  });

  it('are asked for again while they are in use, and forgotten after a minute without an answer', () => {
    const { made, seen } = neighbours();
    made.heard(7, MAC, false);
    seen.now = 50_000;
    assert.deepEqual([made.find(7), seen.asked], [MAC, [7]]);
    seen.now = 60_000;
    assert.equal(made.find(7), undefined);
  });

  it('are never more than the table holds', () => {
    const { made } = neighbours();
    for (let ip = 1; ip <= 5_000; ip += 1) made.heard(ip, MAC, false);
    assert.ok(made.size <= 1024, `${made.size}`);
    assert.equal(made.find(5_000), MAC);
  });
});
