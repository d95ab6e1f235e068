import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { netnsLab } from './netns.ts';

describe('the network lab', () => {
  it('joins two machines by a cable and leaves nothing behind', async () => {
    const before = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
    const lab = netnsLab();
    let left: { pid: number } | undefined;
    try {
      const [a, b] = [await lab.machine('a'), await lab.machine('b')];
      left = a;
      await lab.cable(a, 'wire0', b, 'wire0');
      await a.run('ip', 'addr', 'add', '10.9.0.1/24', 'dev', 'wire0');
      await b.run('ip', 'addr', 'add', '10.9.0.2/24', 'dev', 'wire0');
      await a.run('ip', 'netns', 'add', 'inner');
      await a.run('ping', '-c1', '-W5', '10.9.0.2');
      assert.equal((await a.attempt('ping', '-c1', '-W1', '10.9.0.9')).code, 1);
      b.start('ip', 'netns', 'exec', 'inner', 'sleep', '600');
      a.start('ip', 'netns', 'exec', 'inner', 'sleep', '600');
      a.start('sleep', '600');
    } finally {
      await lab.close();
    }
    assert.equal(existsSync(`/proc/${left?.pid}`), false);
    assert.deepEqual(existsSync('/run/netns') ? readdirSync('/run/netns') : [], before);
  });
});
