// The watches of a handle end once, alone or all together.
import assert from 'node:assert/strict';
import { Watches } from '../../runtime/host/watches.ts';

describe('the watches of a handle', () => {
  it('end each when told to, and the others with the handle, none of them twice', () => {
    const ended: string[] = [];
    const watches = new Watches();
    const stop = watches.add(() => ended.push('first'));
    watches.add(() => ended.push('second'));
    stop();
    stop();
    assert.deepEqual(ended, ['first']);
    watches.close();
    watches.close();
    assert.deepEqual(ended, ['first', 'second']);
  });
});
