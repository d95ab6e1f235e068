import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import type { Diagnostic } from '../../runtime/model/diagnostic.ts';
import { hasErrors } from '../../runtime/model/diagnostic.ts';
import { protocolFields } from '../../runtime/model/protocol.ts';
import { PROTOCOLS } from '../../runtime/protocols/catalog.ts';
import { flowText } from '../../scripts/golden.ts';
import { variable } from './sketch.ts';

const ROBOT_CELL = JSON.parse(flowText('robot-cell')) as readonly Readonly<Record<string, unknown>>[];
const FIELDS = [...new Set(ROBOT_CELL.flatMap(node => Object.keys(node)))];
const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"; rm -rf / #',
  "' OR 1=1 --",
  'a\nb\r\n\u001b[2J',
  '\u202egnp.exe',
  '\ud800',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  variable('PATH'),
  '$(HOME)',
  variable(variable('A')),
  'x'.repeat(300),
  '\u0000',
];

/** Nothing can make a text of it. */
const TEXTLESS = { toString: 1, valueOf: 1 };

/** Values that drawings never hold on purpose. */
const value = fc.oneof(
  fc.constantFrom(...HOSTILE, null, true, 0, -1, 1e308, '', [], {}, TEXTLESS),
  fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>,
);

const types = [
  ...NODE_TYPES.map(type => type.type),
  'tab',
  'subflow',
  'group',
  'junction',
  'link in',
  'link out',
  'global-config',
  'subflow:a',
  'gatewright-x',
];
/** What a bus may be set to, in whichever protocol, with anything in it. */
const OPTIONS = PROTOCOLS.flatMap(protocol => protocolFields(protocol).map(({ field }) => field));
const settings = fc.oneof(
  fc.dictionary(fc.oneof({ arbitrary: fc.constantFrom(...OPTIONS), weight: 9 }, fc.constantFrom(...HOSTILE)), value),
  value,
);
const row = fc.dictionary(fc.constantFrom('id', 'label', 'kind', 'device', 'ids', 'units', 'data', 'rate'), value);
const rows = fc.oneof(fc.array(row, { maxLength: 3 }), value);
const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const references = fc.oneof(ids, value);
/** A node that looks like one of ours, with everything about it in doubt. */
const suspect = fc.record(
  {
    id: fc.oneof({ arbitrary: ids, weight: 9 }, { arbitrary: value, weight: 1 }),
    type: fc.constantFrom(...types),
    z: references,
    g: references,
    d: fc.constantFrom(true, false, 'yes'),
    name: value,
    wires: fc.oneof(fc.array(fc.array(ids, { maxLength: 4 }), { maxLength: 3 }), value),
    links: fc.oneof(fc.array(ids), value),
    in: fc.oneof(fc.constant([{ wires: [{ id: 'b' }] }]), value),
    out: fc.oneof(fc.constant([{ wires: [{ id: 'c', port: 0 }] }]), value),
    env: fc.oneof(fc.array(fc.record({ name: ids, type: fc.constantFrom('str', 'env', 'json', 'num'), value })), value),
    gateway: references,
    tenant: references,
    nics: value,
    rules: value,
    interfaces: rows,
    modbusRules: rows,
    canRules: rows,
    lineRules: rows,
    protocol: fc.oneof(fc.constantFrom(...PROTOCOLS.map(({ name }) => name), 'modbus-tcp'), value),
    settings,
    device: value,
    baudRate: value,
    subnet: value,
    mode: fc.constantFrom('local', 'overlay', 'vlan', 'none'),
    version: fc.oneof(fc.constantFrom(1, 2), value),
    v: value,
  },
  { requiredKeys: ['id', 'type'] },
);

function isPlain({ summary, remedy, source, related = [] }: Diagnostic): boolean {
  const texts = [summary, remedy, ...[source, ...related].flatMap(place => place.label ?? [])];
  return texts.every(text => text.length <= 600 && !/[\p{Cc}\p{Cf}\p{Cs}]/u.test(text));
}

function check(flow: readonly unknown[] | string): void {
  const before = JSON.stringify(flow);
  const { design, diagnostics } = compile(flow, NODE_TYPES);
  assert.ok(diagnostics.every(isPlain), JSON.stringify(diagnostics.filter(one => !isPlain(one))));
  assert.equal(JSON.stringify(flow), before, 'the flow was not changed');
  assert.deepEqual(compile(flow, NODE_TYPES), { design, diagnostics }, 'the same flow gives the same result');
}

describe('a hostile drawing', () => {
  afterEach(() => assert.equal(({} as Record<string, unknown>).admin, undefined, 'no prototype was reached'));

  it('of any JSON value never makes the compiler throw', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), json => check(JSON.stringify(json))),
      { numRuns: 300 },
    );
    fc.assert(fc.property(fc.array(fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>), check), { numRuns: 300 });
  });

  it('of any text never makes the compiler throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), check), { numRuns: 500 });
  });

  it('of nodes that look like ours never makes the compiler throw', () => {
    fc.assert(fc.property(fc.array(suspect, { maxLength: 12 }), check), { numRuns: 1_500 });
  });

  it('made from a sound one by changing any fields never makes the compiler throw', () => {
    const change = fc.tuple(fc.nat(ROBOT_CELL.length - 1), fc.constantFrom(...FIELDS), value);
    const changed = fc.array(change, { minLength: 1, maxLength: 4 }).map(changes => {
      const flow = ROBOT_CELL.map(node => ({ ...node }));
      for (const [index, field, replacement] of changes) Object.assign(flow[index] ?? {}, { [field]: replacement });
      return flow;
    });
    fc.assert(fc.property(changed, check), { numRuns: 1_000 });
  });

  it('with a hostile name anywhere is refused, and the name goes nowhere but into words', () => {
    const named = ROBOT_CELL.filter(node => String(node.type).startsWith('gatewright-'));
    for (const name of HOSTILE)
      for (const node of named) {
        const flow = ROBOT_CELL.map(other => (other === node ? { ...other, name } : other));
        const { design, diagnostics } = compile(flow, NODE_TYPES);
        assert.ok(hasErrors(diagnostics), `${String(node.type)} named ${JSON.stringify(name)}`);
        const { source: _source, ...known } = { source: 0, ...design };
        const sources = /"source":\{[^{}]*\}/g;
        assert.ok(!JSON.stringify(known).replace(sources, '').includes(JSON.stringify(name).slice(1, -1)));
      }
  });
});
