import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { COMPILE_CODES } from '../../runtime/model/codes/compile.ts';
import { flowOf, readRejected, rejectedNames } from './fixture.ts';

/** Codes that need a drawing too large for a fixture; see limits.test.ts. */
const LARGE = ['GW_FINDINGS_MORE', 'GW_FLOW_TOO_LARGE'];

describe('a drawing with a fault', () => {
  const said = new Set<string>();
  for (const name of rejectedNames()) {
    it(`says what is wrong: ${name.replaceAll('-', ' ')}`, () => {
      const fixture = readRejected(name);
      const { diagnostics } = compile(flowOf(fixture), NODE_TYPES);
      assert.notEqual(fixture.diagnostics.length, 0);
      assert.deepEqual(JSON.parse(JSON.stringify(diagnostics)), fixture.diagnostics);
      for (const { code } of diagnostics) said.add(code);
    });
  }

  it('has an example for every code of the compiler', () => {
    const missing = Object.keys(COMPILE_CODES).filter(code => !said.has(code) && !LARGE.includes(code));
    assert.deepEqual(missing, []);
  });

  it('never shouts, and always says what to do', () => {
    for (const name of rejectedNames())
      for (const { summary, remedy } of compile(flowOf(readRejected(name)), NODE_TYPES).diagnostics) {
        assert.match(summary, /^[^!]{10,400}\.$/u, name);
        assert.match(remedy, /^[A-Z][^!]{5,200}\.$/u, name);
      }
  });
});
