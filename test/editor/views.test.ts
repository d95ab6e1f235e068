import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { VIEWS } from '../../editor/sidebar/registry.ts';
import { nextPlace } from '../../editor/sidebar/views.ts';

describe('the tabs of the sidebar', () => {
  it('lead on with the arrow keys and around the ends', () => {
    assert.equal(nextPlace('ArrowRight', 0, 5), 1);
    assert.equal(nextPlace('ArrowRight', 4, 5), 0);
    assert.equal(nextPlace('ArrowLeft', 0, 5), 4);
    assert.equal(nextPlace('Home', 3, 5), 0);
    assert.equal(nextPlace('End', 1, 5), 4);
  });

  it('leave every other key to the editor', () => {
    for (const key of ['ArrowDown', 'Enter', ' ', 'Tab', 'a']) assert.equal(nextPlace(key, 0, 5), undefined);
  });

  it('are each one view', () => {
    const ids = VIEWS.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(ids[0], 'plan', 'what a deploy means is seen first');
  });

  it('have their words: those on the tab, and those of the action that brings it', () => {
    const file = new URL('../../editor/locales/en-US/sidebar.json', import.meta.url);
    const { view, showView } = JSON.parse(readFileSync(file, 'utf8'));
    const ids = VIEWS.map(({ id }) => id).sort();
    assert.deepEqual([Object.keys(view).sort(), Object.keys(showView).sort()], [ids, ids]);
  });
});
