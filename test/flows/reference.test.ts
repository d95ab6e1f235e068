import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { type Design, designFor, GatewayDesign } from '../../runtime/model/design.ts';
import { flowText, goldenText, pictureText, referenceFlows } from '../../scripts/golden.ts';

interface FlowNode {
  readonly id: string;
  readonly [field: string]: unknown;
}

const root = fileURLToPath(new URL('../../flows/', import.meta.url));
const packageVersion = (JSON.parse(readFileSync(`${root}../package.json`, 'utf8')) as { version: string }).version;

function readFlow(name: string): readonly FlowNode[] {
  return JSON.parse(flowText(name)) as readonly FlowNode[];
}

/** A design without where things were drawn: what must not depend on ids. */
function meaningOf({ gateways, tenants, resources }: Design) {
  const entries = Object.entries(resources).map(([address, { source: _source, ...rest }]) => [address, rest] as const);
  return { gateways, tenants, resources: Object.fromEntries(entries) };
}

/** As an import does it: every id is replaced, wherever it stands as a whole value. */
function withNewIds(flow: readonly FlowNode[], idOf: (id: string) => string): readonly FlowNode[] {
  const ids = new Map(flow.map(node => [node.id, idOf(node.id)]));
  const replace = (value: unknown): unknown => {
    if (typeof value === 'string') return ids.get(value) ?? value;
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item)]));
  };
  return flow.map(node => replace(node) as FlowNode);
}

for (const name of referenceFlows())
  describe(`the reference flow ${name}`, () => {
    const flow = readFlow(name);
    const { design, diagnostics } = compile(flow, NODE_TYPES);

    it('has no findings', () => assert.deepEqual(diagnostics, []));

    it('compiles to the expected design', () => {
      assert.equal(goldenText(name), readFileSync(`${root}${name}/expected/design.json`, 'utf8'));
    });

    it('is shown by a picture that was made of it', () => {
      assert.equal(pictureText(name), readFileSync(`${root}${name}/picture.svg`, 'utf8'));
      assert.match(readFileSync(`${root}${name}/README.md`, 'utf8'), /!\[[^\]]+\]\(picture\.svg\)/);
    });

    it('means the same after an import gave every node a new id', () => {
      let count = 0;
      const imported = withNewIds(flow, () => {
        count += 1;
        return `f${count.toString(16).padStart(15, '0')}`;
      });
      const again = compile(imported, NODE_TYPES);
      assert.deepEqual(again.diagnostics, []);
      assert.deepEqual(meaningOf(again.design), meaningOf(design));
    });

    it('means the same in whatever order its nodes are written', () => {
      fc.assert(
        fc.property(fc.shuffledSubarray([...flow], { minLength: flow.length }), shuffled => {
          assert.deepEqual(meaningOf(compile(shuffled, NODE_TYPES).design), meaningOf(design));
        }),
        { numRuns: 50 },
      );
    });

    it('survives being written and read again', () => {
      assert.deepEqual(compile(JSON.stringify(flow), NODE_TYPES), { design, diagnostics });
    });

    it('is cut into designs that agents accept', () => {
      for (const gateway of Object.keys(design.gateways)) {
        const part: unknown = JSON.parse(JSON.stringify(designFor(design, gateway)));
        assert.deepEqual(JSON.parse(JSON.stringify(GatewayDesign.parse(part))), part);
      }
    });

    it('names the pack and its version, so that Node-RED can offer to install it', () => {
      const global = flow.find(node => node.type === 'global-config');
      assert.deepEqual(global?.modules, { '@gatewright/node-red-gateway': packageVersion });
    });

    it('is laid out from left to right, with every node on a place of its own', () => {
      const at = new Map(flow.map(node => [node.id, node]));
      const places = new Set<string>();
      for (const node of flow.filter(one => Array.isArray(one.wires))) {
        for (const target of (node.wires as string[][]).flat())
          assert.ok(Number(at.get(target)?.x) > Number(node.x), `${node.id} → ${target}`);
        const place = `${Math.round(Number(node.x) / 60)} ${Math.round(Number(node.y) / 30)}`;
        assert.ok(!places.has(place), `${node.id} stands on another node`);
        places.add(place);
      }
    });

    it('is explained beside it', () => assert.ok(existsSync(`${root}${name}/README.md`)));
  });

describe('the reference flows together', () => {
  it('show every node type at work', () => {
    const shown = new Set(referenceFlows().flatMap(name => readFlow(name).map(node => node.type)));
    assert.deepEqual(
      NODE_TYPES.map(nodeType => nodeType.type).filter(type => !shown.has(type)),
      [],
    );
  });
});
