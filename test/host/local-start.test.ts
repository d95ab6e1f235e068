// Programs and sockets that stay while we run, through the real host.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localHost } from '../../runtime/host/local.ts';

const node = process.execPath;

describe('a program that runs beside us', () => {
  it('is not waited for, and says how it ended and why', async () => {
    const program = await localHost.start([node, '-e', 'console.error("no disk"); process.exit(7)']);
    assert.ok(program.pid > 1);
    assert.match(await program.ended, /ended with 7: no disk$/);
  });

  it('hands over what it writes as it comes, what it complains of too, and takes signals', async () => {
    const [said, complained] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const script = `
      process.on('SIGUSR1', () => console.error('asked'));
      setInterval(() => {}, 1000);
      process.stdout.write(Buffer.from([0xff, 0x00]));`;
    const program = await localHost.start([node, '-e', script], {
      output: output => output.once('data', (bytes: Buffer) => said.resolve(bytes.toString('hex'))),
      complained: complained.resolve,
    });
    assert.equal(await said.promise, 'ff00');
    program.kill('SIGUSR1');
    assert.equal(await complained.promise, 'asked\n');
    program.kill('SIGKILL');
    await program.ended;
  });

  it('can be ended', async () => {
    const program = await localHost.start(['sleep', '1000']);
    program.kill('SIGKILL');
    assert.match(await program.ended, /^sleep was ended by SIGKILL$/);
    program.kill('SIGKILL'); // of what is gone already there is nothing to say
  });

  it('is missing in words', async () => {
    const program = await localHost.start(['gatewright-no-such-program']);
    assert.match(await program.ended, /gatewright-no-such-program .*No such file/);
  });

  it('ends when we are killed', async () => {
    const script = `
      import { localHost } from ${JSON.stringify(new URL('../../runtime/host/local.ts', import.meta.url).href)};
      const { pid } = await localHost.start(['sleep', '1000']);
      console.log(pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(node, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    assert.ok(localHost.kill(pid, 0));
    // The kernel is told to end it by what becomes the program, so only the program itself is sure to end with us.
    while ((await localHost.readFile(`/proc/${pid}/comm`)) !== 'sleep\n') await new Promise(setImmediate);
    parent.kill('SIGKILL');
    await once(parent, 'close');
    while (await isAlive(pid)) await new Promise(setImmediate); // bounded by the time of the test
  });
});

/** A process that has ended but that nobody has asked about yet still takes signals. */
async function isAlive(pid: number): Promise<boolean> {
  const state = /^State:\s+(\S)/m.exec((await localHost.readFile(`/proc/${pid}/status`)) ?? '')?.[1];
  return state !== undefined && state !== 'Z';
}

describe('a socket that we listen on', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatewright-listen-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('carries bytes both ways, is for our own user, and ends its connections when it closes', async () => {
    const path = join(folder, 'net.sock');
    const listening = await localHost.listen(path, connection => connection.pipe(connection));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const client = await localHost.connect(path);
    client.on('error', () => {});
    client.write('frame');
    assert.equal(String((await once(client, 'data'))[0]), 'frame');
    const closed = once(client, 'close');
    await listening.close();
    await closed;
    await assert.rejects(localHost.connect(path), { code: 'GW_HOST_IO' });
  });

  it('is not taken from somebody who answers, and is taken from nobody', async () => {
    const path = join(folder, 'net.sock');
    const listening = await localHost.listen(path, () => {});
    await assert.rejects(
      localHost.listen(path, () => {}),
      { code: 'GW_AGENT_LOCKED' },
    );
    await listening.close();
    const again = await localHost.listen(path, () => {});
    await again.close();
  });
});
