import assert from 'node:assert/strict';
import { statusOf, statusText } from '../../nodes/status.ts';
import type { ResourceState } from '../../runtime/platform/platform-port.ts';

const STATES: readonly ResourceState[] = ['planned', 'running', 'changing', 'drift', 'blocked', 'unknown'];

describe('the status under a node', () => {
  it('has a colour, a shape and a word for every state', () => {
    for (const state of STATES) {
      const status = statusOf({ state, text: state });
      assert.ok(status.fill && status.shape);
      assert.equal(status.text, state);
    }
  });

  it('has a colour of its own for each state that the editor marks with a badge', () => {
    const fills = STATES.map(state => statusOf({ state, text: state }).fill);
    for (const fill of ['blue', 'yellow', 'red']) assert.equal(fills.filter(one => one === fill).length, 1, fill);
  });

  it('tells no two states apart by colour alone', () => {
    const worded = STATES.map(state => statusOf({ state, text: state }).text);
    assert.equal(new Set(worded).size, STATES.length);
  });

  it('is empty for a node that draws nothing', () => assert.deepEqual(statusOf(undefined), {}));

  it('is never longer than 24 characters', () => {
    assert.equal(statusText('x'.repeat(24)).length, 24);
    assert.equal(statusText('x'.repeat(25)).length, 24);
    assert.equal(statusText('x'.repeat(300)).at(-1), '…');
  });
});
