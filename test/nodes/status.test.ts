import assert from 'node:assert/strict';
import { statusOf, statusText } from '../../nodes/status.ts';
import type { ResourceState } from '../../runtime/platform/platform-port.ts';

const STATES: readonly ResourceState[] = ['planned', 'running', 'changing', 'drift', 'blocked', 'unknown'];

describe('the status under a node', () => {
  it('has a shape, a word and the state for every state', () => {
    for (const state of STATES) {
      const status = statusOf({ state, text: state });
      assert.ok(status.fill && status.shape);
      assert.deepEqual([status.text, status.state], [state, state]);
    }
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
