// Counters of a TPM, one quote after the other: which steps there can be, and which there cannot.
import assert from 'node:assert/strict';
import { counterFindings } from '../../runtime/attest/quote.ts';
import type { ClockInfo } from '../../runtime/attest/tpm/attest.ts';

const HOUR = 3_600_000n;
const earlier: ClockInfo = { clock: 10n * HOUR, resetCount: 7, restartCount: 2, safe: true };

const STEPS: readonly (readonly [string, Partial<ClockInfo>, RegExp | undefined])[] = [
  ['the same moment', {}, undefined],
  ['a later one', { clock: 11n * HOUR }, undefined],
  ['a sleep', { clock: 11n * HOUR, restartCount: 3 }, undefined],
  ['a boot, which begins to count sleeps anew', { clock: 11n * HOUR, resetCount: 8, restartCount: 0 }, undefined],
  [
    'a power cut, after which the clock was put back to what was saved',
    { clock: 9n * HOUR, resetCount: 8, safe: false },
    undefined,
  ],
  [
    'a clock further back than it is saved',
    { clock: 8n * HOUR, resetCount: 8, safe: false },
    /^The clock .* went back/,
  ],
  ['a clock that went back although it is safe', { clock: 9n * HOUR, resetCount: 8 }, /^The clock .* went back/],
  ['a clock that went back without a boot', { clock: 10n * HOUR - 1n, safe: false }, /^The clock .* went back/],
  ['fewer boots', { clock: 11n * HOUR, resetCount: 6 }, /^The TPM counted 6 boots, and 7 before/],
  ['fewer sleeps', { clock: 11n * HOUR, restartCount: 1 }, /^The TPM counted 1 sleeps in this boot, and 2 before/],
];

describe('the counters of a TPM', () => {
  for (const [what, step, message] of STEPS)
    it(`${message === undefined ? 'may' : 'may not'} show ${what}`, () => {
      const [finding, ...more] = counterFindings(earlier, { ...earlier, ...step });
      assert.deepEqual(more, []);
      if (message === undefined) assert.equal(finding, undefined);
      else {
        assert.equal(finding?.code, 'GW_ATTEST_COUNTERS');
        assert.match(finding.message, message);
      }
    });
});
