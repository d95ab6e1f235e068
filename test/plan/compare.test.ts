// What sets two drawings apart: a difference that people can check, whatever ids and places the nodes have.
import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { compareDesigns } from '../../runtime/plan/compare.ts';
import { NOTHING_DIFFERS, renderComparison } from '../../runtime/plan/render-comparison.ts';
import { flowText } from '../../scripts/golden.ts';
import { type Flow, reference, withFields, withNewIds } from '../cli/flows.ts';

const designOf = (flow: Flow) => {
  const { design, diagnostics } = compile(flow, NODE_TYPES);
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
  return design;
};
const textOf = (from: Flow, to: Flow) => renderComparison(compareDesigns(designOf(from), designOf(to)));
const single = reference('single-box');
const cell = reference('robot-cell');

describe('the comparison of two drawings', () => {
  it('finds nothing between a drawing and the same one with other ids, another order and other places', () => {
    const moved = withNewIds(cell)
      .map(node => ({ ...node, x: 7, y: 9 }))
      .toReversed();
    assert.deepEqual(textOf(cell, moved), [NOTHING_DIFFERS]);
  });

  it('names a changed field in words, below the tenant whose thing it is', () => {
    const [tally, , tenant, ...lines] = textOf(
      single,
      withFields(single, 'vm', { memoryMiB: 512, kernelArguments: 'quiet' }),
    );
    assert.equal(tally, '1 changed.');
    assert.equal(tenant, 'packaging');
    assert.deepEqual(lines, [
      '~ VM line-logger on cabinet-1',
      '    kernel arguments: gw.hostname=line-logger gw.eth0=dhcp → quiet',
      '    memory MiB: 128 → 512',
    ]);
  });

  it('follows a thing that was renamed, in place of one that went and one that came', () => {
    const renamed = withFields(single, 'vm', { name: 'press-logger', was: 'line-logger' });
    const { resources } = compareDesigns(designOf(single), designOf(renamed));
    const vms = resources.filter(({ kind }) => kind === 'vm');
    assert.deepEqual(
      vms.map(({ action, address, was }) => [action, address, was]),
      [['update', 'vm.cabinet-1/press-logger', 'vm.cabinet-1/line-logger']],
    );
  });

  it('says what came and what went as the other way round says what went and what came', () => {
    const there = compareDesigns(designOf(single), designOf(cell));
    const back = compareDesigns(designOf(cell), designOf(single));
    const count = ({ resources, owners }: typeof there, action: string) =>
      [...resources, ...owners].filter(change => change.action === action).length;
    assert.ok(count(there, 'create') > 0);
    assert.equal(count(there, 'create'), count(back, 'remove'));
    assert.equal(count(there, 'remove'), count(back, 'create'));
  });

  it('counts places in lists from one, and keeps what names an item whole', () => {
    const changed = withFields(cell, 'firewall', {}).map(node => {
      const rules = node.rules as { ports: string }[] | undefined;
      const [first, ...others] = rules ?? [];
      return node.name === 'fw-a' && first !== undefined
        ? { ...node, rules: [{ ...first, ports: '503' }, ...others] }
        : node;
    });
    assert.ok(
      textOf(cell, changed).includes(
        '    links fw-a@edge.cell-7/plant-edge.cell-a, rules plc-modbus, ports 1: 502 → 503',
      ),
    );
  });

  it('tells rules of an attestation gate by their names', () => {
    const pumps: Flow = JSON.parse(flowText('pump-station'));
    const rule = { id: 'loader', component: 'boot loader', pcr: '4', digests: 'ab'.repeat(32), commandLine: '' };
    const ruled = (action: string) => withFields(pumps, 'attest', { rules: [{ ...rule, action }] });
    assert.ok(
      textOf(pumps, ruled('allow')).some(line =>
        line.startsWith('    rules: new, id loader, action allow, pcr 4, component boot loader, digests abab'),
      ),
    );
    assert.deepEqual(
      textOf(ruled('allow'), ruled('require')).filter(line => line.includes('rules')),
      Array(2).fill('    rules loader, action: allow → require'),
    );
  });
});
