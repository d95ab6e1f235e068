import assert from 'node:assert/strict';
import { middleOfWire, wirePath } from '../../../editor/sidebar/topology/wire-path.ts';

describe('a wire of the topology', () => {
  const corner = [
    { x: 0, y: 0 },
    { x: 40, y: 0 },
    { x: 40, y: 20 },
  ];

  it('goes around corners in a bow, and straight otherwise', () => {
    assert.equal(wirePath(corner), 'M0 0L34 0Q40 0 40 6L40 20');
    assert.equal(wirePath(corner.slice(0, 2)), 'M0 0L40 0');
  });

  it('takes no larger bow than there is room for', () => {
    assert.equal(wirePath([corner[0], { x: 4, y: 0 }, { x: 4, y: 2 }] as typeof corner), 'M0 0L3 0Q4 0 4 1L4 2');
  });

  it('has its middle half way along, not half way across', () => {
    assert.deepEqual(middleOfWire(corner), { x: 30, y: 0 });
    assert.deepEqual(middleOfWire([]), { x: 0, y: 0 });
    assert.deepEqual(middleOfWire(corner.slice(0, 1)), { x: 0, y: 0 });
  });

  it('of no points is none', () => assert.equal(wirePath([]), ''));
});
