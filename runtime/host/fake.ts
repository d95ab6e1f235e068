// A scripted Host for tests: files in memory, programs answered by a function of the test. Touches no real system.
import type { Duplex } from 'node:stream';
import { GatewrightError } from '../model/errors.ts';
import { refuseAborted } from './abort.ts';
import { createCables } from './cables.ts';
import type { Host, RunOptions, RunResult } from './host.ts';
import type { ReceiveDatagram, Underlay, UnderlayEnd } from './underlay.ts';

export interface FakeCall {
  readonly argv: readonly string[];
  readonly options: RunOptions;
}

export interface FakeScript {
  /** Files that exist at the start, by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Answers a program; `undefined` = the program is not installed. Text = exit code 0 with that output. */
  readonly run?: (argv: readonly string[], options: RunOptions) => RunResult | string | undefined;
  /** Answers a socket; `undefined` = nobody listens. */
  readonly connect?: (socketPath: string) => Duplex | undefined;
  /** Processes that exist. */
  readonly pids?: readonly number[];
}

export interface FakeHost extends Host {
  /** Every program run so far, oldest first. */
  readonly calls: readonly FakeCall[];
  /** The files as they are now; a link is one that holds what it leads to. */
  readonly files: ReadonlyMap<string, string>;
}

/** Makes a host that does what its script says and remembers what it was asked. */
export function createFakeHost(script: FakeScript = {}): FakeHost {
  const calls: FakeCall[] = [];
  const files = new Map(Object.entries(script.files ?? {}));
  const pids = new Set(script.pids);
  return {
    calls,
    files,
    ...fakeFiles(files),
    async run(argv, options = {}) {
      refuseAborted(options.signal);
      calls.push({ argv, options });
      const answer = script.run?.(argv, options);
      if (answer === undefined) throw new GatewrightError('GW_HOST_PROGRAM_MISSING', `${argv[0]} is not installed`);
      return typeof answer === 'string' ? { code: 0, stdout: answer, stderr: '' } : answer;
    },
    async start(argv) {
      throw new GatewrightError('GW_HOST_PROGRAM_MISSING', `${argv[0]} is not installed`);
    },
    async listen() {
      return { close: async () => {} };
    },
    async connect(socketPath) {
      const socket = script.connect?.(socketPath);
      if (socket === undefined) throw new GatewrightError('GW_HOST_IO', `nobody listens on ${socketPath}`);
      return socket;
    },
    cables: createCables(),
    underlay: fakeUnderlay(),
    kill: (pid, signal) => (signal === 0 ? pids.has(pid) : pids.delete(pid)),
  };
}

function fakeFiles(
  files: Map<string, string>,
): Pick<Host, 'readFile' | 'writeFile' | 'writeKernelFile' | 'link' | 'remove' | 'list'> {
  return {
    readFile: async path => files.get(path),
    async writeFile(path, data) {
      files.set(path, data);
    },
    async writeKernelFile(path, data) {
      if (!files.has(path)) throw new GatewrightError('GW_HOST_IO', `there is no ${path}`);
      files.set(path, data);
    },
    async link(path, target) {
      files.set(path, target);
    },
    async remove(path) {
      for (const name of files.keys()) if (name === path || name.startsWith(`${path}/`)) files.delete(name);
    },
    async list(path) {
      const below = [...files.keys()].filter(name => name.startsWith(`${path}/`));
      return [...new Set(below.map(name => name.slice(path.length + 1).split('/')[0] ?? ''))].sort();
    },
  };
}

/** Datagrams arrive at once, in order, and only between ends of this host. */
function fakeUnderlay(): Underlay {
  const ends = new Map<string, ReceiveDatagram>();
  return {
    async open(address, receive): Promise<UnderlayEnd> {
      if (ends.has(address)) throw new GatewrightError('GW_HOST_IO', `the tunnel end ${address} is in use`);
      ends.set(address, receive);
      const counters = { sent: 0, received: 0, failed: 0, strangers: 0 };
      return {
        ...{ kind: 'loopback', counters },
        send(peer, datagram) {
          const deliver = ends.get(peer);
          counters[deliver === undefined ? 'failed' : 'sent'] += 1;
          deliver?.(address, new Uint8Array(datagram));
        },
        async close() {
          if (ends.get(address) === receive) ends.delete(address);
        },
      };
    },
  };
}
