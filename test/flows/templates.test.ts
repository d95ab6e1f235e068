// Templates: small drawings to start from. Each is sound as it is imported.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';

const FOLDER = new URL('../../flows/templates/', import.meta.url);
type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

for (const file of readdirSync(FOLDER))
  describe(`the template ${file.replace('.json', '')}`, () => {
    const flow = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as readonly FlowNode[];
    const { design, diagnostics } = compile(flow, NODE_TYPES);

    it('compiles without a finding', () => assert.deepEqual(diagnostics, []));

    it('runs on simulated gateways until somebody chooses another back end', () => {
      const gateways = Object.values(design.gateways);
      assert.ok(gateways.length > 0);
      for (const { backend } of gateways) assert.equal(backend, 'simulated');
    });

    it('is one tab that says what it is and what to change', () => {
      const tabs = flow.filter(({ type }) => type === 'tab');
      assert.equal(tabs.length, 1);
      assert.match(String(tabs[0]?.info), /^.+\. Change: .+\.$/);
    });

    it('keeps a firewall between every VM and the outside', () => {
      const outside = flow.filter(({ type }) => /-(uplink|edge)$/.test(type)).map(({ id }) => id);
      for (const { type, wires } of flow.filter(node => Array.isArray(node.wires)))
        if (type === 'gatewright-vswitch' || type === 'gatewright-vm')
          for (const to of (wires as readonly (readonly string[])[]).flat()) assert.ok(!outside.includes(to), to);
    });
  });
