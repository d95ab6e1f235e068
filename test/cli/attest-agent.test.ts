// The commands below `attest` that ask an agent, from an invitation to a gate that closes: one agent, with an emulated TPM as that of its
// box, as a person would do it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAgent } from '../../runtime/agent/client.ts';
import type { Agent } from '../../runtime/model/agent.ts';
import { GatewayDesign } from '../../runtime/model/design.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import { socketIn } from '../../runtime/platform/connect-agent.ts';
import { applyDesign } from '../agent/sample.ts';
import { openTpm, type TestTpm } from '../attest/tpm.ts';
import { boxGate } from '../contract/samples.ts';
import { type Ended, type Home, openHome, type RunOptions, type Started, said } from './command.ts';
import { documentOf, failureIn } from './document.ts';

const GATE = { ...boxGate, spec: { ...boxGate.spec, intervalSeconds: 5 } };

describe('attest, asking an agent', function () {
  this.timeout(120_000).bail(true);
  let home: Home;
  let tpm: TestTpm;
  let started: Started;
  let token = '';
  const folder = () => join(home.folder, 'gatewright/cell-7.embedded');

  async function startAgent(): Promise<void> {
    const options = ['--backend', 'embedded', '--tpm', `swtpm:${tpm.path('tpm.sock')}`];
    started = home.start(['agent', '--gateway', 'cell-7', ...options]);
    await said(started, 'stdout', 'listens on');
  }
  /** Works with the agent itself, as the editor does. */
  async function withAgent<T>(work: (agent: Agent) => Promise<T>): Promise<T> {
    const agent = await connectAgent(socketIn(folder()));
    try {
      return await work(agent);
    } finally {
      await agent.close();
    }
  }
  const attest = (words: readonly string[], options?: RunOptions): Promise<Ended> =>
    home.run(['attest', ...words], options);
  const status = async () => documentOf(await attest(['status', '--json']), 'attest-status');

  before(async () => {
    home = await openHome();
    tpm = await openTpm();
    await tpm.run('tpm2_pcrextend', `0:sha256=${'ab'.repeat(32)}`);
    await startAgent();
    const design = GatewayDesign.parse({
      ...{ version: 1, gateway: { name: 'cell-7', backend: 'embedded' }, tenants: {} },
      resources: { [GATE.address]: GATE },
    });
    await withAgent(agent => applyDesign(agent, design));
  });
  after(async () => {
    await home.remove();
    await tpm.close();
  });

  it('shows that a gate is closed, and what to do', async () => {
    const { code, stdout } = await attest(['status']);
    assert.equal(code, 1);
    assert.match(stdout, /^host: not enrolled, nothing learned\ngate\.cell-7\/box on host: never, closed\n/);
  });

  it('prints a token alone, and takes it from standard input once', async () => {
    const invited = await attest(['invite', 'host', '--gateway', 'cell-7']);
    assert.match(invited.stdout, /^[0-9a-f]{64}\n$/);
    assert.match(invited.stderr, /good once, for a day/);
    token = invited.stdout.trim();
    const enrol = ['enrol', 'host', '--token-stdin'];
    const enrolled = await attest(enrol, { input: invited.stdout });
    assert.match(enrolled.stdout, /^host: key 000b[0-9a-f]{64}, nothing learned\n/);
    const again = await attest([...enrol, '--json'], { input: token });
    assert.deepEqual(failureIn(again).slice(0, 2), [1, 'GW_ATTEST_ENROLMENT']);
  });

  it('takes no token where it would be seen, and none that is none', async () => {
    const seen = await attest(['enrol', 'host']);
    assert.deepEqual([seen.code, /pipe it in with --token-stdin/.test(seen.stderr)], [2, true]);
    const wrong = await attest(['enrol', 'host', '--token-stdin'], { input: 'a password\n' });
    assert.deepEqual([wrong.code, /that is no token/.test(wrong.stderr)], [2, true]);
    assert.ok(!wrong.stderr.includes('a password'));
  });

  it('learns nothing unless somebody agrees', async () => {
    const nobody = await attest(['learn', 'host']);
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /Nothing was learned\. Nobody could be asked; say --yes\./);
    assert.equal((await status()).machines[0]?.learned, false);
  });

  it('opens the gate once it was learned what the box may run', async () => {
    const learned = await attest(['learn', 'host', '--yes']);
    assert.deepEqual([learned.code, learned.stderr], [0, '']);
    assert.match(learned.stdout, /gate\.cell-7\/box on host: trusted, open for \d+ s, proven .*Z by record 1\n/);
    const asked = documentOf(await attest(['ask', 'host', '--json']), 'attest-status');
    assert.deepEqual([asked.ok, asked.action, asked.gates[0]?.state], [true, 'ask', 'trusted']);
  });

  it('tells an alarm and closes the gate within an interval when something else was measured', async () => {
    const alarm = await withAgent(async agent => {
      const { promise, resolve } = Promise.withResolvers<Extract<AgentEvent, { type: 'alarm' }>>();
      agent.watch(event => event.type === 'alarm' && resolve(event));
      await tpm.run('tpm2_pcrextend', `7:sha256=${'cd'.repeat(32)}`);
      return promise;
    });
    assert.equal(alarm.code, 'GW_ATTEST_MISMATCH');
    const { code, stdout } = await attest(['status']);
    assert.equal(code, 1);
    assert.match(stdout, /gate\.cell-7\/box on host: mismatch, closed, proven/);
    assert.match(stdout, /Secure Boot keys.*\[GW_ATTEST_MISMATCH\]/);
  });

  it('knows all of it after the agent was killed and started again', async () => {
    const before = await status();
    started.child.kill('SIGKILL');
    await started.ended;
    await startAgent();
    const { machines, gates } = await status();
    assert.deepEqual([machines[0]?.key, machines[0]?.learned], [before.machines[0]?.key, true]);
    assert.deepEqual([gates[0]?.state, gates[0]?.openMs], ['mismatch', 0]);
    assert.equal(gates[0]?.findings[0]?.component, 'Secure Boot keys');
  });

  it('keeps a history that follows from its evidence', async () => {
    const kept = await attest(['history', '--gateway', 'cell-7', '--backend', 'embedded', '--json']);
    const { ok, records } = documentOf(kept, 'attest-history');
    assert.equal(ok, true);
    assert.deepEqual([records[0]?.verdict, records.at(-1)?.verdict], ['trusted', 'mismatch']);
    const file = join(folder(), 'attestation/host/history');
    const [first = ''] = readdirSync(file).sort();
    assert.equal((await attest(['verify', join(file, first)])).code, 0);
  });

  it('shows and enrols another key only when somebody approves it by its name', async () => {
    started.child.kill('SIGTERM');
    await started.ended;
    const other = await openTpm();
    try {
      await tpm.close();
      tpm = other;
      await startAgent();
      const invited = await attest(['invite', 'host']);
      await attest(['enrol', 'host', '--token-stdin'], { input: invited.stdout });
      const { stdout } = await attest(['status']);
      const [, key = ''] =
        /another key waits for approval: gatewright attest approve host ([0-9a-f]+)/.exec(stdout) ?? [];
      const wrong = await attest(['approve', 'host', '00'.repeat(34), '--json']);
      assert.deepEqual(failureIn(wrong).slice(0, 2), [1, 'GW_ATTEST_ENROLMENT']);
      const approved = documentOf(await attest(['approve', 'host', key, '--json']), 'attest-status');
      assert.deepEqual([approved.machines[0]?.key, approved.gates[0]?.openMs], [key, 0]);
    } finally {
      started.child.kill('SIGTERM');
      await started.ended;
    }
  });

  it('left the tokens nowhere', () => {
    assert.notEqual(token, '');
    for (const name of readdirSync(folder(), { recursive: true, withFileTypes: true }))
      if (name.isFile())
        assert.ok(!readFileSync(join(name.parentPath, name.name), 'latin1').includes(token), name.name);
  });
});

describe('attest, used wrongly', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  it('is told what is no machine, no key, no known gateway and no TPM', async () => {
    const wrong = await Promise.all([
      home.run(['attest', 'ask', 'robot-a']),
      home.run(['attest', 'approve', 'host', 'hex']),
      home.run(['attest', 'status']),
      home.run(['agent', '--gateway', 'c', '--backend', 'simulated', '--tpm', '/dev/tpm0']),
    ]);
    assert.deepEqual(
      wrong.map(({ code }) => code),
      [2, 2, 2, 2],
    );
    const words = [/is host, or vm\. and the name/, /is no key/, /no gateway is known here/, /give device: or swtpm:/];
    for (const [index, pattern] of words.entries()) assert.match(wrong[index]?.stderr ?? '', pattern);
  });

  it('is told honestly that a simulated gateway has no TPM', async () => {
    const started = home.start(['agent', '--gateway', 'cell-7', '--backend', 'simulated']);
    await said(started, 'stdout', 'listens on');
    const invited = await home.run(['attest', 'invite', 'host', '--json']);
    assert.equal(failureIn(invited)[1], 'GW_KIND_UNSUPPORTED');
    const { code, stdout } = await home.run(['attest', 'status']);
    assert.deepEqual([code, stdout], [0, 'No gate is drawn on cell-7, and nothing is known of any machine.\n']);
  });
});
