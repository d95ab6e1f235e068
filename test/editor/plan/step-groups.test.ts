import assert from 'node:assert/strict';
import { groupsOf, talliesOf } from '../../../editor/sidebar/plan/step-groups.ts';
import type { Action, Impact, Step } from '../../../runtime/model/plan.ts';

function step(action: Action, name: string, tenant?: string, impact: Partial<Impact> = {}): Step {
  const address = `port.cell-7/${name}` as const;
  const calm = { tenants: [], dark: [], darkSeconds: 0, restartsVm: false, reversible: true };
  return {
    ...{ id: `${action} ${address}`, action, address, kind: 'port', changes: [], needs: [], reason: '' },
    impact: { ...calm, ...impact },
    ...(tenant === undefined ? {} : { tenant }),
  };
}
const dark = { dark: ['port.cell-7/a'], darkSeconds: 20 } as const;
const names = (steps: readonly Step[]) => steps.map(({ address }) => address.slice('port.cell-7/'.length));

describe('the steps of a plan in the sidebar', () => {
  it('come tenant by tenant, and what is shared by all comes last', () => {
    const groups = groupsOf([step('create', 'x'), step('create', 'b', 'vendor-b'), step('create', 'a', 'vendor-a')]);
    assert.deepEqual(
      groups.map(({ tenant }) => tenant),
      ['vendor-a', 'vendor-b', undefined],
    );
  });

  it('begin with what people notice, go on with what changes, and end with what is only added', () => {
    const steps = [
      step('create', 'added', 'a'),
      step('update', 'changed', 'a'),
      step('update', 'cut', 'a', dark),
      step('remove', 'lost', 'a', { reversible: false }),
    ];
    const [group] = groupsOf(steps);
    assert.deepEqual(names(group?.first ?? []), ['cut', 'lost', 'changed']);
    assert.deepEqual(names(group?.rest ?? []), ['added']);
  });

  it('are all there, each once', () => {
    const steps = ['a', 'b', 'c', 'd'].map((name, index) => step('create', name, index % 2 === 0 ? 'even' : undefined));
    const shown = groupsOf(steps).flatMap(({ first, rest }) => [...first, ...rest]);
    assert.deepEqual(names(shown).sort(), ['a', 'b', 'c', 'd']);
  });

  it('are counted by what is done', () => {
    const steps = [step('remove', 'a'), step('create', 'b'), step('create', 'c')];
    assert.deepEqual(talliesOf(steps), [
      { action: 'create', count: 2 },
      { action: 'remove', count: 1 },
    ]);
    assert.deepEqual(talliesOf([]), []);
  });
});
