import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { type Machine, netnsLab } from '../../lab/netns.ts';
import { builtFile } from './built.ts';

/** Everything arrived as it was sent, and the sender had no trouble. */
async function sendsWhole(machine: Machine): Promise<void> {
  const script = fileURLToPath(new URL('./gathered.ts', import.meta.url));
  const seen = JSON.parse(await machine.run(process.execPath, script, builtFile()));
  assert.ok(seen.frames > 1000);
  assert.deepEqual(seen, { frames: seen.frames, sent: seen.frames, errors: 0 });
}

describe('datagrams that the addon sends together', () => {
  const lab = netnsLab();
  after(() => lab.close());

  it('arrive as they were sent, one by one, whatever their lengths', async () => {
    const machine = await lab.machine('wide');
    await machine.run('ip', 'link', 'set', 'lo', 'up');
    await sendsWhole(machine);
  });

  it('arrive as well where the way is too narrow for the longest of them', async () => {
    const machine = await lab.machine('narrow');
    await machine.run('ip', 'link', 'set', 'lo', 'up', 'mtu', '1500');
    await sendsWhole(machine);
  });
});
