import assert from 'node:assert/strict';
import { z } from 'zod';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { flowCheck } from '../../runtime/server/flow-check.ts';

const vm: NodeType = {
  type: 'gatewright-vm',
  version: 2,
  role: 'design',
  config: z.unknown(),
  defaults: {},
  references: {},
  accepts: [],
  outputs: () => [],
};
const check = flowCheck([vm]);
const node = (fields: object) => ({ id: 'n1', type: 'inject', ...fields });

describe('the check of a deployed flow', () => {
  it('lets an ordinary flow pass in every form of the admin API', () => {
    const tab = { id: 't1', type: 'tab' };
    assert.equal(check([tab, node({})]), undefined);
    assert.equal(check({ flows: [tab, node({})], rev: 'x', credentials: {} }), undefined);
    assert.equal(check({ id: 't1', label: 'a', nodes: [node({})], configs: [] }), undefined);
  });

  it('lets a drawing with errors pass: it is saved, but cannot be applied', () => {
    assert.equal(check([{ id: 'v', type: 'gatewright-vm', v: 1, name: 'NOT A NAME', nics: 'none' }]), undefined);
  });

  it('lets unknown node types and unknown fields pass', () => {
    assert.equal(check([node({ type: 'somebody-elses', whatever: { deep: [1, { more: true }] } })]), undefined);
  });

  for (const key of ['__proto__', 'constructor', 'prototype'])
    it(`refuses a field named ${key}, however deep`, () => {
      const flow: unknown = JSON.parse(`[{"id":"n","type":"inject","a":[{"b":{"${key}":{"polluted":1}}}]}]`);
      assert.equal(check(flow), `The flow has a field named "${key}", which is not allowed. Remove it.`);
    });

  it('refuses an id that Node-RED would use as the key of its prototype', () => {
    assert.match(check([node({ id: '__proto__' })]) ?? '', /no usable id or type/);
  });

  it('refuses two nodes with one id, because one would be lost', () => {
    assert.match(check([node({}), node({})]) ?? '', /^Two nodes have the id "n1"/);
  });

  it('refuses nodes of a newer Gatewright, also inside a subflow of a single tab', () => {
    const newer = { id: 'v', type: 'gatewright-vm', v: 3, name: 'robot-a' };
    const why =
      '"robot-a" was drawn with a newer Gatewright (gatewright-vm version 3, this one knows 2). Update Gatewright, then deploy.';
    assert.equal(check([newer]), why);
    assert.equal(check([{ ...newer, v: '3' }]), why);
    assert.equal(check({ nodes: [], configs: [newer] }), why);
    assert.equal(check({ nodes: [], subflows: [{ id: 's', nodes: [newer] }] }), why);
    assert.equal(check([{ ...newer, v: 2 }]), undefined);
  });

  for (const [what, value] of Object.entries({
    nothing: null,
    'a text': 'x',
    'an object': {},
    'flows: text': { flows: 'x' },
  }))
    it(`refuses ${what} instead of nodes`, () => {
      assert.match(check(value) ?? '', /holds no list of nodes/);
    });

  it('refuses what is nested beyond any use without exhausting the stack', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    assert.match(check([node({ deep })]) ?? '', /nested deeper than 64 levels/);
  });

  it('refuses more nodes than the compiler takes', () => {
    const many = Array.from({ length: 20_001 }, (_, number) => node({ id: `n${number}` }));
    assert.match(check(many) ?? '', /more than 20000 nodes/);
  });
});
