import assert from 'node:assert/strict';
import { stateOfStatus } from '../../editor/canvas/state-shapes.ts';
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

  it('is a pair of colour and shape from which the editor knows the state', () => {
    for (const state of STATES) assert.equal(stateOfStatus({ ...statusOf({ state, text: state }) }), state);
    for (const other of [undefined, {}, { fill: 'toString', shape: 'dot' }, { text: 'x' }])
      assert.equal(stateOfStatus(other), undefined);
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
