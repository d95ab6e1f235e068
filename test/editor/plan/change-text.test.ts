import assert from 'node:assert/strict';
import { changeText, shortened, valueText } from '../../../editor/sidebar/plan/change-text.ts';

describe('a changed field in the sidebar', () => {
  it('says what was and what shall be', () => {
    assert.deepEqual(changeText({ field: 'memoryMiB', from: 128, to: 256 }), {
      field: 'memoryMiB',
      from: '128',
      to: '256',
    });
  });

  it('leaves out the side on which there is nothing', () => {
    assert.deepEqual(changeText({ field: 'note', to: 'new' }), { field: 'note', to: 'new' });
    assert.deepEqual(changeText({ field: 'note', from: 'old' }), { field: 'note', from: 'old' });
  });

  it('reads objects in words, without what is empty or off', () => {
    const rule = { action: 'accept', ports: [502, 503], log: false, note: '', hosts: [] };
    assert.equal(valueText(rule), 'action accept, ports 502, 503');
    assert.equal(valueText(false), 'false');
    assert.equal(valueText(null), 'null');
    for (const nothing of ['', [], {}]) assert.equal(valueText(nothing), '–');
  });

  it('is cut when it is long, and a short one is not', () => {
    assert.equal(shortened('x'.repeat(120)), 'x'.repeat(120));
    assert.equal(shortened('x'.repeat(121)).length, 120);
    assert.ok(shortened('x'.repeat(500)).endsWith('…'));
  });
});
