// Lines of tooltips.
import assert from 'node:assert/strict';
import { brokenLines } from '../../editor/broken-lines.ts';

describe('a long line of a tooltip', () => {
  it('is broken between words, and loses none', () => {
    const text =
      'With 0000:05:00.0, card takes the camera along, which hangs on that USB controller and which scada uses.';
    const lines = brokenLines(text).split('\n');
    assert.equal(lines.join(' '), text);
    assert.ok(lines.length > 1 && lines.every(line => line.length <= 64), lines.join('|'));
  });

  it('keeps what is short or has no place to be broken at', () => {
    assert.equal(brokenLines('short'), 'short');
    assert.equal(brokenLines('x'.repeat(90)), 'x'.repeat(90));
    assert.equal(brokenLines(''), '');
  });
});
