import assert from 'node:assert/strict';
import { plannedChanges } from '../../../editor/canvas/planned-changes.ts';
import { fractionDone } from '../../../editor/canvas/progress.ts';
import { ringPath, STATE_OUTLINES } from '../../../editor/canvas/state-shapes.ts';
import type { Action, Step } from '../../../runtime/model/plan.ts';

const step = (action: Action, name: string, node?: string): Step => ({
  ...{ id: `${action} vm.cell/${name}`, action, address: `vm.cell/${name}`, kind: 'vm', changes: [], needs: [] },
  ...{ reason: 'because', impact: { tenants: [], dark: [], darkSeconds: 0, restartsVm: false, reversible: true } },
  ...(node === undefined ? {} : { source: { node, flow: 'tab' } }),
});

describe('planned changes on the canvas', () => {
  const drawn = new Set(['a', 'b', 'instance', 'inner']);
  const sorted = (...steps: Step[]) => plannedChanges([{ steps }], id => drawn.has(id));

  it('stand at the nodes they come from, with a sign and a reason', () => {
    const { nodes, elsewhere } = sorted(step('create', 'x', 'a'), step('update', 'y', 'b'));
    assert.deepEqual(
      [...nodes],
      [
        ['a', { action: 'create', texts: ['+ vm.cell/x because'] }],
        ['b', { action: 'update', texts: ['~ vm.cell/y because'] }],
      ],
    );
    assert.deepEqual(elsewhere, []);
  });

  it('show of several at one node the one that takes most away', () => {
    const { nodes } = sorted(step('create', 'x', 'a'), step('replace', 'y', 'a'), step('update', 'z', 'a'));
    assert.equal(nodes.get('a')?.action, 'replace');
    assert.equal(nodes.get('a')?.texts.length, 3);
  });

  it('inside a subflow mark its instance and the node in the template', () => {
    assert.deepEqual([...sorted(step('update', 'x', 'instance/inner')).nodes.keys()], ['instance', 'inner']);
  });

  it('are listed when no node stands for them any more', () => {
    const { nodes, elsewhere } = sorted(step('remove', 'gone'), step('remove', 'deleted', 'no-longer'));
    assert.equal(nodes.size, 0);
    assert.deepEqual(
      elsewhere.map(({ address }) => address),
      ['vm.cell/gone', 'vm.cell/deleted'],
    );
  });
});

describe('the ring of a node that changes', () => {
  const working = (name: string, done: number, steps: number, fraction = 0) => ({
    name,
    progress: { done, steps, step: 'create', within: { what: 'copy', fraction } },
  });

  it('is filled as far as the gateway of the node is, with long work inside a step', () => {
    assert.equal(fractionDone([working('a', 1, 4, 0.5), working('b', 3, 4)], 'a'), 0.375);
    assert.equal(fractionDone([{ name: 'a' }, working('b', 3, 4)], undefined), 0.75);
    assert.equal(fractionDone([{ name: 'a' }, working('b', 3, 4)], 'a'), 0);
    assert.equal(fractionDone([working('a', 0, 0)], 'a'), 0);
    assert.equal(fractionDone([], 'a'), 0);
  });

  it('grows clockwise from nothing to the whole ring', () => {
    assert.equal(ringPath(0), '');
    assert.equal(ringPath(0.25), 'M6 1.500A4.5 4.5 0 0 1 10.50 6.00');
    assert.equal(ringPath(0.75), 'M6 1.500A4.5 4.5 0 1 1 1.50 6.00');
    assert.equal(ringPath(1), STATE_OUTLINES.changing);
    assert.equal(ringPath(7), STATE_OUTLINES.changing);
  });
});
