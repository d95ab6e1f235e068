// An apply that the host does not let come to a good end: exit code 3, what failed, and what is true now.
import assert from 'node:assert/strict';
import type { SeamPoint } from '../../runtime/drivers/memory/handle.ts';
import { GatewrightError } from '../../runtime/model/errors.ts';
import { type Home, openHome } from './command.ts';
import { documentOf } from './document.ts';
import { reference } from './flows.ts';
import { type LinuxAgent, serveLinuxAgent } from './linux-agent.ts';

/** What a program of a host says may hold anything. */
const trouble = () =>
  new GatewrightError('GW_HOST_COMMAND_FAILED', 'qemu ended with 1: \u001b[31mno memory\u001b[0m; mend it');

describe('an apply that fails on the second of two gateways', () => {
  let home: Home;
  let agent: LinuxAgent;
  let path = '';
  let broken: (point: SeamPoint) => boolean = () => false;
  beforeEach(async () => {
    home = await openHome();
    agent = await serveLinuxAgent(home, 'cell-8', point => {
      if (broken(point)) throw trouble();
    });
    const linux = { backend: 'linux', agentSocket: agent.socketPath };
    path = await home.file(
      'flow.json',
      reference('robot-cell').map(node => (node.name === 'cell-8' ? { ...node, ...linux } : node)),
    );
  });
  afterEach(async () => {
    broken = () => false;
    await agent.close();
    await home.remove();
  });
  const atVm = ({ operation, kind }: SeamPoint) => operation === 'create' && kind === 'vm';

  it('says what failed as it happens, what is done, and the next apply does the rest', async () => {
    broken = atVm;
    const { code, stdout, stderr } = await home.run(['apply', path, '--yes']);
    assert.equal(code, 3);
    assert.match(
      stderr,
      /^cell-8: create vm\.cell-8\/\w+ failed: qemu ended with 1: .*no memory.*; mend it \[GW_HOST_COMMAND_FAILED\]\n/,
    );
    assert.doesNotMatch(stderr + stdout, /[^\n\P{Cc}]/u);
    assert.match(
      stdout,
      /^cell-7 \(simulated\): applied\. Generation 1 is complete\.\ncell-8 \(simulated\): failed\. .*plan again or roll back\. Generation 0 is the last complete one\.\n$/,
    );
    broken = () => false;
    const again = documentOf(await home.run(['apply', path, '--yes', '--json']), 'apply');
    assert.deepEqual(
      again.results.map(({ outcome }) => outcome),
      ['unchanged', 'applied'],
    );
  });

  it('goes back when asked to', async () => {
    broken = atVm;
    const ended = await home.run(['apply', path, '--yes', '--on-failure', 'rollback', '--json']);
    const { ok, results } = documentOf(ended, 'apply');
    assert.deepEqual([ended.code, ok], [3, false]);
    assert.deepEqual(
      results.map(({ outcome, generation, code }) => [outcome, generation, code]),
      [
        ['applied', 1, undefined],
        ['rolled-back', 0, 'GW_HOST_COMMAND_FAILED'],
      ],
    );
  });

  it('tells what was done before the other gateway refused', async () => {
    let looks = 0;
    // Planning looks once at each kind; applying looks again first.
    broken = ({ operation, kind }) => operation === 'observe' && kind === 'vm' && ++looks > 1;
    const ended = await home.run(['apply', path, '--yes', '--json']);
    const { results } = documentOf(ended, 'apply');
    assert.equal(ended.code, 3);
    assert.deepEqual(
      results.map(({ gateway, outcome, code }) => [gateway, outcome, code]),
      [
        ['cell-7', 'applied', undefined],
        ['cell-8', 'failed', 'GW_HOST_COMMAND_FAILED'],
      ],
    );
    assert.match(results[1]?.message ?? '', /^cell-8: qemu ended with 1/);
  });
});
