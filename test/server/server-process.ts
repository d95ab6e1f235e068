// Gatewright as a user starts it: a process of its own in a fresh home folder. Node-RED is one per process, so the tests
// of the server do not embed it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const START_TIMEOUT_MS = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that starts Gatewright; flags may follow. */
export interface Start {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly home: string;
  /** The line that says it is ready. */
  readonly ready: string;
  /** Asks it to end, waits, and says how it did. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

/** A home folder that nobody has started in. */
export function makeEmptyHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'gatewright-home-'));
}

/** A home folder with the reference drawing on simulated gateways, which need no guest image and no time. */
export async function makeHome(): Promise<string> {
  const home = await makeEmptyHome();
  await copyFile(join(root, 'flows/robot-cell/flow.json'), join(home, 'flows.json'));
  return home;
}

export function removeHome(home: string): Promise<void> {
  return rm(home, { recursive: true, force: true });
}

/** Builds the pack when it is not fresh. */
export function buildPack(): void {
  const build = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: root, encoding: 'utf8', timeout: 60_000 });
  if (build.status !== 0) throw new Error(`the pack does not build: ${build.stderr}`);
}

/** Starts the server on a free port and waits until it says that it is ready. */
export function startProcess(home: string, ...flags: string[]): Promise<TestServer> {
  return startWith(startOf(home), ...flags);
}

/** Starts the server in another way than {@link startProcess} does. */
export async function startWith(start: Start, ...flags: string[]): Promise<TestServer> {
  const { home } = start;
  const { child, ended, output } = launch(start, ['--port', '0', ...flags]);
  const ready = await firstOf(child, ended, output);
  const url = /https?:\/\/\S+/.exec(ready)?.[0] ?? '';
  return {
    ...{ url, home, ready, port: Number(new URL(url).port) },
    stop: signal => {
      child.kill(signal ?? 'SIGTERM');
      return ended;
    },
  };
}

/** Starts the server and waits for its end: for starts that are refused. */
export function runToEnd(home: string, flags: readonly string[], input = ''): Promise<Ended> {
  const { child, ended } = launch(startOf(home), flags);
  child.stdin?.end(input);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  return ended.finally(() => clearTimeout(timer));
}

function startOf(home: string): Start {
  return { argv: [process.execPath, 'runtime/main.ts', '--home', home], cwd: root, env: process.env, home };
}

function launch({ argv: [program = '', ...args], cwd, env }: Start, flags: readonly string[]) {
  const child = spawn(program, [...args, ...flags], { cwd, env });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<Ended>(resolve => child.once('close', code => resolve({ code, ...output })));
  return { child, ended, output };
}

function firstOf(child: ChildProcess, ended: Promise<Ended>, output: { readonly stdout: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the server did not get ready:\n${output.stdout}`));
    }, START_TIMEOUT_MS);
    const look = () => {
      const line = /^Gatewright is ready: .*$/m.exec(output.stdout)?.[0];
      if (line === undefined) return;
      clearTimeout(timer);
      resolve(line);
    };
    child.stdout?.on('data', look);
    ended.then(end => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${end.code}:\n${end.stdout}\n${end.stderr}`));
    });
  });
}
