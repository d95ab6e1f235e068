import assert from 'node:assert/strict';
import { WAYS } from './built.ts';
import { fuzzFilters } from './filter-fuzz.ts';

describe('the table of a filter', function () {
  this.timeout(120_000);

  it('decides and counts in C as in TypeScript, as generated code and as its rules say, on a million frames', () => {
    const { frames, byRule } = fuzzFilters(WAYS, 700, 50);
    assert.ok(frames >= 1_000_000, `${frames} frames`);
    assert.ok(byRule > frames / 4, `rules decided ${byRule} of ${frames}`);
    assert.ok(byRule < (frames * 19) / 20, `rules decided ${byRule} of ${frames}`);
  });
});
