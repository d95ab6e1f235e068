import assert from 'node:assert/strict';
import fc from 'fast-check';
import { diff } from '../../runtime/plan/diff.ts';
import { leave } from '../../runtime/plan/leave.ts';
import { vendorA } from '../contract/samples.ts';

describe('leaving differences as they are', () => {
  it('leaves one field of one rule and keeps the other differences', () => {
    const found = structuredClone(vendorA.spec);
    const rule = found.links[0]?.rules[0];
    assert.ok(rule?.ports !== undefined);
    rule.ports[0] = '503';
    const wanted = { ...vendorA.spec, defaultAction: 'other' };
    const [ports] = diff(found, wanted).filter(change => change.field.startsWith('links'));
    assert.ok(ports !== undefined);
    const half = leave(found, wanted, new Set([ports.field]));
    assert.deepEqual(
      diff(found, half).map(({ field }) => field),
      ['defaultAction'],
    );
  });

  it('puts an item that is left where it is, and takes out one that is not there', () => {
    const [a, b, c] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    assert.deepEqual(leave([a, b, c], [a, c], new Set(['[b]'])), [a, b, c]);
    assert.deepEqual(leave([a, c], [a, b, c], new Set(['[b]'])), [a, c]);
    assert.deepEqual(leave([a, b, c], [c, b, a], new Set(['.order'])), [a, b, c]);
  });

  it('leaves members of a list of scalars each for itself', () => {
    assert.deepEqual(leave(['1', '2'], ['0', '1', '2'], new Set(['[0]'])), ['1', '2']);
    assert.deepEqual(leave(['1', '2', '3'], ['1'], new Set(['[3]'])), ['1', '3']);
  });

  // Names from a small stock, so that items of both sides meet.
  const name = fc.constantFrom('a', 'b', 'c');
  const { item } = fc.letrec(tie => ({
    value: fc.oneof({ maxDepth: 4 }, fc.integer({ min: 0, max: 3 }), name, fc.boolean(), tie('list'), tie('item')),
    list: fc.array(tie('value'), { maxLength: 4 }),
    item: fc.dictionary(fc.constantFrom('id', 'port', 'x', 'y'), tie('value'), { maxKeys: 4 }),
  }));

  it('gives what is when all is left, and what shall be when nothing is', () => {
    const property = fc.property(item, item, (from, to) => {
      const all = new Set(diff(from, to).map(({ field }) => field));
      assert.deepEqual(diff(from, leave(from, to, all)), []);
      assert.deepEqual(diff(leave(from, to, new Set()), to), []);
    });
    fc.assert(property, { numRuns: 5_000 });
  });

  it('invents no difference, whatever is left', () => {
    const property = fc.property(item, item, fc.infiniteStream(fc.boolean()), (from, to, chosen) => {
      const changes = diff(from, to);
      const left = new Set(changes.flatMap(({ field }) => (chosen.next().value ? [field] : [])));
      const rest = diff(from, leave(from, to, left));
      assert.ok(rest.length <= changes.length, JSON.stringify({ from, to, left: [...left], rest }));
    });
    fc.assert(property, { numRuns: 5_000 });
  });
});
