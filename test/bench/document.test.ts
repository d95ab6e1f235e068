import assert from 'node:assert/strict';
import { reportOf, rowsOf, withSections } from '../../scripts/bench-document.ts';
import type { Figure } from './harness.ts';

const figure = (id: string, value: number): Figure => ({ id, what: 'a thing', value, spread: [1, 9], unit: 'ms' });
const KNOWN = ['alpha', 'beta', 'gamma'];

describe('the document of benches', () => {
  it('replaces the section of what was measured, keeps the others and drops those nobody knows', () => {
    const first = withSections(
      '',
      ['gamma', 'alpha', 'gone'].map(name => reportOf(name, 'real', [figure('one', 5)])),
      [...KNOWN, 'gone'],
    );
    const again = withSections(first, [reportOf('beta', 'emulated', [figure('two', 250)])], KNOWN);
    const headings = again.split('\n').filter(line => line.startsWith('## '));
    assert.deepEqual(headings, ['## alpha (real)', '## beta (emulated)', '## gamma (real)']);
    assert.match(again, /\| two \| a thing \| 250 ms \| 1\.00 to 9\.00 \| informs only \|/);
    assert.equal(again.match(/\| one \|/g)?.length, 2);
    assert.equal(withSections(again, [], KNOWN), again, 'and changes nothing when nothing was measured');
  });

  it('says where a figure comes from when it is not where the others come from, and whether its goal is met', () => {
    const goal = { better: 'lower', gate: 4, extreme: 1 } as const;
    const report = reportOf('alpha', 'emulated', [{ ...figure('one', 5), label: 'real', goal }, figure('two', 5)]);
    const [one, two] = rowsOf(report).split('\n');
    assert.match(one ?? '', /\| a thing \(real\) \|.*\| goal ≤ 4, not met \|$/);
    assert.match(two ?? '', /\| a thing \|.*\| informs only \|$/);
  });
});
