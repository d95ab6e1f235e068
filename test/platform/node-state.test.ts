import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { indexNodes, mainKind } from '../../runtime/platform/node-state.ts';
import { policingNodes } from '../../runtime/platform/policing-nodes.ts';

const file = fileURLToPath(new URL('../../flows/robot-cell/flow.json', import.meta.url));
const flow: readonly { readonly id: string; readonly type: string; readonly name?: string }[] = JSON.parse(
  readFileSync(file, 'utf8'),
);
const idOf = (name: string) => flow.find(node => node.name === name)?.id ?? '';

describe('the index from nodes to what they draw', () => {
  const { design } = compile(flow, NODE_TYPES);
  const index = indexNodes(design, policingNodes(flow, NODE_TYPES));

  it('finds the policies a firewall is part of', () => {
    assert.deepEqual(index.get(idOf('fw-a')), ['policy.cell-7/vendor-a']);
    assert.deepEqual(index.get(idOf('fw-b')), ['policy.cell-7/vendor-b']);
  });

  it('finds a switch on every gateway it spans', () => {
    assert.deepEqual(index.get(idOf('cell-a')), ['segment.cell-7/cell-a', 'segment.cell-8/cell-a']);
  });

  it('speaks of the VM where a node draws a VM and its ports', () => {
    assert.equal(mainKind(design, index.get(idOf('a7')) ?? []), 'vm');
    assert.equal(mainKind(design, index.get(idOf('plant-edge')) ?? []), 'edge');
  });

  it('leaves out disabled firewalls and whatever is not a node', () => {
    const firewall = { id: 'f', type: 'gatewright-firewall', name: 'guard' };
    const found = policingNodes([null, 7, 'x', { ...firewall, d: true }, { ...firewall, id: 'g' }], NODE_TYPES);
    assert.deepEqual([...found], [['guard', ['g']]]);
  });
});
