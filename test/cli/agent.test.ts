// `gatewright agent` as a service manager runs it.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { socketIn } from '../../runtime/platform/connect-agent.ts';
import { type Home, openHome, said, startAgent } from './command.ts';
import { documentOf, failureIn } from './document.ts';

describe('the agent command', () => {
  let home: Home;
  let socket = '';
  beforeEach(async () => {
    home = await openHome();
    socket = socketIn(home.gateway('cell-7'));
  });
  afterEach(() => home.remove());

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`says where it listens, serves owner and group only, and ends well on ${signal}`, async () => {
      const { child, ended } = await startAgent(home, 'cell-7');
      assert.equal((await stat(socket)).mode & 0o777, 0o660);
      child.kill(signal);
      const end = await ended;
      assert.deepEqual([end.code, end.stderr], [0, '']);
      assert.equal(end.stdout, `The agent of cell-7 listens on ${socket}.\n`);
      assert.ok(!existsSync(socket), 'the socket is gone');
    });

  it('says it as a document', async () => {
    const own = join(home.folder, 'own.sock');
    const started = home.start(['agent', '--gateway', 'cell-7', '--backend', 'simulated', '--socket', own, '--json']);
    await said(started, 'stdout', '}\n');
    started.child.kill('SIGTERM');
    const end = await started.ended;
    const { ok, gateway, socket: told } = documentOf(end, 'agent');
    assert.deepEqual([end.code, ok, gateway, told], [0, true, 'cell-7', own]);
  });

  it('does not start twice over one folder or one socket', async () => {
    await startAgent(home, 'cell-7');
    const again = ['agent', '--gateway', 'cell-7', '--backend', 'simulated'];
    const other = [...again, '--state', join(home.folder, 'other'), '--socket', socket];
    const [folder, taken] = await Promise.all([home.run(again), home.run([...other, '--json'])]);
    assert.equal(folder.code, 3);
    assert.match(folder.stderr, /another Gatewright process works with .*cell-7.*; wait until it has ended or stop it/);
    const [code, name, message] = failureIn(taken);
    assert.deepEqual([code, name], [3, 'GW_AGENT_LOCKED']);
    assert.match(message, /somebody listens on .* already; stop that agent first/);
  });

  it('clears away the socket that a killed agent left', async () => {
    const { child, ended } = await startAgent(home, 'cell-7');
    child.kill('SIGKILL');
    await ended;
    assert.ok(existsSync(socket), 'a kill leaves the file');
    const second = await startAgent(home, 'cell-7');
    second.child.kill('SIGTERM');
    assert.equal((await second.ended).code, 0);
  });

  it('refuses a hypervisor that there is not', async () => {
    const agent = ['agent', '--gateway', 'cell-7', '--backend', 'embedded', '--hypervisor', 'xen'];
    const { code, stderr } = await home.run(agent);
    assert.equal(code, 2);
    assert.match(stderr, /there is no hypervisor xen; choose auto, v86 or qemu/);
  });

  it('refuses places that cannot be used, in words', async () => {
    const agent = ['agent', '--gateway', 'cell-7', '--backend', 'simulated'];
    const file = await home.file('file', 'no folder');
    const long = join(home.folder, `${'a'.repeat(120)}.sock`);
    const [noSocket, noFolder, tooLong] = await Promise.all([
      home.run([...agent, '--socket', file]),
      home.run([...agent, '--state', join(file, 'state')]),
      home.run([...agent, '--state', join(home.folder, 'other'), '--socket', long]),
    ]);
    assert.deepEqual([noSocket.code, noFolder.code, tooLong.code], [3, 3, 3]);
    assert.match(noSocket.stderr, /file exists and is not a socket; give the agent another path \[GW_HOST_IO\]/);
    assert.match(noFolder.stderr, /cannot make the folder .*file\/state \(ENOTDIR\); check/);
    assert.match(tooLong.stderr, /the path of the socket has \d+ bytes, the most is 107; choose a shorter path/);
    for (const { stderr } of [noSocket, noFolder, tooLong]) assert.doesNotMatch(stderr, /^ {4}at /m);
  });

  it('refuses a journal that is none, and leaves it as it is', async () => {
    const { child, ended } = await startAgent(home, 'cell-7');
    child.kill('SIGTERM');
    await ended;
    await writeFile(join(home.gateway('cell-7'), 'journal.db'), 'not a journal, but somebody may want it');
    const damaged = await home.run(['agent', '--gateway', 'cell-7', '--backend', 'simulated']);
    assert.equal(damaged.code, 3);
    assert.match(damaged.stderr, /journal\.db is not a usable journal .*; move it away and start again/);
    assert.equal((await stat(join(home.gateway('cell-7'), 'journal.db'))).size, 39);
  });
});
