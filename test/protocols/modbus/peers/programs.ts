// Programs of others that speak Modbus: libmodbus (built here from a page of C), pymodbus, mbpoll, and pseudo terminals by socat. All
// are ended by `close`, and nothing is left behind.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How long a program may take to say that it is ready, or to end by itself. */
const WITHIN_MS = 20_000;

/** Debian's, which has Debian's packages. */
const PYTHON = '/usr/bin/python3';

export interface Finished {
  /** Exit code; null when it was killed. */
  readonly code: number | null;
  readonly output: string;
}

export interface Peers {
  /** For files of the test. */
  readonly folder: string;
  /** A slave on a free port of the loopback. */
  libmodbusTcpServer(port: number): Promise<ChildProcess>;
  libmodbusRtuServer(path: string, unit: number): Promise<ChildProcess>;
  /** A master that asks for every function. @returns a line for each answer */
  libmodbusClient(...args: readonly string[]): Promise<readonly string[]>;
  pymodbusTcpServer(port: number): Promise<ChildProcess>;
  /** As that of libmodbus, for the functions that pymodbus has. */
  pymodbusClient(...args: readonly string[]): Promise<readonly string[]>;
  mbpoll(...args: readonly string[]): Promise<Finished>;
  /** Two ends of a serial line. */
  ptyPair(): Promise<readonly [string, string]>;
  /** Two ends under chosen paths. @returns the program, whose end takes them away */
  ptyPairAt(one: string, other: string): Promise<ChildProcess>;
  /** The serial port of a guest: a terminal on one side, on the other a unix socket as a hypervisor offers it. */
  guestPort(): Promise<{ readonly terminal: string; readonly socket: string }>;
  /** Ends one program. */
  end(program: ChildProcess): Promise<void>;
  close(): Promise<void>;
}

export function openPeers(): Peers {
  const folder = mkdtempSync(join(tmpdir(), 'modbus-peers-'));
  const running = new Set<ChildProcess>();
  const end = async (program: ChildProcess) => {
    running.delete(program);
    if (program.exitCode !== null || program.signalCode !== null) return;
    const gone = once(program, 'exit');
    program.kill('SIGKILL');
    await gone;
  };
  const start = async (program: string, args: readonly string[], ready: (output: string) => boolean) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    await until(child, ready);
    return child;
  };
  let pairs = 0;
  const pair = (one: string, other: string) => {
    const ends = [one, other].map(link => `pty,raw,echo=0,link=${link}`);
    return start('socat', ['-d', '-d', ...ends], output => /starting data transfer loop/.test(output));
  };
  return {
    folder,
    libmodbusTcpServer: port => start(built(folder, 'server'), ['tcp', String(port)], output => /ready/.test(output)),
    libmodbusRtuServer: (path, unit) =>
      start(built(folder, 'server'), ['rtu', path, String(unit)], output => /ready/.test(output)),
    libmodbusClient: (...args) => master(built(folder, 'client'), args),
    pymodbusTcpServer: port =>
      start(PYTHON, [page('pymodbus-server.py'), String(port)], output => /ready/.test(output)),
    pymodbusClient: (...args) => master(PYTHON, [page('pymodbus-client.py'), ...args]),
    mbpoll: (...args) => finish('mbpoll', args),
    ptyPair: async () => {
      pairs += 1;
      const [one, other] = [join(folder, `tty${pairs}a`), join(folder, `tty${pairs}b`)];
      await pair(one, other);
      return [one, other];
    },
    ptyPairAt: pair,
    guestPort: async () => {
      pairs += 1;
      const [terminal, socket] = [join(folder, `guest${pairs}`), join(folder, `guest${pairs}.sock`)];
      const ends = [`pty,raw,echo=0,link=${terminal}`, `unix-listen:${socket}`];
      await start('socat', ['-d', '-d', ...ends], output => /listening on/.test(output));
      return { terminal, socket };
    },
    end,
    close: async () => {
      await Promise.all([...running].map(end));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function page(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** @returns the lines that a master says */
async function master(program: string, args: readonly string[]): Promise<readonly string[]> {
  const { code, output } = await finish(program, args);
  if (code !== 0) throw new Error(`the master ended with ${code}: ${output}`);
  return output.trim().split('\n');
}

/** Builds a program once for each folder. @returns its path */
export function built(folder: string, name: 'server' | 'client'): string {
  const program = join(folder, `libmodbus-${name}`);
  if (existsSync(program)) return program;
  const source = page(`libmodbus-${name}.c`);
  execFileSync('gcc', ['-O2', '-Wall', '-I/usr/include/modbus', '-o', program, source, '-lmodbus']);
  return program;
}

async function until(child: ChildProcess, ready: (output: string) => boolean): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${child.spawnfile} ${why}: ${output}`));
    const timer = setTimeout(fail, WITHIN_MS, 'was not ready in time');
    const hear = (text: Buffer) => {
      output += String(text);
      if (!ready(output)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', error => fail(error.message));
    child.once('exit', code => fail(`ended with ${code}`));
  });
}

async function finish(program: string, args: readonly string[]): Promise<Finished> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: WITHIN_MS });
  let output = '';
  const hear = (text: Buffer) => {
    output += String(text);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
