// The program of a guest that answers for its TPM, run as it is by the shell of the guest, without a guest: two terminals stand in for
// its port and its TPM, and a test has the other ends of both.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../scripts/guest/attest.sh', import.meta.url));
const GREETING = `HELLO ${'aa'.repeat(8)}`;
const SUCCESS = Buffer.from('80010000000a00000000', 'hex');

export interface GuestProgram {
  /** Socket of the channel at the host; takes one connection. */
  readonly channel: string;
  /** Commands that came through to the TPM, in hex. */
  readonly heard: string[];
  /** What the TPM answers. */
  answer: (command: Buffer) => Buffer;
  /** Says lines between two greetings, and gives the answers to them. */
  say(...lines: readonly string[]): Promise<readonly string[]>;
  /** Path of a file in which it keeps a secret. */
  secret(name: string): string;
  close(): Promise<void>;
}

export interface Guest {
  /** Whether there is a TPM; true without it. */
  readonly tpm?: boolean;
  /** What the firmware wrote down; nothing without it. */
  readonly log?: Buffer;
}

export async function guestProgram({ tpm = true, log }: Guest = {}): Promise<GuestProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'gw-program-'));
  const path = (name: string) => join(folder, name);
  const port = await terminal(path('port'));
  const device = await terminal(path('tpm'));
  const program: GuestProgram = {
    ...{ channel: path('channel'), heard: [], answer: () => SUCCESS },
    // Before the first greeting the TPM is not open.
    say: (...lines) => say(port.far, [GREETING, ...lines]),
    secret: name => path(join('secrets', name)),
    async close() {
      await end(child);
      await Promise.all([port.close(), device.close()]);
      await new Promise(resolve => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  device.far.on('data', command => {
    program.heard.push(command.toString('hex'));
    device.far.write(program.answer(command));
  });
  const server = createServer(host => {
    port.far.pipe(host).on('error', () => {});
    host.pipe(port.far, { end: false });
  });
  await listen(server, program.channel);
  if (log !== undefined) writeFileSync(path('log'), log);
  const files = [path('port'), path(tpm ? 'tpm' : 'none'), path('log'), path('secrets')];
  const env = { PATH: applets(path('bin')) };
  const child = spawn('/bin/busybox', ['sh', PROGRAM, ...files], { stdio: 'ignore', env });
  return program;
}

/** The programs that the guest has. */
function applets(folder: string): string {
  mkdirSync(folder);
  const { status } = spawnSync('/bin/busybox', ['--install', '-s', folder]);
  if (status !== 0) throw new Error(`busybox --install ended with ${status}`);
  return folder;
}

async function say(port: Socket, lines: readonly string[]): Promise<readonly string[]> {
  const last = `HELLO ${'ee'.repeat(8)}`;
  const answers: string[] = [];
  let rest = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  const hear = (bytes: Buffer) => {
    const whole = (rest + bytes.toString('latin1')).split('\n');
    rest = whole.pop() ?? '';
    answers.push(...whole);
    if (answers.at(-1) === last) resolve();
  };
  port.on('data', hear);
  port.write([...lines, '', last, ''].join('\n'), 'latin1');
  await promise;
  port.off('data', hear);
  return answers.slice(0, -1).filter(answer => answer !== GREETING);
}

interface Terminal {
  /** The end that is not a file. */
  readonly far: Socket;
  close(): Promise<void>;
}

/** A character device at a path, whose other end is a socket. */
async function terminal(path: string): Promise<Terminal> {
  const server = createServer();
  await listen(server, `${path}.far`);
  const child = spawn('socat', [`PTY,link=${path},rawer`, `UNIX-CONNECT:${path}.far`], { stdio: 'ignore' });
  const [far] = (await once(server, 'connection')) as [Socket];
  far.on('error', () => {});
  // Its far end hangs up when the last file is closed.
  const held = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  return {
    far,
    async close() {
      closeSync(held);
      far.destroy();
      await end(child);
      await new Promise(resolve => server.close(resolve));
    },
  };
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>(resolve => server.listen(path, resolve));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
