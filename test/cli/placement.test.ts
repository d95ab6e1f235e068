// A drawing whose VM would be late on its box, at the command line: told, and done all the same; what cannot be done is refused.
import assert from 'node:assert/strict';
import { type Home, openHome } from './command.ts';
import { documentOf } from './document.ts';
import { reference, withFields } from './flows.ts';
import { type LinuxAgent, serveLinuxAgent } from './linux-agent.ts';

const ORDINARY = { cpus: [0, 1, 2, 3], isolatedCpus: [2, 3], realtimeKernel: false, locksMemory: true, hugePages: [] };

describe('a real-time VM at the command line', () => {
  let home: Home;
  let agent: LinuxAgent;
  beforeEach(async () => {
    home = await openHome();
    agent = await serveLinuxAgent(home, 'cabinet-1', undefined, 'linux', { vm: { compute: ORDINARY } });
  });
  afterEach(async () => {
    await agent.close();
    await home.remove();
  });
  const flow = (fields: object) => {
    const place = { backend: 'linux', agentSocket: agent.socketPath };
    return home.file('box.json', withFields(withFields(reference('single-box'), 'gateway', place), 'vm', fields));
  };
  const REAL_TIME = { vcpuPins: '3', emulatorPin: '0-1', fifoPriority: 40, lockedMemory: true };

  it('is planned and applied with a warning that its host makes it late', async () => {
    const path = await flow(REAL_TIME);
    for (const command of [['plan'], ['apply', '--yes']]) {
      const ended = await home.run([...command, path]);
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(
        ended.stdout,
        /the kernel of cabinet-1 is not a real-time one: it can be late\.\n.*; GW_PLACEMENT_KERNEL\]\n/,
      );
    }
    const { diagnostics } = documentOf(await home.run(['plan', path, '--json']), 'plan');
    assert.deepEqual(
      diagnostics.map(({ severity, code }) => [severity, code]),
      [['warning', 'GW_PLACEMENT_KERNEL']],
    );
  });

  it('is refused with what to do when its huge pages are not there', async () => {
    const { code, stderr } = await home.run(['plan', await flow({ ...REAL_TIME, hugePages: '2-mib' })]);
    assert.notEqual(code, 0);
    assert.match(stderr, /huge pages of 2 MiB; cabinet-1 has 0 for VMs\. Set them aside with hugepages=/);
  });
});
