// Debian's mosquitto as a test's own broker: on the loopback, in a folder of its own, killed and started again at will.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface BrokerSettings {
  /** Further lines of mosquitto.conf, which may name files of {@link Broker.folder} by `%f`. */
  readonly lines?: readonly string[];
  /** User and password; without it everybody may come in. */
  readonly login?: readonly [string, string];
  /** Lines of the access list. */
  readonly access?: readonly string[];
}

export interface Broker {
  readonly port: number;
  start(): Promise<void>;
  /** SIGKILL: as a power cut of the broker. SIGTERM: it writes down what it has. */
  stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Kills it and starts it again with nothing of what it knew. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/** Sessions outlive the broker: every change is written down. */
const LASTING = ['persistence true', 'autosave_on_changes true', 'autosave_interval 1', 'max_queued_messages 0'];

export async function startBroker(settings: BrokerSettings = {}): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const port = await freePort();
  writeConfiguration(folder, port, settings);
  let running: ChildProcess | undefined;
  const stop = async (signal: 'SIGKILL' | 'SIGTERM') => {
    const program = running;
    running = undefined;
    if (program === undefined || program.exitCode !== null || program.signalCode !== null) return;
    const gone = once(program, 'exit');
    program.kill(signal);
    await gone;
  };
  const broker: Broker = {
    port,
    start: async () => {
      running = await started(folder);
    },
    stop,
    forget: async () => {
      await stop('SIGKILL');
      rmSync(join(folder, 'mosquitto.db'), { force: true });
      running = await started(folder);
    },
    close: async () => {
      await stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await broker.start();
  return broker;
}

function writeConfiguration(folder: string, port: number, { lines = [], login, access }: BrokerSettings): void {
  const file = join(folder, 'mosquitto.conf');
  const rights = login === undefined ? ['allow_anonymous true'] : [`password_file ${folder}/passwords`];
  if (login !== undefined)
    execFileSync('mosquitto_passwd', ['-b', '-c', join(folder, 'passwords'), ...login], { timeout: 20_000 });
  if (access !== undefined) {
    writeFileSync(join(folder, 'access'), `${access.join('\n')}\n`, { mode: 0o600 });
    rights.push(`acl_file ${folder}/access`);
  }
  const place = ['user root', `listener ${port} 127.0.0.1`, `persistence_location ${folder}/`, 'log_dest stderr'];
  writeFileSync(file, `${[...place, ...LASTING, ...rights, ...lines].join('\n')}\n`);
}

async function started(folder: string): Promise<ChildProcess> {
  const program = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    program.stderr?.on('data', text => {
      said += String(text);
      if (/mosquitto version \S+ running/.test(said)) resolve();
    });
    program.once('error', reject);
    program.once('exit', code => reject(new Error(`mosquitto ended with ${code}: ${said}`)));
  });
  return program;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
