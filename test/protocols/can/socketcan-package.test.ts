// npm socketcan itself, built as `npm start` builds it, behind our guard. Its peers are can-utils; the bus is in user space, as the
// kernel here may have none.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildSocketCan } from '../../../scripts/native/socketcan.ts';
import { type CanSockets, openCanSockets } from '../../lab/can-sockets.ts';

const ECHO = fileURLToPath(new URL('./socketcan-echo.ts', import.meta.url));

describe('npm socketcan', function () {
  this.timeout(60_000);
  let sockets: CanSockets;
  const running: ChildProcess[] = [];
  before(async () => {
    const built = buildSocketCan();
    assert.ok('folder' in built, 'why' in built ? built.why : '');
    sockets = openCanSockets();
    await sockets.addBus('can0');
  });
  after(async () => {
    for (const child of running) child.kill();
    await sockets?.close();
  });

  function start(...command: readonly [string, ...string[]]): ChildProcess {
    const [program, ...args] = command;
    const env = { ...process.env, ...sockets.environment };
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    running.push(child);
    return child;
  }

  /** Sends with cansend, an independent program. */
  function send(frame: string): void {
    execFileSync('cansend', ['can0', frame], { env: { ...process.env, ...sockets.environment } });
  }

  it('is asked for once: what is built is built', () => {
    assert.deepEqual(buildSocketCan('no-such-compiler'), buildSocketCan());
  });

  it('carries what cansend sends and candump reads: standard and extended frames, remote ones, and those of CAN FD', async () => {
    const echo = start(process.execPath, ECHO, 'can0');
    await once(echo.stdout as NodeJS.ReadableStream, 'data');
    const dump = start('candump', '-L', 'can0');
    let heard = '';
    dump.stdout?.on('data', text => {
      heard += text;
    });
    const frames = (): readonly string[] => heard.match(/\S+#\S*$/gm) ?? [];
    // candump does not say when it is there: it is sent something until it has heard of the answer.
    while (!frames().includes('002#')) {
      send('001#');
      await new Promise(setImmediate);
    }
    const sent = ['123#DEADBEEF', '1ABCDEF0#0102030405060708', '124#R', '200##1112233445566778899AABBCC'];
    const answers = ['124#DEADBEEF', '1ABCDEF1#0102030405060708', '125#R', '201##0112233445566778899AABBCC'];
    for (const [index, frame] of sent.entries()) {
      send(frame);
      while (!frames().includes(answers[index] ?? '')) await once(dump.stdout as NodeJS.ReadableStream, 'data');
    }
    const exited = once(echo, 'exit');
    echo.stdin?.end();
    assert.deepEqual(await exited, [0, null]);
  });
});
