import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isFlawless, matrixDocument } from './document.ts';
import { robotCell } from './drawn.ts';
import type { Row } from './matrix.ts';
import { allScenarios } from './scenarios.ts';

const circumstances = { day: '2026-01-31', machine: 'a kernel', gateway: 'cell-7' };

function report(...rows: readonly Row[]) {
  return [
    { backend: 'linux', label: 'emulated' as const, scenarios: [{ scenario: { name: 'create', what: 'x' }, rows }] },
  ];
}

function row(write: number, when: 'before' | 'after', generation: number, fault?: string): Row {
  return { point: { write, when }, generation, ...(fault === undefined ? {} : { fault }) };
}

describe('the fault matrix as a document', () => {
  it('names every kill point with the generation it ended in, and joins writes that ended alike', () => {
    const worlds = report(
      row(1, 'before', 0),
      ...[1, 2, 3].map(write => row(write, 'after', 1)),
      ...[3, 2].map(write => row(write, 'before', 1)),
    );
    const text = matrixDocument(worlds, circumstances);
    assert.match(text, /^\| linux \(emulated\) \| create \| x \| 6 \| 0 \|$/m);
    assert.match(text, /^\| 1 \| generation 0 \| generation 1 \|\n\| 2 to 3 \| generation 1 \| generation 1 \|$/m);
    assert.ok(isFlawless(worlds));
  });

  it('shows a fault where it happened, and counts it', () => {
    const worlds = report(row(1, 'before', 0), row(1, 'after', 1, 'left: a|b\nc'));
    const text = matrixDocument(worlds, circumstances);
    assert.match(text, /^\| 1 \| generation 0 \| \*\*fault\*\*: left: a\\\|b c \|$/m);
    assert.match(text, /\| 2 \| 1 \|$/m);
    assert.ok(!isFlawless(worlds));
  });

  it('does not pass over a point that was not run', () => {
    const text = matrixDocument(report(row(1, 'before', 0), row(2, 'before', 0)), circumstances);
    assert.match(text, /^\| 1 to 2 \| generation 0 \| not run \|$/m);
  });

  it('is kept without a fault for every scenario on both back ends', () => {
    const text = readFileSync(new URL('../../docs/fault-matrix.md', import.meta.url), 'utf8');
    assert.doesNotMatch(text, /\*\*fault\*\*|not run/);
    for (const { name } of allScenarios(robotCell()))
      for (const backend of ['linux', 'simulated'])
        assert.ok(text.includes(`### ${backend}: ${name}\n`), `${backend}: ${name}`);
  });
});
