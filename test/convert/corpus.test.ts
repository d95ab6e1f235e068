// Flows as users of Modbus and CAN packs draw them, small and written anew: each converts and compiles, or says why not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { formatFlow } from '../../runtime/convert/format-flow.ts';
import { hasErrors } from '../../runtime/model/diagnostic.ts';
import { conversionText, foreignFlows, foreignText } from '../../scripts/golden.ts';
import { converted } from './converted.ts';

type Written = Readonly<Record<string, unknown>> & { readonly id: string; readonly wires?: readonly string[][] };

describe('flows of other packs', () => {
  it('are many, of Modbus, CAN and serial lines', () => {
    assert.ok(foreignFlows().length >= 10);
    const types = foreignFlows().map(name => foreignText(name));
    for (const type of ['modbus-client', 'socketcan-config', 'serial-port'])
      assert.ok(
        types.some(text => text.includes(`"${type}"`)),
        type,
      );
  });

  for (const name of foreignFlows())
    describe(name, () => {
      const before = JSON.parse(foreignText(name)) as readonly Written[];
      const after = converted(foreignText(name));

      it('is reported as expected', () => {
        const expected = new URL(`./corpus/expected/${name}.txt`, import.meta.url);
        assert.equal(conversionText(name), readFileSync(expected, 'utf8'));
      });

      it('compiles without errors, or says of each node why nothing was drawn', () => {
        assert.equal(hasErrors(after.diagnostics), false, JSON.stringify(after.diagnostics));
        if (after.report.lines.length > 0) return;
        assert.ok(
          after.report.entries.every(({ notes }) => notes.every(note => note.endsWith('.')) && notes.length > 0),
        );
      });

      it('loses no node and no wire', () => {
        for (const { wires: old = [], ...node } of before) {
          const { wires = [], d, ...kept } = after.flow.find(({ id }) => id === node.id) as Written & { d?: boolean };
          const replaced = after.report.replaced.includes(node.id);
          assert.deepEqual(kept, Object.fromEntries(Object.entries(node).filter(([field]) => field !== 'd')));
          assert.equal(d, replaced ? true : node.d);
          for (const [port, targets] of old.entries())
            assert.ok(
              targets.every(target => wires[port]?.includes(target)),
              node.id,
            );
        }
      });

      it('has nothing of packs that may be missing once that is removed', () => {
        const { flow, report } = converted(foreignText(name), 'removed');
        const ids = new Set(flow.map(({ id }) => id));
        const kept = report.entries.filter(({ outcome }) => outcome === 'kept').map(({ node }) => node);
        assert.ok(report.entries.every(({ node }) => kept.includes(node) !== !ids.has(node)));
        for (const { wires = [] } of flow as readonly Written[])
          assert.ok(wires.flat().every(target => ids.has(target)));
      });

      it('has wires only to nodes that are there, on one tab each', () => {
        const byId = new Map(after.flow.map(node => [node.id, node]));
        assert.equal(byId.size, after.flow.length);
        for (const { id, z, wires = [] } of after.added as readonly (Written & { z?: string })[])
          for (const target of wires.flat()) assert.equal(byId.get(target)?.z, z, `${id} to ${target}`);
      });

      it('draws nothing twice when it is converted again', () => {
        const again = converted(JSON.stringify(after.flow));
        assert.deepEqual([again.added, again.report.lines], [[], []]);
      });

      it('is written without passwords, the same in whatever order it came', () => {
        const text = formatFlow(after.flow);
        assert.doesNotMatch(text, /do-not-export-me|credentials/);
        const reversed = [...after.flow.filter(({ type }) => !isTab(type)).reverse()];
        const tabs = after.flow.filter(({ type }) => isTab(type));
        assert.equal(formatFlow([...tabs, ...reversed]), text);
        assert.equal(formatFlow(JSON.parse(text)), text);
        assert.deepEqual(compile(text, NODE_TYPES).design, after.design);
      });
    });
});

function isTab(type: string): boolean {
  return type === 'tab' || type === 'subflow';
}
