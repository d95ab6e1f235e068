// Runs programs of this machine: an argument list, never a shell; bounded in time and in output. Knows no program by name.
import { type ChildProcess, spawn } from 'node:child_process';
import { GatewrightError } from '../model/errors.ts';
import { abortError, refuseAborted } from './abort.ts';
import type { RunOptions, RunResult } from './host.ts';
import { ioError } from './local-files.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** How long a killed program may take to vanish before its caller is told without it. */
const VANISH_MS = 1_000;

type Argv = readonly [string, ...string[]];

/**
 * Runs a program to its end and gives its exit code and output.
 * @throws GatewrightError GW_HOST_PROGRAM_MISSING, GW_HOST_TIMEOUT, GW_CANCELLED (or the reason the signal was aborted
 *   with, when that is one of ours), GW_HOST_COMMAND_FAILED when a signal ended it, GW_HOST_UNEXPECTED when it wrote too much
 */
export async function runProgram(argv: Argv, options: RunOptions = {}): Promise<RunResult> {
  refuseAborted(options.signal);
  const child = spawnProgram(argv, options);
  const stop = new Stopper(child);
  const output = collectOutput(child, options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES, argv[0], stop);
  const release = armStops(argv[0], options, stop);
  try {
    feed(child, options.input);
    const { code, signal } = await Promise.race([ended(child, argv[0]), stop.stopped]);
    if (code === null) throw killedBySignal(argv[0], signal, output().stderr);
    return { code, ...output() };
  } finally {
    release();
  }
}

/** Ends a program for a reason; the first reason counts. */
class Stopper {
  readonly stopped: Promise<never>;
  readonly #child: ChildProcess;
  #refuse: (reason: GatewrightError) => void = () => {};
  #reason: GatewrightError | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.stopped = new Promise((_resolve, reject) => {
      this.#refuse = reject;
    });
    this.stopped.catch(() => {});
  }

  /** Kills the program with its children; its caller hears the reason once it is gone. */
  stop(reason: GatewrightError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const tell = () => this.#refuse(reason);
    const timer = setTimeout(tell, VANISH_MS);
    this.#child.once('close', () => clearTimeout(timer));
    // WHY prepend: this must be heard before `ended` reports the signal that we sent ourselves.
    this.#child.prependOnceListener('exit', tell);
    killGroup(this.#child);
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }
}

function spawnProgram(argv: Argv, options: RunOptions): ChildProcess {
  const [program, ...args] = argv;
  try {
    return spawn(program, args, {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // WHY: we read what programs print, so they shall not translate it.
      env: { ...process.env, LC_ALL: 'C', ...options.environment },
      // WHY: a process group of its own, so that a time-out also ends what the program started.
      detached: true,
    });
  } catch (cause) {
    throw ioError('start', program, cause);
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') child.kill('SIGKILL');
  }
}

function armStops(program: string, options: RunOptions, stop: Stopper): () => void {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timer = setTimeout(() => stop.stop(timedOut(program, timeoutMs)), timeoutMs);
  const { signal } = options;
  const onAbort = () => {
    if (signal !== undefined) stop.stop(abortError(signal));
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
}

function collectOutput(child: ChildProcess, maxBytes: number, program: string, stop: Stopper) {
  const chunks: { readonly stdout: Buffer[]; readonly stderr: Buffer[] } = { stdout: [], stderr: [] };
  let total = 0;
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk: Buffer) => {
      total += chunk.length;
      if (total <= maxBytes) chunks[name].push(chunk);
      else stop.stop(tooMuch(program, maxBytes));
    });
  const text = (parts: Buffer[]) => Buffer.concat(parts).toString('utf8');
  return () => ({ stdout: text(chunks.stdout), stderr: text(chunks.stderr) });
}

function feed(child: ChildProcess, input: string | undefined): void {
  // A program may end without reading its input; its exit code tells, so a broken pipe is no error of its own.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
}

function ended(child: ChildProcess, program: string): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => reject(startError(program, cause)));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Why a program could not be started. */
export function startError(program: string, cause: NodeJS.ErrnoException): GatewrightError {
  if (cause.code !== 'ENOENT') return ioError('start', program, cause);
  const message = `${program} is not installed; run gatewright doctor, which names the package`;
  return new GatewrightError('GW_HOST_PROGRAM_MISSING', message, { cause });
}

function timedOut(program: string, timeoutMs: number): GatewrightError {
  const message = `${program} gave no answer in ${timeoutMs} ms; look whether it hangs, then apply again`;
  return new GatewrightError('GW_HOST_TIMEOUT', message);
}

function tooMuch(program: string, maxBytes: number): GatewrightError {
  const message = `${program} wrote more than ${maxBytes} bytes; report this with what it was asked`;
  return new GatewrightError('GW_HOST_UNEXPECTED', message);
}

function killedBySignal(program: string, signal: string | null, stderr: string): GatewrightError {
  const said = stderr.trim().slice(-500);
  const words = said === '' ? 'it said nothing' : `its last words: ${said}`;
  return new GatewrightError('GW_HOST_COMMAND_FAILED', `${program} was ended by ${signal}; ${words}`);
}
