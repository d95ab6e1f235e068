// An outer machine: QEMU emulates an IOMMU and devices to give away, and inside runs what runs on a gateway, from the files of this
// machine, which it only reads. VFIO is real there. Knows nothing of Gatewright's resources.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildGuestImage } from '../../../scripts/guest-image.ts';
import { GuestConsole, type GuestOutput } from '../guest-console.ts';

/** What a gateway with devices to give away needs of the kernel. */
const MODULES = [
  ...['9p', '9pnet_virtio', 'overlay', 'vfio_iommu_type1', 'vfio-pci', 'e1000e', 'xhci-pci', 'ftdi_sio'],
  ...['crc32c_generic', 'bridge', 'br_netfilter', 'tun', 'veth', 'nf_tables', 'nft_ct', 'nft_reject_inet'],
];
const POLL_MS = 100;
const MAX_POLLS = 600;
/** Where its agent is reached, inside; QEMU passes it out. */
const DOOR = 7_000;

export interface OuterMachine {
  /** Of the lab, the same outside and inside; what is written inside stays there. */
  readonly folder: string;
  /** A unix socket that leads to a unix socket inside. */
  readonly door: string;
  /** Runs a command line in the root of the machine around it. */
  attempt(command: string): Promise<GuestOutput>;
  /** One that must succeed; resolves with what it printed. */
  run(command: string): Promise<string>;
  /** Repeats a command until it succeeds. */
  until(command: string): Promise<string>;
  /** Says something to QEMU's monitor. */
  monitor(words: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param devices  arguments of QEMU for the devices to give away
 * @param inside  path of the unix socket that the door leads to
 */
export async function openOuterMachine(devices: readonly string[], inside: string): Promise<OuterMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'gwout-'));
  const port = await freePort();
  const { directory } = buildGuestImage({ flavour: 'amd64', modules: MODULES });
  const qemu = startQemu(folder, directory, port, devices);
  const shut: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true }), () => end(qemu)];
  const close = async () => {
    for (const one of shut.splice(0).reverse()) await one();
  };
  try {
    await appears(join(folder, 'console'), qemu);
    const console = await GuestConsole.open(join(folder, 'console'));
    shut.push(() => console.close());
    await console.run(ROOT);
    const door = join(folder, 'door');
    const server = passOn(door, port);
    shut.push(() => server.close());
    let last: Promise<unknown> = Promise.resolve();
    // Its console takes one command at a time, whoever asks.
    const attempt = (command: string) => {
      const next = last.then(() => console.attempt(`chroot /n /bin/bash -c ${quoted(`${PATH}; ${command}`)}`));
      last = next.catch(() => undefined);
      return next;
    };
    const run = async (command: string) => {
      const { code, output } = await attempt(command);
      if (code !== 0) throw new Error(`${command} ended with ${code} in the outer machine: ${output}`);
      return output;
    };
    await run(`setsid -f socat TCP-LISTEN:${DOOR},fork,reuseaddr UNIX-CONNECT:${inside} </dev/null >/dev/null 2>&1`);
    return {
      ...{ folder, door, attempt, run, close },
      async until(command) {
        for (let poll = 0; poll < MAX_POLLS; poll += 1) {
          const { code, output } = await attempt(command);
          if (code === 0) return output;
          await pause(POLL_MS);
        }
        throw new Error(`${command} never succeeded in the outer machine`);
      },
      async monitor(words) {
        const socket = connect(join(folder, 'monitor'));
        await once(socket, 'connect');
        socket.end(`${words}\n`);
        socket.resume();
        await once(socket, 'close');
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** This machine's files below, its own changes above, in memory. */
const ROOT = [
  'mkdir -p /lower /over /n',
  'mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 root /lower',
  'mount -t tmpfs over /over && mkdir /over/up /over/work',
  'mount -t overlay -o lowerdir=/lower,upperdir=/over/up,workdir=/over/work root /n',
  'for d in proc sys dev; do mount -o rbind /$d /n/$d; done',
  'mount -t tmpfs run /n/run',
].join(' && ');

const PATH = 'export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root';

/** One word for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function startQemu(folder: string, image: string, port: number, devices: readonly string[]): ChildProcess {
  return spawn(
    'qemu-system-x86_64',
    [
      ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-smp', '2', '-cpu', 'max', '-m', '2048'],
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
      ...['-kernel', join(image, 'vmlinuz'), '-initrd', join(image, 'initrd.img')],
      ...['-append', 'console=ttyS0 quiet intel_iommu=on mitigations=off gw.eth0=10.0.2.15/24'],
      ...['-serial', `unix:${join(folder, 'console')},server=on,wait=off`],
      ...['-monitor', `unix:${join(folder, 'monitor')},server=on,wait=off`],
      ...['-device', 'intel-iommu,intremap=on,caching-mode=on'],
      ...['-fsdev', 'local,id=root,path=/,security_model=none,readonly=on,multidevs=remap'],
      ...['-device', 'virtio-9p-pci,fsdev=root,mount_tag=root,addr=0x8'],
      ...['-netdev', `user,id=door,restrict=on,hostfwd=tcp:127.0.0.1:${port}-10.0.2.15:${DOOR}`],
      ...['-device', 'virtio-net-pci,netdev=door,addr=0x9,romfile=', ...devices],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

/** Lets who connects to a unix socket speak to a TCP port of this machine. */
function passOn(path: string, port: number): Server {
  return createServer(client => {
    const socket = connect(port, '127.0.0.1');
    const drop = () => {
      client.destroy();
      socket.destroy();
    };
    client.on('error', drop).on('close', drop);
    socket.on('error', drop).on('close', drop);
    client.pipe(socket);
    socket.pipe(client);
  }).listen(path);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function appears(path: string, qemu: ChildProcess): Promise<void> {
  for (let poll = 0; !existsSync(path); poll += 1) {
    if (poll === MAX_POLLS || qemu.exitCode !== null) throw new Error('the outer machine did not start');
    await pause(POLL_MS);
  }
}

async function end(qemu: ChildProcess): Promise<void> {
  if (qemu.exitCode !== null || qemu.signalCode !== null) return;
  const gone = once(qemu, 'exit');
  qemu.kill('SIGKILL');
  await gone;
}
