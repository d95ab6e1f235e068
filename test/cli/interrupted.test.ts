// Commands that are stopped in the middle, and commands that meet: what was begun is never lost, and the next apply ends it.
import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Home, openHome, type Started, startAgent } from './command.ts';
import { documentOf, failureIn } from './document.ts';
import { crowd, ROBOT_CELL } from './flows.ts';

/** Applying them takes many times as long as seeing that the first is there. */
const VMS = 120;

describe('an apply that is stopped in the middle', function () {
  // Many processes, one after the other, each of which shares its processor with others.
  this.timeout(60_000);
  let home: Home;
  let path = '';
  beforeEach(async () => {
    home = await openHome();
    path = await home.file('crowd.json', crowd(VMS));
  });
  afterEach(() => home.remove());

  const made = (kind: string) =>
    readdir(join(home.gateway('crowd'), 'drivers/memory/simulated/crowd', kind)).catch(() => [] as string[]);

  /** Starts an apply and freezes the process that does it once a few things are made. */
  async function frozen(worker?: Started): Promise<Started> {
    const before = (await made('port')).length;
    const started = home.start(['apply', path, '--yes', '--json']);
    let ended = false;
    void started.ended.then(() => {
      ended = true;
    });
    while ((await made('port')).length === before && !ended) await setTimeout(1);
    (worker ?? started).child.kill('SIGSTOP');
    assert.ok(!ended && (await made('vm')).length < VMS, 'it is in the middle');
    return started;
  }

  async function converges(): Promise<void> {
    const applied = await home.run(['apply', path, '--yes']);
    assert.equal(applied.code, 0, applied.stderr);
    assert.equal((await made('vm')).length, VMS);
    const { stdout, code } = await home.run(['plan', path, '--detailed-exitcode']);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /Nothing to do\. Everything runs as drawn\./);
  }

  it('by a signal, comes to a safe point and says so; each apply goes on where the last one stopped', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const { child, ended } = await frozen();
      child.kill(signal);
      child.kill('SIGCONT');
      const end = await ended;
      const { ok, results } = documentOf(end, 'apply');
      const outcomes = results.map(({ outcome, generation }) => [outcome, generation]);
      assert.deepEqual([end.code, ok, outcomes], [1, false, [['cancelled', 0]]]);
      assert.match(results[0]?.message ?? '', /plan again/);
      assert.equal(
        end.stderr,
        'Stopping at the next safe point. Press Ctrl-C again to leave at once; nothing is lost by it.\n',
      );
    }
    await converges();
  });

  it('by a kill, is ended before the next look, whatever looks', async () => {
    const { child, ended } = await frozen();
    child.kill('SIGKILL');
    await ended;
    const { gateways } = documentOf(await home.run(['observe', '--json']), 'observe');
    assert.equal(gateways[0]?.generation, 1);
    assert.equal((await home.run(['plan', path, '--detailed-exitcode'])).code, 0);
  });

  it('by a kill of the agent, says that it resumes, and it does', async () => {
    const agent = await startAgent(home, 'crowd');
    const { ended } = await frozen(agent);
    agent.child.kill('SIGKILL');
    const [code, name, message] = failureIn(await ended);
    assert.deepEqual([code, name], [3, 'GW_AGENT_AWAY']);
    assert.match(message, /^crowd: /);
    await startAgent(home, 'crowd');
    await converges();
  });

  it('keeps a second command out, in words, and is not disturbed by it', async () => {
    const { child, ended } = await frozen();
    const [human, json] = await Promise.all([home.run(['apply', path, '--yes']), home.run(['plan', path, '--json'])]);
    assert.equal(human.code, 3);
    assert.match(
      human.stderr,
      /^gatewright: crowd: another Gatewright process works with .*; wait until it has ended or stop it \[GW_AGENT_LOCKED\]\n {2}\S/,
    );
    assert.deepEqual(failureIn(json).slice(0, 2), [3, 'GW_AGENT_LOCKED']);
    child.kill('SIGCONT');
    assert.equal((await ended).code, 0);
    assert.equal((await home.run(['plan', path, '--detailed-exitcode'])).code, 0);
  });
});

describe('commands side by side', () => {
  let home: Home;
  beforeEach(async () => {
    home = await openHome();
  });
  afterEach(() => home.remove());

  it('wait for each other as long as a look takes', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => home.run(['plan', ROBOT_CELL])));
    assert.deepEqual(
      runs.map(({ code, stderr }) => [code, stderr]),
      [0, 0, 0].map(code => [code, '']),
    );
  });
});

describe('a reader that leaves', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  it('is no trouble, and stops no work', async () => {
    const { child, ended } = home.start(['apply', ROBOT_CELL, '--yes', '--json']);
    child.stdout?.destroy();
    const { code, stderr } = await ended;
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal((await home.run(['plan', ROBOT_CELL, '--detailed-exitcode'])).code, 0);
  });

  it('may leave stderr too', async () => {
    const { child, ended } = home.start(['plan', 'no-such.json']);
    child.stdout?.destroy();
    child.stderr?.destroy();
    assert.equal((await ended).code, 2);
  });

  it('is told apart from a full disk', async () => {
    const { code, stderr } = await home.run(['validate', ROBOT_CELL], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    assert.equal(code, 3);
    assert.match(stderr, /^gatewright: the result cannot be written \(ENOSPC.*\); free some space/);
  });
});
