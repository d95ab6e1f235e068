// A small network of pretend machines on this one: every machine has a network and a mount namespace of its own, so that
// interfaces, tables and /run/netns of a test never meet those of the host. Knows nothing of Gatewright's resources.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const MARK = 'GATEWRIGHT_TEST_MACHINE';

/** Runs inside the new namespaces; ends when its standard input closes, so it cannot outlive the test. */
const HOLDER = [
  'set -e',
  'mount -t tmpfs tmpfs /run',
  'mkdir /run/netns',
  'mount -t sysfs sysfs /sys',
  'ip link set lo up',
  'echo ready',
  'exec cat',
].join('\n');

export interface RunOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One pretend machine. */
export interface Machine {
  readonly name: string;
  /** Process that holds the namespaces; `/proc/<pid>/root` is the machine's file tree. */
  readonly pid: number;
  /** Put before a command to run it inside. */
  readonly prefix: readonly [string, ...string[]];
  /** Environment that marks whatever is started inside, so that it is found again when it has left all namespaces. */
  readonly mark: Readonly<Record<string, string>>;
  /** Runs a program inside that must succeed; resolves with its standard output. */
  run(...argv: readonly string[]): Promise<string>;
  /** Runs a program inside, whatever comes of it. */
  attempt(...argv: readonly string[]): Promise<RunOutput>;
  /** Starts a program that goes on running inside; it is ended with the machine. Its standard output can be read. */
  start(...argv: readonly string[]): ChildProcess;
}

export interface NetnsLab {
  machine(name: string): Promise<Machine>;
  /** A veth pair from a device of one machine to a device of another; both are up. */
  cable(left: Machine, leftDevice: string, right: Machine, rightDevice: string): Promise<void>;
  /** Ends every process inside the machines and with them the namespaces. */
  close(): Promise<void>;
}

/** Opens a lab. Call `close` in an `after` hook. Needs root. */
export function netnsLab(): NetnsLab {
  const holders: { readonly machine: Machine; readonly process: ChildProcess }[] = [];
  return {
    async machine(name) {
      const opened = await openMachine(name);
      holders.push(opened);
      return opened.machine;
    },
    async cable(left, leftDevice, right, rightDevice) {
      const end = (machine: Machine, device: string) => ['name', device, 'netns', String(machine.pid)];
      await execute('ip', [
        'link',
        'add',
        ...end(left, leftDevice),
        'type',
        'veth',
        'peer',
        ...end(right, rightDevice),
      ]);
      await Promise.all([
        left.run('ip', 'link', 'set', leftDevice, 'up'),
        right.run('ip', 'link', 'set', rightDevice, 'up'),
      ]);
    },
    async close() {
      for (const { machine, process } of holders.splice(0)) await closeMachine(machine, process);
    },
  };
}

async function openMachine(name: string): Promise<{ machine: Machine; process: ChildProcess }> {
  const holder = spawn('unshare', ['--net', '--mount', '--propagation', 'private', '--', 'sh', '-c', HOLDER], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await ready(holder, name);
  if (holder.pid === undefined) throw new Error(`the machine ${name} has no process`);
  return { machine: machineOf(name, holder.pid), process: holder };
}

function ready(holder: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    holder.stderr?.on('data', chunk => {
      said += String(chunk);
    });
    holder.stdout?.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('exit', code => reject(new Error(`the machine ${name} did not start (${code}): ${said}`)));
  });
}

function machineOf(name: string, pid: number): Machine {
  const prefix = ['nsenter', '--target', String(pid), '--net', '--mount', '--'] as const;
  const mark = { [MARK]: `${process.pid}-${pid}` };
  const env = { ...process.env, ...mark };
  const attempt = async (...argv: readonly string[]): Promise<RunOutput> => {
    try {
      const { stdout, stderr } = await execute(prefix[0], [...prefix.slice(1), ...argv], { timeout: 30_000, env });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const failed = error as { code?: unknown; stdout?: string; stderr?: string };
      if (typeof failed.code !== 'number') throw error;
      return { code: failed.code, stdout: failed.stdout ?? '', stderr: failed.stderr ?? '' };
    }
  };
  return {
    name,
    pid,
    prefix,
    mark,
    attempt,
    async run(...argv) {
      const { code, stdout, stderr } = await attempt(...argv);
      if (code !== 0) throw new Error(`on ${name}: ${argv.join(' ')} ended with ${code}: ${stderr || stdout}`);
      return stdout;
    },
    start: (...argv) => spawn(prefix[0], [...prefix.slice(1), ...argv], { stdio: ['ignore', 'pipe', 'ignore'], env }),
  };
}

async function closeMachine(machine: Machine, holder: ChildProcess): Promise<void> {
  for (const pid of processesOf(machine)) if (pid !== holder.pid) end(pid);
  const gone = new Promise<void>(resolve => holder.once('exit', () => resolve()));
  if (holder.exitCode !== null || holder.signalCode !== null) return;
  holder.kill('SIGKILL');
  await gone;
}

/** Processes in the machine's network namespace or one made inside it, and what was started there and lost its namespace. */
function processesOf(machine: Machine): number[] {
  const inside = new Set<string>();
  add(inside, () => readlinkSync(`/proc/${machine.pid}/ns/net`));
  const named = `/proc/${machine.pid}/root/run/netns`;
  for (const name of names(named)) add(inside, () => `net:[${statSync(`${named}/${name}`).ino}]`);
  const marked = `${MARK}=${machine.mark[MARK]}`;
  const belongs = (pid: string) =>
    inside.has(tried(() => readlinkSync(`/proc/${pid}/ns/net`)) ?? '') ||
    (tried(() => readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? '').split('\0').includes(marked);
  const pids = names('/proc').filter(name => /^\d+$/.test(name));
  return pids.filter(belongs).map(Number);
}

function end(pid: number): void {
  tried(() => process.kill(pid, 'SIGKILL'));
}

function names(folder: string): string[] {
  return tried(() => readdirSync(folder)) ?? [];
}

function add(set: Set<string>, read: () => string): void {
  const value = tried(read);
  if (value !== undefined) set.add(value);
}

/** `undefined` when the process or file went away meanwhile, which is what we want of it. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return undefined;
    throw error;
  }
}
