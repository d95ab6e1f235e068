import assert from 'node:assert/strict';
import { cellA, plantEdge, robotA, SAMPLE, vendorA, withSpec } from '../contract/samples.ts';
import { planned } from './planning.ts';

const vlan = withSpec(cellA, { mode: 'vlan', vlan: 12 });

describe('what a back end lacks', () => {
  it('is said at the node that uses it, with what to do', () => {
    const { diagnostics } = planned([], [vlan], { segment: { lacks: { vlan: 'this kernel has no 802.1Q' } } });
    assert.deepEqual(diagnostics, [
      {
        severity: 'error',
        code: 'GW_BACKEND_LACKS',
        summary: 'cell-a uses vlan, which memory lacks: this kernel has no 802.1Q.',
        remedy: 'Change it in the drawing, or mend cell-7 and plan again.',
        source: cellA.source,
      },
    ]);
  });

  for (const [what, entry, feature] of [
    ['a field that is set', plantEdge, 'dhcp'],
    ['a choice', cellA, 'overlay'],
    ['something deep inside', vendorA, 'tcp'],
    ['a switch', plantEdge, 'nat'],
    ['the whole kind', robotA, '*'],
  ] as const)
    it(`sees the use of ${what}`, () => {
      const { diagnostics } = planned([], SAMPLE, { [entry.kind]: { lacks: { [feature]: 'not here' } } });
      assert.deepEqual(
        diagnostics.map(({ code, source }) => [code, source.node]),
        [['GW_BACKEND_LACKS', entry.source.node]],
      );
    });

  for (const [what, entry, feature] of [
    ['an absent field', cellA, 'vlan'],
    ['an empty list', plantEdge, 'routes'],
    ['a choice of none', robotA, 'watchdog'],
    ['a switch that is off', vendorA, 'log'],
    ['a name that only reads like a feature', withSpec(cellA, { vswitch: 'vlan' }), 'vlan'],
  ] as const)
    it(`does not take ${what} for a use`, () => {
      const design = SAMPLE.map(each => (each.address === entry.address ? entry : each));
      assert.deepEqual(planned([], design, { [entry.kind]: { lacks: { [feature]: 'not here' } } }).diagnostics, []);
    });

  it('sees a number or a list beyond the most, and says how much is asked for', () => {
    const limits = { vcpus: { most: 1, why: 'it has one' }, nics: { most: 0, why: 'it has none' } };
    const drawn = withSpec(robotA, { vcpus: 2 });
    const { diagnostics } = planned([], [...SAMPLE.filter(each => each !== robotA), drawn], { vm: { limits } });
    const name = drawn.source.label ?? drawn.address;
    assert.deepEqual(
      diagnostics.map(each => each.summary),
      [
        `${name} has vcpus 2, and memory has at most 1: it has one.`,
        `${name} has nics 1, and memory has at most 0: it has none.`,
      ],
    );
    const enough = { vcpus: { most: 2, why: '' }, nics: { most: 1, why: '' } };
    assert.deepEqual(
      planned([], [...SAMPLE.filter(each => each !== robotA), drawn], { vm: { limits: enough } }).diagnostics,
      [],
    );
  });

  it('includes needs that point nowhere', () => {
    const { diagnostics } = planned([], [plantEdge]);
    assert.deepEqual(
      diagnostics.map(each => each.code),
      ['GW_PLAN_NEED_MISSING', 'GW_PLAN_NEED_MISSING', 'GW_PLAN_NEED_MISSING'],
    );
    assert.equal(
      diagnostics[0]?.summary,
      'plant-edge.cell-a needs policy.cell-7/vendor-a, which the design does not have.',
    );
  });
});
