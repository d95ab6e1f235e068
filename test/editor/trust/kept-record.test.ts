import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fileName, keptRecord } from '../../../editor/sidebar/trust/kept-record.ts';
import type { Finding } from '../../../runtime/attest/finding.ts';
import { nextRecord } from '../../../runtime/attest/history.ts';

const AT = new Date('2026-11-26T10:00:00.000Z');

describe('a record of the history, as a browser reads it', () => {
  it('is read as the agent wrote it', () => {
    const findings: readonly Finding[] = [
      { code: 'GW_ATTEST_MISMATCH', message: 'another kernel', component: 'kernel' },
    ];
    const kept = nextRecord(undefined, {} as never, { verdict: 'mismatch', findings } as never, AT);
    assert.deepEqual(keptRecord(kept), {
      ...{ number: 1, text: kept.text, verdict: 'mismatch', atMs: AT.getTime() },
      findings: [{ code: 'GW_ATTEST_MISMATCH', message: 'another kernel', component: 'kernel' }],
    });
  });

  it('is shown as one that cannot be read whatever is wrong with it', () => {
    for (const text of [
      '',
      'no json',
      '[]',
      'null',
      '{"verdict":"good","at":"2026-11-26T10:00:00Z"}',
      '{"verdict":"trusted"}',
    ])
      assert.deepEqual(keptRecord({ number: 7, text }), { number: 7, text, findings: [] });
  });

  it('leaves out findings that are none, and tells the first ones', () => {
    const findings = [1, null, { code: 'A' }, ...Array.from({ length: 50 }, () => ({ code: 'A', message: 'b' }))];
    const text = JSON.stringify({ verdict: 'unusable', at: AT.toISOString(), findings });
    assert.equal(keptRecord({ number: 1, text }).findings.length, 17);
  });

  it('never fails', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), text => {
        const { findings } = keptRecord({ number: 1, text });
        assert.ok(Array.isArray(findings));
      }),
    );
  });

  it('is saved under a name that says whose it is', () =>
    assert.equal(fileName('pumps-1', 'vm.control', 17), 'verdict-pumps-1-vm.control-17.json'));
});
