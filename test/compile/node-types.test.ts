import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { HARDWARE_MODELS } from '../../nodes/hardware/models.ts';
import { rowsOf } from '../../nodes/hardware/rows.ts';
import { BUILT_INS } from '../../runtime/hardware/built-in/catalog.ts';
import { Name } from '../../runtime/model/address.ts';
import { LINE_CONNECTORS, PORT_KINDS } from '../../runtime/model/wire.ts';
import { flowText, referenceFlows } from '../../scripts/golden.ts';

type Fields = Readonly<Record<string, unknown>>;
const drawn = referenceFlows().flatMap(name => JSON.parse(flowText(name)) as Fields[]);

for (const nodeType of NODE_TYPES)
  describe(`the node type ${nodeType.type}`, () => {
    const { defaults, references, config } = nodeType;

    it('declares a default for every field it reads, and reads every default', () => {
      const sample = drawn.find(node => node.type === nodeType.type) ?? defaults;
      const parsed = config.safeParse({ ...defaults, ...sample });
      assert.ok(parsed.success, parsed.error?.message);
      assert.deepEqual(Object.keys(parsed.data as object).sort(), Object.keys(defaults).sort());
    });

    it('leaves a fresh node only what the user must fill in', () => {
      const faults = config.safeParse(defaults).error?.issues.map(issue => issue.path.join('.')) ?? [];
      assert.deepEqual(
        faults.filter(path => !['name', 'interface', 'device'].includes(path)),
        [],
      );
    });

    it('refers to config nodes of types that exist', () => {
      for (const [field, target] of Object.entries(references)) {
        assert.ok(field in defaults, field);
        assert.equal(NODE_TYPES.find(other => other.type === target)?.role, 'config');
      }
    });

    it('has ports of known kinds', () => {
      for (const kind of nodeType.accepts) assert.ok(PORT_KINDS.includes(kind));
    });

    it('takes numbers and switches as text too, as the editor and variables store them', () => {
      const sample = { ...defaults, ...drawn.find(node => node.type === nodeType.type) };
      const asText = Object.entries(sample).map(([field, value]) => [
        field,
        typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
      ]);
      assert.deepEqual(config.safeParse(Object.fromEntries(asText)).data, config.safeParse(sample).data);
    });
  });

describe('hardware models', () => {
  it('are the profiles that come with Gatewright, with connectors that a drawing may have', () => {
    assert.deepEqual(
      HARDWARE_MODELS.map(model => model.id),
      BUILT_INS.map(builtIn => builtIn.name),
    );
    const drawn = HARDWARE_MODELS.map(({ id, sockets }) => ({ id, rows: rowsOf(sockets) }));
    for (const { id, rows } of drawn) {
      const labels = rows.map(entry => Name.parse(entry.label));
      assert.equal(new Set(labels).size, labels.length, id);
      assert.equal(rows.filter(({ role }) => role === 'management').length, 1, id);
    }
    const kinds = new Set(drawn.flatMap(({ rows }) => rows.map(({ kind }) => kind)));
    assert.deepEqual(
      LINE_CONNECTORS.filter(kind => !kinds.has(kind)),
      [],
    );
  });

  it('say where their figures are from, what is only remembered last', () => {
    for (const { id, sources } of HARDWARE_MODELS) {
      const sure = sources.map(({ confidence }) => confidence !== 'unverified');
      assert.ok(sources.length > 0, id);
      assert.deepEqual(
        sure,
        [...sure].sort((a, b) => Number(b) - Number(a)),
        id,
      );
    }
  });
});
