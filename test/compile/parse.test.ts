import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { flowText } from '../../scripts/golden.ts';

function summaryOf(flow: string): string {
  return compile(flow, NODE_TYPES).diagnostics[0]?.summary ?? '';
}

describe('reading a flow file', () => {
  it('takes text and the parsed list alike', () => {
    const text = flowText('robot-cell');
    assert.deepEqual(compile(text, NODE_TYPES), compile(JSON.parse(text), NODE_TYPES));
  });

  it('takes the object of Node-RED’s second API version, and a byte order mark', () => {
    const text = flowText('robot-cell');
    const wrapped = `\u{feff}${JSON.stringify({ rev: '1', flows: JSON.parse(text) })}`;
    assert.deepEqual(compile(wrapped, NODE_TYPES), compile(text, NODE_TYPES));
  });

  it('names line and column of what is not JSON', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['[1,]', 'line 1, column 4'],
      ['[{"a": 1},\n  {"b" 2}]', 'line 2, column 8'],
      ['[\n\n  tru]', 'line 3, column 6'],
      ['[1] x', 'line 1, column 5'],
      [`[${'1,'.repeat(50_000)}]`, 'line 1, column 100002'],
      ['["a\nb"]', 'line 1, column 4'],
    ];
    for (const [text, place] of cases)
      assert.equal(summaryOf(text), `The flow file is not JSON: something is wrong in ${place}.`);
  });

  it('says of a file cut off anywhere that it ends too early, or reads it to its end', () => {
    const text = flowText('single-box').trimEnd();
    for (let length = 1; length < text.length; length += 37)
      assert.match(summaryOf(text.slice(0, length)), /^The flow file is not JSON: it ends too early, in line \d+\.$/);
  });

  it('leaves out what is no node and goes on with the rest', () => {
    const flow = [
      ...(JSON.parse(flowText('single-box')) as unknown[]),
      null,
      7,
      { id: 'x' },
      { id: 'a/b', type: 'tab' },
    ];
    const { design, diagnostics } = compile(flow, NODE_TYPES);
    assert.deepEqual(
      diagnostics.map(one => one.code),
      Array(4).fill('GW_FLOW_SHAPE'),
    );
    assert.deepEqual(design, compile(flowText('single-box'), NODE_TYPES).design);
  });

  it('gives an empty design for an empty flow', () => {
    const empty = { design: { version: 1, gateways: {}, tenants: {}, resources: {} }, diagnostics: [] };
    assert.deepEqual(compile([], NODE_TYPES), empty);
  });

  it('reads nothing of nodes that are not ours', () => {
    const flow = JSON.parse(flowText('single-box')) as object[];
    const stranger = {
      id: 'fn',
      type: 'function',
      z: 'singleBoxTab',
      func: 'return msg;',
      wires: [['vmLineLogger']],
    };
    assert.deepEqual(compile([...flow, stranger], NODE_TYPES), compile(flow, NODE_TYPES));
  });
});

describe('the version of a node', () => {
  const flow = JSON.parse(flowText('single-box')) as readonly Readonly<Record<string, unknown>>[];
  const withVersion = (version: object) =>
    flow.map(({ version: _version, ...node }) => (node.id === 'edgeRouter' ? { ...node, ...version } : node));
  const codes = (version: object) => compile(withVersion(version), NODE_TYPES).diagnostics.map(one => one.code);

  it('is 1 when none is stored', () => assert.deepEqual(codes({}), []));
  it('may be text, as the editor stores numbers', () => assert.deepEqual(codes({ version: '1' }), []));
  it('may be called v in flows written by hand', () => assert.deepEqual(codes({ v: 9 }), ['GW_TYPE_NEWER']));
  it('is refused when it is newer', () => assert.deepEqual(codes({ version: '2', v: 1 }), ['GW_TYPE_NEWER']));
});
