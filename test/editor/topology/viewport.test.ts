import assert from 'node:assert/strict';
import {
  bringIn,
  firstSight,
  isWay,
  nextBox,
  pan,
  wholeSight,
  zoom,
} from '../../../editor/sidebar/topology/viewport.ts';

const place = (x: number, y: number) => ({ x, y, width: 100, height: 40 });

describe('what is shown of the topology', () => {
  it('is all of it, in the middle, and not much larger than life', () => {
    assert.deepEqual(wholeSight({ width: 1_000, height: 200 }, { width: 500, height: 500 }), {
      scale: 0.5,
      x: 0,
      y: 200,
    });
    assert.deepEqual(wholeSight({ width: 100, height: 100 }, { width: 500, height: 300 }), {
      scale: 1.4,
      x: 180,
      y: 80,
    });
  });

  it('is at first what can be read of it, from its beginning on', () => {
    const { scale, x, y } = firstSight({ width: 5_000, height: 200 }, { width: 500, height: 400 });
    assert.ok(scale > 0.5);
    assert.equal(x, 0);
    assert.ok(y > 0);
  });

  it('does not fail where there is nothing, or no room', () => {
    for (const view of [
      wholeSight({ width: 0, height: 0 }, { width: 0, height: 0 }),
      wholeSight({ width: 10, height: 10 }, { width: 0, height: 0 }),
    ])
      assert.ok(Object.values(view).every(Number.isFinite));
  });

  it('stays where it is below the pointer while it grows, within bounds', () => {
    const view = { scale: 1, x: 10, y: 20 };
    const around = { x: 110, y: 70 };
    const near = zoom(view, 2, around);
    assert.deepEqual(near, { scale: 2, x: -90, y: -30 });
    assert.equal(zoom(view, 1_000, around).scale, 3);
    assert.equal(zoom(view, 0.000_1, around).scale, 0.1);
    assert.deepEqual(pan(view, 5, -5), { scale: 1, x: 15, y: 15 });
  });

  it('moves no further than is needed to see a box', () => {
    const frame = { width: 300, height: 200 };
    const view = { scale: 1, x: 0, y: 0 };
    assert.deepEqual(bringIn(view, place(50, 50), frame), view);
    assert.deepEqual(bringIn(view, place(400, 50), frame), { scale: 1, x: -212, y: 0 });
    assert.deepEqual(bringIn(view, place(-40, 300), frame), { scale: 1, x: 52, y: -152 });
  });
});

describe('the arrow keys in the topology', () => {
  const places = new Map([
    ['a', place(0, 0)],
    ['b', place(200, 10)],
    ['c', place(200, 300)],
    ['d', place(400, 0)],
  ]);

  it('lead to the nearest box that way', () => {
    assert.equal(nextBox(places, 'a', 'ArrowRight'), 'b');
    assert.equal(nextBox(places, 'b', 'ArrowRight'), 'd');
    assert.equal(nextBox(places, 'b', 'ArrowDown'), 'c');
    assert.equal(nextBox(places, 'c', 'ArrowUp'), 'b');
    assert.equal(nextBox(places, 'd', 'ArrowLeft'), 'b');
  });

  it('stay where there is none, and lead to the ends', () => {
    assert.equal(nextBox(places, 'd', 'ArrowRight'), 'd');
    assert.equal(nextBox(places, 'c', 'Home'), 'a');
    assert.equal(nextBox(places, 'a', 'End'), 'd');
    assert.equal(nextBox(new Map(), 'a', 'Home'), 'a');
  });

  it('are the only ones that lead somewhere', () => {
    assert.deepEqual(['ArrowUp', 'Home', 'End', 'a', 'Enter', 'toString'].map(isWay), [
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
