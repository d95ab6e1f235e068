// A date as people type it.
import assert from 'node:assert/strict';
import { UsageError } from '../../runtime/cli/exit.ts';
import { untilOf } from '../../runtime/cli/until.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');

describe('a date on the command line', () => {
  it('is so many hours or days from now', () => {
    assert.equal(untilOf('8h', NOW), NOW + 8 * 3_600_000);
    assert.equal(untilOf('3d', NOW), NOW + 72 * 3_600_000);
  });

  it('is all of a day by the clock here, or a time', () => {
    assert.equal(untilOf('2026-12-24', NOW), new Date(2026, 11, 24, 23, 59, 59, 999).getTime());
    assert.equal(untilOf('2026-12-24T18:00Z', NOW), Date.parse('2026-12-24T18:00:00Z'));
    assert.equal(untilOf('2026-12-24T18:00+01:00', NOW), Date.parse('2026-12-24T17:00:00Z'));
  });

  it('is nothing else', () => {
    for (const text of ['', 'soon', '3', '3w', '12/24/2026', '2026-13-01', '2026-12-24T25:00Z', '99999d'])
      assert.throws(() => untilOf(text, NOW), UsageError, text);
  });
});
