import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalJson } from '../../runtime/model/canonical.ts';
import { diff, topField } from '../../runtime/plan/diff.ts';
import { vendorA } from '../contract/samples.ts';

const fields = (from: unknown, to: unknown) => diff(from, to).map(change => change.field);

describe('the diff', () => {
  it('names a port in a rule the way a person finds it', () => {
    const edited = structuredClone(vendorA.spec);
    const ports = edited.links[0]?.rules[0]?.ports;
    assert.ok(ports !== undefined);
    ports[0] = '503';
    const field = 'links[plc-guard@edge.cell-7/plant-edge.cell-a].rules[modbus].ports[0]';
    assert.deepEqual(diff(vendorA.spec, edited), [{ field, from: '502', to: '503' }]);
  });

  it('tells an added and a removed item by its name, whole', () => {
    const from = [{ id: 'a', x: 1 }];
    const to = [{ id: 'b', x: 1 }];
    assert.deepEqual(diff({ rules: from }, { rules: to }), [
      { field: 'rules[b]', to: to[0] },
      { field: 'rules[a]', from: from[0] },
    ]);
  });

  it('sees that named items changed places', () => {
    const [a, b, c] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    assert.deepEqual(diff({ rules: [a, b, c] }, { rules: [b, a, c] }), [
      { field: 'rules.order', from: ['a', 'b', 'c'], to: ['b', 'a', 'c'] },
    ]);
  });

  it('does not take an insertion for a change of what follows', () => {
    assert.deepEqual(fields({ rules: [{ id: 'b' }] }, { rules: [{ id: 'a' }, { id: 'b' }] }), ['rules[a]']);
    assert.deepEqual(fields({ ports: ['1', '2'] }, { ports: ['0', '1', '2'] }), ['ports[0]']);
    assert.deepEqual(diff({ ips: ['10.0.0.1'] }, { ips: [] }), [{ field: 'ips[10.0.0.1]', from: '10.0.0.1' }]);
  });

  it('falls back to places when names are missing or double', () => {
    assert.deepEqual(fields({ l: [{ id: 'a' }, { id: 'a', n: 1 }] }, { l: [{ id: 'a' }, { id: 'a', n: 2 }] }), [
      'l[1].n',
    ]);
    assert.deepEqual(fields({ l: [{ x: 1 }] }, { l: [{ x: 1 }, { x: 2 }] }), ['l[1]']);
  });

  it('shows what a half-made thing lacks and what nobody drew', () => {
    assert.deepEqual(diff({ vni: 7 }, { mtu: 1450 }), [
      { field: 'mtu', to: 1450 },
      { field: 'vni', from: 7 },
    ]);
  });

  it('takes absent and undefined for the same', () => assert.deepEqual(diff({ a: undefined }, {}), []));

  it('replaces what changed its nature as a whole', () => {
    assert.deepEqual(fields({ a: [1] }, { a: { b: 1 } }), ['a']);
    assert.deepEqual(fields({ a: null }, { a: {} }), ['a']);
  });

  it('gives the top field of any path', () => {
    assert.deepEqual(['mtu', 'dhcp.first', 'links[a@b].rules[c].ports[0]', 'rules.order'].map(topField), [
      'mtu',
      'dhcp',
      'links',
      'rules',
    ]);
  });

  // Names from a small stock, so that items of both sides meet.
  const name = fc.constantFrom('a', 'b', 'c', 'x@y', ']', '');
  const { value } = fc.letrec(tie => ({
    value: fc.oneof({ maxDepth: 4 }, fc.integer(), name, fc.boolean(), fc.constant(null), tie('list'), tie('item')),
    list: fc.array(tie('value'), { maxLength: 4 }),
    item: fc.dictionary(fc.constantFrom('id', 'name', 'port', 'firewall', 'mac', 'x'), tie('value'), { maxKeys: 4 }),
  }));

  it('is empty exactly when both are the same JSON', () => {
    const property = fc.property(value, value, (from, to) => {
      assert.equal(diff(from, to).length === 0, canonicalJson(from) === canonicalJson(to));
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('is not empty when named items stand in another order', () => {
    const items = fc.uniqueArray(fc.record({ id: fc.string({ minLength: 1 }), x: fc.nat(2) }), {
      selector: each => each.id,
    });
    const pair = items.chain(list =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    const property = fc.property(pair, ([from, to]) => {
      assert.equal(diff(from, to).length === 0, canonicalJson(from) === canonicalJson(to));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('finds nothing between a value and its copy', () => {
    fc.assert(fc.property(value, from => assert.deepEqual(diff(from, structuredClone(from)), [])));
  });
});
