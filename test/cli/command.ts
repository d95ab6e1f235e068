// The command line as a stranger uses it: a process of its own, with a home folder of its own.
import { type ChildProcessByStdio, type StdioOptions, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What is started after the program that runs it: `node runtime/cli.ts`. */
export const CLI = [process.execPath, join(ROOT, 'runtime/cli.ts')] as const;
/** No command of these tests takes nearly as long; what hangs is ended, so that the test says so. */
const END_WITHIN_MS = 50_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcessByStdio<Writable | null, Readable | null, Readable | null>;
  readonly ended: Promise<Ended>;
}

export interface RunOptions {
  /** Text for standard input; default nothing to read. */
  readonly input?: string | Buffer;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly stdio?: StdioOptions;
  /** Program and arguments put before the command's own, for example to take rights away. */
  readonly prefix?: readonly string[];
  /** Program in place of `node runtime/cli.ts`. */
  readonly program?: readonly string[];
}

/** A home folder, and every process that was started with it; both are gone after {@link Home.remove}. */
export interface Home {
  readonly folder: string;
  /** Folder of a simulated gateway. */
  gateway(name: string): string;
  /** Writes a file into the folder and says where it is. */
  file(name: string, content: string | Buffer | readonly object[]): Promise<string>;
  /** Starts what runs on until it is ended, such as an agent. */
  start(args: readonly string[], options?: RunOptions): Started;
  /** Runs a command to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  remove(): Promise<void>;
}

export async function openHome(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'gwcli-'));
  const running = new Set<Started>();
  const home: Home = {
    folder,
    gateway: name => join(folder, 'gatewright', name),
    async file(name, content) {
      const path = join(folder, name);
      const plain = typeof content === 'string' || Buffer.isBuffer(content);
      await writeFile(path, plain ? content : JSON.stringify(content, null, 2));
      return path;
    },
    start(args, options = {}) {
      const started = launch(folder, args, options);
      running.add(started);
      void started.ended.finally(() => running.delete(started));
      return started;
    },
    run(args, options) {
      const { child, ended } = home.start(args, options);
      const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
      return ended.finally(() => clearTimeout(timer));
    },
    async remove() {
      const left = [...running];
      for (const { child } of left) child.kill('SIGKILL');
      await Promise.all(left.map(({ ended }) => ended));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return home;
}

/** The environment of a command: the test's own, without what would change how it speaks. */
export function environmentOf(folder: string, changes: RunOptions['environment'] = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _noColour, FORCE_COLOR: _forceColour, ...rest } = process.env;
  // As `npm run gatewright` does; it halves the time a command takes to start.
  const cache = { NODE_COMPILE_CACHE: join(ROOT, '.cache/compile') };
  return { ...rest, ...cache, HOME: folder, GATEWRIGHT_HOME: folder, ...changes };
}

function launch(folder: string, args: readonly string[], options: RunOptions): Started {
  const { input, environment, prefix = [], program = CLI, stdio = ['pipe', 'pipe', 'pipe'] } = options;
  const [file = '', ...words] = [...prefix, ...program, ...args];
  const child = spawn(file, words, { cwd: ROOT, env: environmentOf(folder, environment), stdio }) as Started['child'];
  child.stdin?.on('error', () => {}); // a command may end without having read everything
  child.stdin?.end(input ?? '');
  return { child, ended: untilEnd(child) };
}

function untilEnd(child: Started['child']): Promise<Ended> {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...output }));
  });
}

/** Resolves once the output of a running command holds a text; rejects when it ends before. */
export function said(started: Started, stream: 'stdout' | 'stderr', text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let heard = '';
    started.child[stream]?.on('data', (chunk: string) => {
      heard += chunk;
      if (heard.includes(text)) resolve();
    });
    void started.ended.then(end => reject(new Error(`it ended with ${end.code} and without "${text}": ${end.stderr}`)));
  });
}

/** Starts the agent of a simulated gateway where the other commands of this home look for it. */
export async function startAgent(home: Home, gateway: string, ...options: readonly string[]): Promise<Started> {
  const started = home.start(['agent', '--gateway', gateway, '--backend', 'simulated', ...options]);
  await said(started, 'stdout', 'listens on');
  return started;
}
