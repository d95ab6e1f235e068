// A libvirtd of the test's own: its own sockets, state, mounts and process ids, so that it meets no other libvirtd and
// nothing of it outlives the test. Knows nothing of Gatewright's resources.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Machine } from './netns.ts';

const WORLD = fileURLToPath(new URL('libvirt-world.sh', import.meta.url));
/** Kept between runs: libvirt probes QEMU once per version, which takes seconds. */
const CACHE = fileURLToPath(new URL('../../.cache/libvirt', import.meta.url));
const POLL_MS = 50;
const MAX_POLLS = 2400;

export interface PrivateLibvirtd {
  /** Everything of it is below. */
  readonly root: string;
  readonly socket: string;
  /** Folder of the test's own for a driver's files; goes with the daemon. */
  readonly stateDirectory: string;
  /** Stops or kills the daemon; guests run on. */
  stop(how?: 'stop' | 'kill'): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
  /** Runs virsh against it; resolves with its standard output. */
  virsh(...args: readonly string[]): Promise<string>;
  /** Ends the daemon and every guest and removes all files. */
  close(): Promise<void>;
}

/** @param machine  pretend machine of the network lab to live in; without it, networks are this machine's own */
export async function privateLibvirtd(machine?: Machine): Promise<PrivateLibvirtd> {
  const root = mkdtempSync(join(tmpdir(), 'gwlv-'));
  prepare(root);
  const world = await openWorld(root, machine);
  const socket = join(root, 'sock', 'libvirt-sock');
  const stateDirectory = join(root, 'state');
  const start = async () => {
    world.stdin?.write('start\n');
    await answers(socket, root);
  };
  const daemon: PrivateLibvirtd = {
    root,
    socket,
    stateDirectory,
    start,
    stop: async (how = 'stop') => {
      const line = nextLine(world);
      world.stdin?.write(`${how}\n`);
      await line;
    },
    virsh: (...args) => run('virsh', ['-c', `qemu:///system?socket=${socket}`, ...args]),
    async close() {
      const gone = once(world, 'exit');
      if (world.exitCode === null && world.signalCode === null) {
        world.stdin?.end();
        await gone;
      }
      rmSync(root, { recursive: true, force: true });
    },
  };
  try {
    await start();
    return daemon;
  } catch (error) {
    await daemon.close();
    throw error;
  }
}

function prepare(root: string): void {
  const parts = ['etc/libvirt', 'var/lib/libvirt', 'var/log/libvirt', 'var/lib/swtpm-localca', 'var/log/swtpm'];
  for (const folder of [...parts, 'sock', 'state']) mkdirSync(join(root, folder), { recursive: true });
  mkdirSync(CACHE, { recursive: true });
  const lines = (settings: Record<string, string>) =>
    Object.entries(settings)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join('');
  const text = (value: string) => JSON.stringify(value);
  const daemon = {
    unix_sock_dir: text(join(root, 'sock')),
    unix_sock_rw_perms: text('0700'),
    auth_unix_ro: text('none'),
    auth_unix_rw: text('none'),
    log_outputs: text(`2:file:${join(root, 'log')}`),
  };
  const root0 = text('root');
  const qemu = {
    user: root0,
    group: root0,
    swtpm_user: root0,
    swtpm_group: root0,
    dynamic_ownership: '0',
    remember_owner: '0',
    security_driver: text('none'),
    namespaces: '[]',
    cgroup_controllers: '[]',
    stdio_handler: text('file'),
  };
  writeFileSync(join(root, 'etc/libvirt/libvirtd.conf'), lines(daemon));
  writeFileSync(join(root, 'etc/libvirt/qemu.conf'), lines(qemu));
  addUser(root);
}

/** libvirtd does not start without its user, which only a package that is not needed here makes. */
function addUser(root: string): void {
  for (const file of ['passwd', 'group']) cpSync(`/etc/${file}`, join(root, 'etc', file));
  if (readFileSync('/etc/passwd', 'utf8').includes('libvirt-qemu:')) return;
  appendFileSync(join(root, 'etc/passwd'), 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin\n');
  appendFileSync(join(root, 'etc/group'), 'libvirt-qemu:x:64055:\n');
}

async function openWorld(root: string, machine: Machine | undefined): Promise<ChildProcess> {
  const own = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const [program = '', ...args] = [...(machine?.prefix ?? []), ...own, '--', 'bash', WORLD, root, CACHE];
  const world = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  world.stderr?.on('data', chunk => {
    said += String(chunk);
  });
  const first = await Promise.race([nextLine(world), once(world, 'exit').then(() => 'gone')]);
  if (first !== 'ready') throw new Error(`the world of libvirtd did not open: ${said}`);
  return world;
}

async function nextLine(world: ChildProcess): Promise<string> {
  if (world.stdout === null) throw new Error('no standard output');
  const reader = createInterface({ input: world.stdout });
  const [line] = await once(reader, 'line');
  reader.close();
  return String(line);
}

async function answers(socket: string, root: string): Promise<void> {
  for (let poll = 0; poll < MAX_POLLS; poll += 1) {
    if (existsSync(socket) && (await canConnect(socket))) return;
    await pause(POLL_MS);
  }
  const out = existsSync(join(root, 'out')) ? readFileSync(join(root, 'out'), 'utf8') : '';
  throw new Error(`libvirtd did not come up: ${out}`);
}

function canConnect(socket: string): Promise<boolean> {
  return new Promise(resolve => {
    const client = connect(socket);
    client.once('connect', () => {
      client.destroy();
      resolve(true);
    });
    client.once('error', () => resolve(false));
  });
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', chunk => {
    stdout += String(chunk);
  });
  child.stderr.on('data', chunk => {
    stderr += String(chunk);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}
