// Two people and one drawing: both get what they did, and what they quarrel about is named field by field.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { byId, type Choice, type FlowNode, nodesChanged } from '../../../editor/merge/changes.ts';
import { merge } from '../../../editor/merge/three-way.ts';

const tab: FlowNode = { id: 'tab', type: 'tab', label: 'Cell' };
const vm: FlowNode = {
  id: 'vm',
  type: 'gatewright-vm',
  z: 'tab',
  name: 'a',
  memoryMiB: 128,
  vcpus: 1,
  x: 1,
  y: 1,
  wires: [['lan']],
};
const lan: FlowNode = { id: 'lan', type: 'gatewright-vswitch', z: 'tab', name: 'lan', x: 2, y: 1, wires: [[]] };
const base = [tab, vm, lan];
const with_ = (changes: object, node: FlowNode = vm): FlowNode => ({ ...node, ...changes });
const other = with_({ id: 'other', name: 'b' });

function merged(
  mine: readonly FlowNode[],
  theirs: readonly FlowNode[],
  choices: Readonly<Record<string, Choice>> = {},
) {
  const { flow, conflicts } = merge(
    { from: base, to: mine },
    { from: base, to: theirs },
    new Map(Object.entries(choices)),
  );
  return { nodes: byId(flow), conflicts };
}

describe('merging two drawings', () => {
  it('takes what only one changed from whoever changed it, also in the same node', () => {
    const { nodes, conflicts } = merged([tab, with_({ memoryMiB: 256 }), lan], [tab, with_({ vcpus: 2 }), lan]);
    assert.deepEqual(conflicts, []);
    assert.deepEqual(nodes.get('vm'), with_({ memoryMiB: 256, vcpus: 2 }));
  });

  it('names a field that both changed, and takes the one that is chosen', () => {
    const [mine, theirs] = [
      [tab, with_({ memoryMiB: 256 }), lan],
      [tab, with_({ memoryMiB: 512 }), lan],
    ];
    const { nodes, conflicts } = merged(mine, theirs);
    assert.deepEqual(conflicts, [
      { key: 'vm.memoryMiB', node: 'vm', label: 'a', field: 'memoryMiB', mine: 256, theirs: 512 },
    ]);
    assert.equal(nodes.get('vm')?.memoryMiB, 256);
    assert.equal(merged(mine, theirs, { 'vm.memoryMiB': 'theirs' }).nodes.get('vm')?.memoryMiB, 512);
  });

  it('is no quarrel when both did the same, or moved the same node', () => {
    const { nodes, conflicts } = merged([tab, with_({ vcpus: 2, x: 7 }), lan], [tab, with_({ vcpus: 2, x: 9 }), lan]);
    assert.deepEqual([conflicts, nodes.get('vm')?.x], [[], 7]);
  });

  it('keeps what both added, and drops what one removed and the other left alone', () => {
    const third = with_({ id: 'third', name: 'c' });
    const { nodes, conflicts } = merged([tab, vm, other], [tab, vm, lan, third]);
    assert.deepEqual(conflicts, []);
    assert.deepEqual(new Set(nodes.keys()), new Set(['tab', 'vm', 'other', 'third']));
    assert.deepEqual(nodes.get('vm')?.wires, [[]], 'a wire to what is gone is gone');
  });

  it('asks when one removed what the other changed, and keeps it until somebody decides', () => {
    const theirs = [tab, with_({ memoryMiB: 512 }), lan];
    const { nodes, conflicts } = merged([tab, lan], theirs);
    assert.deepEqual(
      conflicts.map(({ key, removedBy }) => [key, removedBy]),
      [['vm', 'mine']],
    );
    assert.equal(nodes.get('vm')?.memoryMiB, 512);
    assert.equal(merged([tab, lan], theirs, { vm: 'mine' }).nodes.has('vm'), false);
    assert.equal(merged(theirs, [tab, lan], { vm: 'theirs' }).nodes.has('vm'), false);
  });

  describe('of a list of rules', () => {
    const rule = (id: string, ports: string, log = false) => ({ id, ports, log });
    const wall = (...rules: readonly object[]) =>
      ({ id: 'wall', type: 'gatewright-firewall', z: 'tab', name: 'guard', rules, wires: [[]] }) as FlowNode;
    const from = [tab, wall(rule('a', '1'), rule('b', '2'))];
    const rules = (
      mine: readonly object[],
      theirs: readonly object[],
      choices: Readonly<Record<string, Choice>> = {},
    ) => {
      const sides = [mine, theirs].map(own => ({ from, to: [tab, wall(...own)] }));
      const [left, right] = sides as [(typeof sides)[0], (typeof sides)[0]];
      const { flow, conflicts } = merge(left, right, new Map(Object.entries(choices)));
      return [byId(flow).get('wall')?.rules, conflicts.map(({ key, field }) => [key, field])];
    };

    it('takes each row, and each field of a row, from whoever changed it', () => {
      assert.deepEqual(
        rules([rule('a', '9'), rule('b', '2')], [rule('a', '1', true), rule('b', '2'), rule('c', '3')]),
        [[rule('a', '9', true), rule('b', '2'), rule('c', '3')], []],
      );
    });

    it('keeps what both added, each where it stood', () => {
      assert.deepEqual(
        rules([rule('x', '7'), rule('a', '1'), rule('b', '2')], [rule('a', '1'), rule('c', '3'), rule('b', '2')]),
        [[rule('x', '7'), rule('a', '1'), rule('c', '3'), rule('b', '2')], []],
      );
    });

    it('asks about the one field of the one row that both changed', () => {
      const [mine, theirs] = [
        [rule('a', '9'), rule('b', '2')],
        [rule('a', '8'), rule('b', '2', true)],
      ];
      const open = [['wall.rules[a].ports', 'rules[a].ports']];
      assert.deepEqual(rules(mine, theirs), [[rule('a', '9'), rule('b', '2', true)], open]);
      assert.deepEqual(rules(mine, theirs, { 'wall.rules[a].ports': 'theirs' }), [
        [rule('a', '8'), rule('b', '2', true)],
        open,
      ]);
    });

    it('asks when one removed the row that the other changed, and takes their order when I left it alone', () => {
      const open = [['wall.rules[b]', 'rules[b]']];
      assert.deepEqual(rules([rule('a', '1')], [rule('b', '5'), rule('a', '1')]), [
        [rule('b', '5'), rule('a', '1')],
        open,
      ]);
      assert.deepEqual(rules([rule('a', '1')], [rule('b', '5'), rule('a', '1')], { 'wall.rules[b]': 'mine' }), [
        [rule('a', '1')],
        open,
      ]);
    });
  });

  it('asks when both changed how many network cards there are, because wires go by number', () => {
    const cards = (names: readonly string[], wires: readonly (readonly string[])[]) =>
      with_({ nics: names.map(name => ({ name })), wires });
    const from = [tab, cards(['eth0', 'eth1'], [['lan'], ['lan']]), lan];
    const { conflicts } = merge(
      { from, to: [tab, cards(['eth1'], [['lan']]), lan] },
      { from, to: [tab, cards(['eth0', 'eth1', 'eth2'], [['lan'], ['lan'], ['lan']]), lan] },
    );
    assert.deepEqual(conflicts.map(({ field }) => field).sort(), ['nics', 'wires']);
  });

  it('joins wires that both drew from one output', () => {
    const { nodes, conflicts } = merged(
      [tab, with_({ wires: [['lan', 'other']] }), lan, other],
      [tab, with_({ wires: [['third']] }), lan, with_({ id: 'third', name: 'c' })],
    );
    assert.deepEqual([conflicts, nodes.get('vm')?.wires], [[], [['other', 'third']]]);
  });

  it('brings a tab back that one removed and the other drew on', () => {
    const { nodes } = merged([], [tab, vm, lan, other]);
    assert.deepEqual(new Set(nodes.keys()), new Set(['tab', 'other']));
  });

  it('does not take for a change of mine what the editor adds to every node', () => {
    const shown = base.map(node => ({ ...node, outputs: 1 }));
    const { flow, conflicts } = merge(
      { from: shown, to: shown },
      { from: base, to: [tab, with_({ outputs: 2 }), lan] },
    );
    assert.deepEqual([conflicts, byId(flow).get('vm')?.outputs], [[], 2]);
  });

  it('tells of both sides what they did', () => {
    const told = nodesChanged(base, [tab, with_({ vcpus: 2, x: 9 }), other, with_({ x: 9 }, lan)]);
    assert.deepEqual(
      told.map(({ label, how, fields }) => [label, how, fields.map(({ field }) => field)]),
      [
        ['a', 'changed', ['vcpus']],
        ['b', 'added', []],
        ['lan', 'moved', []],
      ],
    );
  });

  // Fields and nodes from a small stock, so that both sides meet.
  const node = fc.record({
    id: fc.constantFrom('n1', 'n2', 'n3', 'n4'),
    type: fc.constant('t'),
    a: fc.integer({ min: 0, max: 2 }),
    b: fc.integer({ min: 0, max: 2 }),
    wires: fc.array(fc.subarray(['n1', 'n2', 'n3', 'n4']), { maxLength: 2 }),
  });
  const drawing = fc.uniqueArray(node, { selector: ({ id }) => id }) as fc.Arbitrary<FlowNode[]>;
  const plain = (nodes: readonly FlowNode[]) => [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1));

  it('is what one drew when the other drew nothing', () => {
    const whole = (nodes: readonly FlowNode[]) => merge({ from: nodes, to: nodes }, { from: nodes, to: nodes }).flow;
    const property = fc.property(drawing, drawing, (from, to) => {
      assert.deepEqual(plain(merge({ from, to }, { from, to: from }).flow), plain(whole(to)));
      assert.deepEqual(plain(merge({ from, to: from }, { from, to }).flow), plain(whole(to)));
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('quarrels about the same, and agrees on the same, whoever is asked', () => {
    const property = fc.property(drawing, drawing, drawing, (from, mine, theirs) => {
      const here = merge({ from, to: mine }, { from, to: theirs });
      const there = merge({ from, to: theirs }, { from, to: mine });
      assert.deepEqual(here.conflicts.map(({ key }) => key).sort(), there.conflicts.map(({ key }) => key).sort());
      const open = new Set(here.conflicts.map(({ node: id }) => id));
      const settled = (flow: readonly FlowNode[]) =>
        plain(flow)
          .filter(({ id }) => !open.has(id))
          .map(({ id, a, b }) => [id, a, b]);
      assert.deepEqual(settled(here.flow), settled(there.flow));
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
