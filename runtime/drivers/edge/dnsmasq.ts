// The dnsmasq process of a leg: found by its namespace and its command line, started and stopped. Knows no specs.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Host, runChecked } from '../../host/host.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { LegDevices } from './leg-devices.ts';
import { type DhcpFiles, isLegServer } from './leg-dhcp.ts';

export interface Server {
  readonly pid: number;
  /** Arguments it was started with, without the program. */
  readonly args: readonly string[];
}

/** How long a server may take to end when it is asked to. */
const STOP_TIMEOUT_MS = 3_000;
const LOOK_AGAIN_MS = 20;

/** The server that the pid file names; `undefined` when it is gone or the process is another one. Starts no process. */
export async function noted(host: Host, devices: LegDevices, files: DhcpFiles): Promise<Server | undefined> {
  const pid = parsePid((await host.readFile(files.pidFile)) ?? '');
  return pid === undefined ? undefined : serverAt(host, devices, pid);
}

/** Ends the server that the pid file names: it may live on in a namespace that has lost its name. */
export async function stopNoted(host: Host, devices: LegDevices, files: DhcpFiles): Promise<void> {
  const server = await noted(host, devices, files);
  if (server !== undefined) await stop(host, devices, server.pid);
}

/** Makes exactly one server run, with these arguments; none when `args` is absent. */
export async function ensureServer(
  host: Host,
  devices: LegDevices,
  files: DhcpFiles,
  args: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<void> {
  const running = await servers(host, devices, signal);
  const [fit] = running.filter(server => equal(server.args, args));
  for (const server of running) if (server !== fit) await stop(host, devices, server.pid);
  if (fit !== undefined) {
    const listed = parsePid((await host.readFile(files.pidFile)) ?? '') === fit.pid;
    if (!listed) await host.writeFile(files.pidFile, `${fit.pid}\n`);
  } else if (args !== undefined)
    await runChecked(host, ['ip', 'netns', 'exec', devices.netns, 'dnsmasq', ...args], { signal });
}

/** All servers of this leg, whatever the pid file says. */
async function servers(host: Host, devices: LegDevices, signal: AbortSignal): Promise<readonly Server[]> {
  const text = await runChecked(host, ['ip', 'netns', 'pids', devices.netns], { signal });
  const pids = text.split('\n').map(parsePid);
  const found = await Promise.all(pids.map(pid => (pid === undefined ? undefined : serverAt(host, devices, pid))));
  return found.filter(server => server !== undefined);
}

async function serverAt(host: Host, devices: LegDevices, pid: number): Promise<Server | undefined> {
  // The command line of a process that has ended and was not yet collected is empty.
  const argv = ((await host.readFile(`/proc/${pid}/cmdline`)) ?? '').split('\0').slice(0, -1);
  return isLegServer(argv, devices) ? { pid, args: argv.slice(1) } : undefined;
}

async function stop(host: Host, devices: LegDevices, pid: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!host.kill(pid, signal)) return;
    for (let waitedMs = 0; waitedMs < STOP_TIMEOUT_MS; waitedMs += LOOK_AGAIN_MS) {
      if ((await serverAt(host, devices, pid)) === undefined) return;
      await sleep(LOOK_AGAIN_MS);
    }
  }
  const message = `dnsmasq (process ${pid}) of ${devices.netns} does not end; end it by hand, then apply again`;
  throw new GatewrightError('GW_HOST_TIMEOUT', message);
}

function equal(args: readonly string[], wanted: readonly string[] | undefined): boolean {
  return wanted !== undefined && args.length === wanted.length && args.every((arg, index) => arg === wanted[index]);
}

function parsePid(text: string): number | undefined {
  const match = /^\s*(\d{1,10})\s*$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}
