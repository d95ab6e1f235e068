import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { netnsLab } from './netns.ts';

describe('the network lab', () => {
  it('joins two machines by a cable and leaves nothing behind', async () => {
    const before = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
    const lab = netnsLab();
    let left: { pid: number } | undefined;
    let lost: ChildProcess | undefined;
    try {
      const [a, b] = [await lab.machine('a'), await lab.machine('b')];
      left = a;
      await lab.cable(a, 'wire0', b, 'wire0');
      await a.run('ip', 'addr', 'add', '10.9.0.1/24', 'dev', 'wire0');
      await b.run('ip', 'addr', 'add', '10.9.0.2/24', 'dev', 'wire0');
      await a.run('ip', 'netns', 'add', 'inner');
      await a.run('ping', '-c1', '-W5', '10.9.0.2');
      assert.equal((await a.attempt('ping', '-c1', '-W1', '10.9.0.9')).code, 1);
      // One of them is in a namespace that has lost its name.
      lost = a.start('ip', 'netns', 'exec', 'inner', 'sleep', '600');
      while (!readFileSync(`/proc/${lost.pid}/cmdline`, 'utf8').startsWith('sleep')) await setImmediate();
      await a.run('ip', 'netns', 'delete', 'inner');
      a.start('sleep', '600');
    } finally {
      await lab.close();
    }
    assert.equal(existsSync(`/proc/${left?.pid}`), false);
    if (lost?.exitCode === null && lost.signalCode === null) await once(lost, 'exit');
    assert.equal(lost?.signalCode, 'SIGKILL');
    assert.deepEqual(existsSync('/run/netns') ? readdirSync('/run/netns') : [], before);
  });
});
