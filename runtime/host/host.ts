// The port to the operating system: the only way from our code to processes, files and sockets of a gateway.
// `local.ts` is the real one, `fake.ts` a scripted one for tests.
import type { Duplex, Readable } from 'node:stream';
import { GatewrightError } from '../model/errors.ts';
import type { Cables } from './cables.ts';
import type { Underlay } from './underlay.ts';

export interface RunOptions {
  /** Written to the program's standard input. */
  readonly input?: string;
  /** Default 30,000. The program is killed and GW_HOST_TIMEOUT thrown. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** Default 64 MiB; more output is an error, never a silent cut. */
  readonly maxOutputBytes?: number;
}

export interface RunResult {
  /** Exit code; a program ended by a signal throws instead. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs beside us, and ends when we end. */
export interface StartedProgram {
  readonly pid: number;
  /** Resolves when it has ended: how, and its last words. Never rejects. */
  readonly ended: Promise<string>;
  kill(signal: 'SIGTERM' | 'SIGKILL' | 'SIGUSR1'): void;
}

/** What else is wanted of a program that runs beside us. */
export interface StartOptions {
  /** Takes what it writes to its standard output, which is thrown away otherwise; called before it runs. */
  readonly output?: (output: Readable) => void;
  /** Told whatever it writes to its standard error, as it comes. */
  readonly complained?: (text: string) => void;
}

/** A unix socket that we listen on. */
export interface Listening {
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

export interface Host {
  /**
   * Starts a program that runs until it is killed. Never through a shell.
   * @throws GatewrightError GW_HOST_PROGRAM_MISSING, GW_HOST_IO
   */
  start(argv: readonly [string, ...string[]], options?: StartOptions): Promise<StartedProgram>;
  /**
   * Listens on a unix stream socket that only our own user may use; replaces a socket that nobody answers on.
   * @param connected  owns the connection
   * @throws GatewrightError GW_AGENT_LOCKED when somebody answers there, GW_HOST_IO
   */
  listen(socketPath: string, connected: (connection: Duplex) => void): Promise<Listening>;
  /**
   * Runs a program to its end. Never through a shell.
   * @throws GatewrightError GW_HOST_PROGRAM_MISSING, GW_HOST_TIMEOUT, GW_CANCELLED, GW_HOST_COMMAND_FAILED (ended by a signal)
   */
  run(argv: readonly [string, ...string[]], options?: RunOptions): Promise<RunResult>;
  /** Contents of a file as UTF-8 (kernel files included); `undefined` when there is none. @throws GW_HOST_IO otherwise */
  readFile(path: string): Promise<string | undefined>;
  /** Replaces a file atomically and durably (temporary file, fsync, rename). Creates the folder. Default mode 0600. */
  writeFile(path: string, data: string, mode?: number): Promise<void>;
  /** Writes to an existing kernel file (/proc/sys, /sys) in place. */
  writeKernelFile(path: string, data: string): Promise<void>;
  /**
   * Makes a path a symbolic link, in place of a file or link that is there, so that it always leads somewhere. Creates the folder.
   * @param target  what it leads to, which need not be there
   * @throws GatewrightError GW_HOST_IO
   */
  link(path: string, target: string): Promise<void>;
  /** Removes a file or folder; absent is success. */
  remove(path: string): Promise<void>;
  /** Names in a folder, sorted; empty when there is none. */
  list(path: string): Promise<readonly string[]>;
  /** Connects to a unix stream socket. @throws GW_HOST_IO when nobody listens */
  connect(socketPath: string): Promise<Duplex>;
  /**
   * Calls back when an entry of a folder is written, added or removed; creates the folder. A hint, not a record: calls may
   * be joined or lost, so look again now and then. Returns how to stop. A host that cannot watch has no such method.
   */
  watchFolder?(path: string, changed: () => void): () => void;
  /** Cables between the drivers of this process; see cables.ts. */
  readonly cables: Cables;
  /** Datagrams between gateways, for tunnels made in this process; see underlay.ts. */
  readonly underlay: Underlay;
  /** Sends a signal to a process; `false` when it does not exist. */
  kill(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGHUP' | 0): boolean;
}

/** Runs a program that must succeed. @throws GW_HOST_COMMAND_FAILED with its own last words */
export async function runChecked(
  host: Host,
  argv: readonly [string, ...string[]],
  options?: RunOptions,
): Promise<string> {
  const result = await host.run(argv, options);
  if (result.code === 0) return result.stdout;
  const said = (result.stderr.trim() || result.stdout.trim()).slice(-500);
  throw new GatewrightError('GW_HOST_COMMAND_FAILED', `${argv[0]} ended with ${result.code}: ${said}`);
}
