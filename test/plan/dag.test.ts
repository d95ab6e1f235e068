import assert from 'node:assert/strict';
import { topologicalOrder, Walk } from '../../runtime/plan/dag.ts';

const graph = (edges: Record<string, readonly string[]>) => new Map(Object.entries(edges));

describe('the graph of needs', () => {
  it('orders each name after what it needs, and otherwise as the map is', () => {
    assert.deepEqual(topologicalOrder(graph({ c: ['a', 'b'], b: [], a: ['b'], d: [] })), ['b', 'd', 'a', 'c']);
  });

  it('takes names without an entry for done', () => {
    assert.deepEqual(topologicalOrder(graph({ a: ['elsewhere'] })), ['a']);
  });

  it('counts a need that is named twice once', () => {
    assert.deepEqual(topologicalOrder(graph({ a: ['b', 'b'], b: [] })), ['b', 'a']);
  });

  it('names the members of a circle and nothing else', () => {
    const circle = graph({ outside: ['a'], a: ['b'], b: ['c'], c: ['a'], fine: [] });
    assert.throws(() => topologicalOrder(circle), { code: 'GW_PLAN_CYCLE', message: /: a → b → c → a;/ });
  });

  it('refuses what needs itself', () => {
    assert.throws(() => topologicalOrder(graph({ a: ['a'] })), { code: 'GW_PLAN_CYCLE', message: /: a → a;/ });
  });

  it('hands out what is ready once, as its needs are done', () => {
    const walk = new Walk(graph({ c: ['a', 'b'], a: [], b: [] }));
    assert.deepEqual(walk.ready(), ['a', 'b']);
    assert.deepEqual(walk.ready(), []);
    walk.done('b');
    assert.deepEqual(walk.ready(), []);
    walk.done('a');
    assert.deepEqual(walk.ready(), ['c']);
    walk.done('c');
    assert.equal(walk.unfinished, 0);
  });

  it('orders a chain of 100,000 names without running out of stack', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `n${index}`);
    const needs = new Map(names.map((name, index) => [name, index === 0 ? [] : [`n${index - 1}`]]));
    assert.equal(topologicalOrder(needs).at(-1), 'n99999');
  });
});
