// Running programs through the real host: every way a program can end.
import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runChecked } from '../../runtime/host/host.ts';
import { localHost } from '../../runtime/host/local.ts';
import { GatewrightError } from '../../runtime/model/errors.ts';

const node = process.execPath;
const hang = 'process.stdout.write("up"); setInterval(() => {}, 1000)';

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => assert.fail('it should have been refused'),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof GatewrightError, String(error));
  return error.code;
}

describe('running a program', () => {
  it('gives exit code, output and errors apart', async () => {
    const script = 'process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3';
    const result = await localHost.run([node, '-e', script]);
    assert.deepEqual(result, { code: 3, stdout: 'out', stderr: 'err' });
  });

  it('hands over arguments as they are, never through a shell', async () => {
    const hostile = '$(touch x); `id` "\' \n* $HOME';
    const result = await localHost.run([node, '-p', 'JSON.stringify(process.argv[1])', '--', hostile]);
    assert.equal(JSON.parse(result.stdout), hostile);
  });

  it('writes the input and closes it', async () => {
    assert.equal((await localHost.run(['cat'], { input: 'grüße\n' })).stdout, 'grüße\n');
  });

  it('bears a program that ends without reading its input', async () => {
    assert.equal((await localHost.run(['true'], { input: 'x'.repeat(4_000_000) })).code, 0);
  });

  it('adds to the environment and asks for untranslated output', async () => {
    const script = 'console.log(process.env.LC_ALL, process.env.COLOUR)';
    const result = await localHost.run([node, '-e', script], { environment: { COLOUR: 'green' } });
    assert.equal(result.stdout, 'C green\n');
  });

  it('says which program is missing', async () => {
    const missing = localHost.run(['gatewright-no-such-program']);
    await assert.rejects(missing, { code: 'GW_HOST_PROGRAM_MISSING', message: /gatewright-no-such-program/ });
  });

  it('ends what the program started together with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatewright-run-'));
    const file = join(folder, 'pid');
    const child = `require('fs').writeFileSync(${JSON.stringify(file)}, process.pid + '\\n'); setInterval(() => {}, 1000)`;
    const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]); ${hang}`;
    const controller = new AbortController();
    const running = localHost.run([node, '-e', script], { signal: controller.signal });
    const pid = Number(await until(async () => ((await localHost.readFile(file)) ?? '').match(/^\d+(?=\n)/)?.[0]));
    controller.abort();
    assert.equal(await codeOf(running), 'GW_CANCELLED');
    await until(async () => (localHost.kill(pid, 0) ? undefined : 'gone'));
    await localHost.remove(folder);
  });

  it('surfaces a time-out as such', async () => {
    assert.equal(await codeOf(localHost.run([node, '-e', hang], { timeoutMs: 50 })), 'GW_HOST_TIMEOUT');
  });

  it('stops when it is cancelled, before and during the run', async () => {
    const controller = new AbortController();
    const running = localHost.run([node, '-e', hang], { signal: controller.signal });
    controller.abort();
    assert.equal(await codeOf(running), 'GW_CANCELLED');
    assert.equal(await codeOf(localHost.run(['true'], { signal: controller.signal })), 'GW_CANCELLED');
  });

  it('passes on the reason of whoever aborted', async () => {
    const signal = AbortSignal.abort(new GatewrightError('GW_HOST_TIMEOUT', 'the step took too long'));
    assert.equal(await codeOf(localHost.run(['true'], { signal })), 'GW_HOST_TIMEOUT');
  });

  it('refuses more output than agreed, and never cuts it silently', async () => {
    const flood = localHost.run(['cat', '/dev/zero'], { maxOutputBytes: 1000 });
    assert.equal(await codeOf(flood), 'GW_HOST_UNEXPECTED');
  });

  it('tells that a signal ended the program', async () => {
    const killed = localHost.run([node, '-e', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)']);
    await assert.rejects(killed, { code: 'GW_HOST_COMMAND_FAILED', message: /SIGTERM/ });
  });

  it('quotes the last words of a program that must succeed and did not', async () => {
    const failed = runChecked(localHost, [node, '-e', 'console.error("no such bridge"); process.exitCode = 2']);
    await assert.rejects(failed, { code: 'GW_HOST_COMMAND_FAILED', message: /ended with 2: no such bridge/ });
  });
});

/** Asks again until there is an answer, for at most 10 s. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let turn = 0; turn < 1000; turn += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await setTimeout(10);
  }
  return assert.fail('no answer in 10 s');
}
