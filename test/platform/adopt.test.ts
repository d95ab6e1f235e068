// What is becomes what is drawn: by one edit that is proved to draw exactly that, or by none and a reason.
import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import type { Design } from '../../runtime/model/design.ts';
import type { Observed } from '../../runtime/model/observed.ts';
import { diff } from '../../runtime/plan/diff.ts';
import { driftedFields } from '../../runtime/plan/drifted.ts';
import { adopt } from '../../runtime/platform/adopt/adopt.ts';
import { edited } from '../../runtime/platform/adopt/candidates.ts';
import { type Flow, reference, withFields } from '../cli/flows.ts';

const single = reference('single-box');
const cell = reference('robot-cell');
const MEMORY = '$' + '{MEM}';

/** Adopts the only difference of one resource whose real spec somebody changed. */
function adoptIn(flow: Flow, address: string, change: (spec: Record<string, never>) => void) {
  const { design } = compile(flow, NODE_TYPES);
  const { observed, drifted } = changed(design, address, change);
  const [wanted] = drifted;
  assert.ok(wanted !== undefined, 'nothing differs');
  const edit = adopt(flow, NODE_TYPES, { wanted, drifted, observed });
  const after = compile(edited(flow, edit), NODE_TYPES).design;
  assert.deepEqual(diff(observed.resources[address]?.spec, after.resources[address]?.spec), []);
  return edit;
}

function changed(design: Design, address: string, change: (spec: Record<string, never>) => void) {
  const real = structuredClone(design.resources[address]);
  assert.ok(real !== undefined, `${address} is not among ${Object.keys(design.resources).join(', ')}`);
  change(real.spec as never);
  const { kind, spec, source } = real;
  const found = { address: real.address, kind, spec, generation: 1, status: {} };
  const observed: Observed = { gateway: 'any', generation: 1, atMs: 0, resources: { [address]: found } };
  const changes = diff(spec, design.resources[address]?.spec);
  const impact = { tenants: [], dark: [], darkSeconds: 0, restartsVm: false, reversible: true };
  const step = { id: `update ${address}`, action: 'update', address: real.address, kind, changes, source } as const;
  return { observed, drifted: driftedFields([{ ...step, needs: [], impact, reason: '' }]) };
}

describe('taking over what is into the drawing', () => {
  it('edits the field of the VM that draws its memory', () => {
    const edit = adoptIn(single, 'vm.cabinet-1/line-logger', spec => Object.assign(spec, { memoryMiB: 192 }));
    assert.deepEqual([edit.field, edit.to], ['memoryMiB', 192]);
    assert.equal(edit.label, 'line-logger');
  });

  it('sets a field that was left to its default', () => {
    const bare = single.map(({ memoryMiB: _memory, ...node }) => node) as Flow;
    const edit = adoptIn(bare, 'vm.cabinet-1/line-logger', spec => Object.assign(spec, { memoryMiB: 192 }));
    assert.deepEqual([edit.from, edit.to], [undefined, 192]);
  });

  it('edits one port of one rule in the firewall node, which is not the node the policy is drawn at', () => {
    const { design } = compile(cell, NODE_TYPES);
    const address = Object.keys(design.resources).find(one => one.startsWith('policy.cell-7/')) ?? '';
    const edit = adoptIn(cell, address, spec => {
      const { links } = spec as unknown as { links: { rules: { ports: string[] }[] }[] };
      const rule = links.flatMap(({ rules }) => rules).find(({ ports }) => ports.length === 1);
      assert.ok(rule !== undefined);
      rule.ports[0] = '8883';
    });
    const node = cell.find(({ id }) => id === edit.node);
    assert.equal(node?.type, 'gatewright-firewall');
    assert.match(JSON.stringify(edit.to), /8883/);
  });

  it('does not edit what would change something else as well, and says what', () => {
    assert.throws(
      () =>
        adoptIn(cell, 'segment.cell-7/cell-a', spec => {
          Object.assign(spec, { vni: 6001 });
        }),
      { code: 'GW_ADOPT_REFUSED', message: /would also change .*cell-8/ },
    );
  });

  it('names the variable that a field comes from', () => {
    const flow = withFields(single, 'vm', { memoryMiB: MEMORY }).map(node =>
      node.type === 'tab' ? { ...node, env: [{ name: 'MEM', value: '128', type: 'num' }] } : node,
    ) as Flow;
    const { design, diagnostics } = compile(flow, NODE_TYPES);
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === 'error'),
      [],
    );
    assert.ok(design.resources['vm.cabinet-1/line-logger'] !== undefined);
    const address = 'vm.cabinet-1/line-logger';
    assert.throws(() => adoptIn(flow, address, spec => Object.assign(spec, { memoryMiB: 192 })), {
      code: 'GW_ADOPT_REFUSED',
      message: /comes from \$\{MEM\}; change it there/,
    });
  });

  it('leaves a thing that is gone, or that nobody drew, to people', () => {
    const address = 'vm.cabinet-1/line-logger' as const;
    const observed: Observed = { gateway: 'cabinet-1', generation: 1, atMs: 0, resources: {} };
    const ask = (whole: 'gone' | 'extra', at: typeof address | 'vm.cabinet-1/other') => () =>
      adopt(single, NODE_TYPES, { wanted: { address: at, field: '', whole }, drifted: [], observed });
    assert.throws(ask('gone', address), { message: /is gone; remove its node, or restore it/ });
    assert.throws(ask('extra', 'vm.cabinet-1/other'), { message: /is not drawn; draw it, or let an apply remove it/ });
  });
});
