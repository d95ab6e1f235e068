// When a conversion is offered: after an import that brought nodes of packs that are known, and not for what was put there by hand.
import assert from 'node:assert/strict';
import { importedIds, packCounts, typeOf } from '../../../editor/exchange/imported.ts';

describe('what was imported last', () => {
  const ids = (event: EditorHistoryEvent | undefined) => [...importedIds(event)];

  it('is what one step has added, also with other changes', () => {
    const add = { t: 'add', nodes: ['a', 'b'] };
    assert.deepEqual(ids(add), ['a', 'b']);
    assert.deepEqual(ids({ t: 'multi', events: [{ t: 'replace' }, add] }), ['a', 'b']);
  });

  it('is nothing after a single node, an edit, or at the beginning', () => {
    assert.deepEqual(ids({ t: 'add', nodes: ['a'] }), []);
    assert.deepEqual(ids({ t: 'edit', changed: false }), []);
    assert.deepEqual(ids(undefined), []);
  });

  it('has the types that the flow has, also where the editor does not know them', () => {
    assert.equal(typeOf({ type: 'unknown', _orig: { type: 'modbus-read' } }), 'modbus-read');
    assert.equal(typeOf({ type: 'unknown' }), 'unknown');
    assert.equal(typeOf({ type: 'inject', _orig: { type: 'modbus-read' } }), 'inject');
  });

  it('is counted by pack, the one with most first, whatever types are called', () => {
    const packs = { 'modbus-read': 'modbus', 'modbus-write': 'modbus', 'socketcan-in': 'can' };
    assert.deepEqual(packCounts(['socketcan-in', 'modbus-read', 'debug', 'modbus-write', 'constructor'], packs), [
      { pack: 'modbus', count: 2 },
      { pack: 'can', count: 1 },
    ]);
  });
});
