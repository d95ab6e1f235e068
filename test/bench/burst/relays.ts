// Relays of datagrams in processes of their own, and what each frame costs them of the processor.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { processorNanos } from '../processor.ts';

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const PROGRAMS = ['relay', 'load', 'delay'] as const;
type Program = (typeof PROGRAMS)[number];

export interface Relays {
  /** Starts one. @param command  program and arguments, for the relay's own port and the next one */
  start(command: (own: number, next: number) => readonly string[]): Promise<Relay>;
  /** One of the C programs of this folder, built here. */
  readonly program: (name: Program) => string;
  close(): Promise<void>;
}

export interface Cost {
  readonly micros: number;
  readonly rate: number;
  readonly lost: number;
}

export interface Relay {
  /**
   * Sends so many frames through it.
   * @param how  into the kernel: a burst as one, or each for itself
   * @returns microseconds of the processor per frame, frames a second, and the share of frames that were lost
   */
  cost(frames: number, how: 'together' | 'alone'): Promise<Cost>;
  /** Sends so many frames through it one by one. @returns microseconds on the way: of half of them, and of 999 in 1000, at most */
  delay(frames: number): Promise<{ readonly half: number; readonly most: number }>;
  /** How often it has collected garbage so far, if it was started to tell. */
  collections(): number;
}

export function relays(): Relays {
  const folder = mkdtempSync(join(tmpdir(), 'gw-burst-'));
  const program = (name: Program) => join(folder, name);
  for (const name of PROGRAMS) execFileSync('gcc', ['-O2', '-Wall', '-o', program(name), here(`./${name}.c`)]);
  const running: ChildProcess[] = [];
  return {
    program,
    async start(command) {
      const [own, next] = [await freePort(), await freePort()];
      const [file = '', ...args] = command(own, next);
      const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      running.push(child);
      const started = once(child.stdout, 'data');
      await Promise.race([
        started,
        once(child, 'exit').then(([code]) => {
          throw new Error(`${file} ended with ${code} before it was ready`);
        }),
      ]);
      return relayOf(child, program, own, next);
    },
    async close() {
      const ended = running.flatMap(child => (child.exitCode === null ? [once(child, 'exit')] : []));
      for (const child of running) child.kill('SIGKILL');
      await Promise.all(ended);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What the programs print. */
interface Answer {
  readonly came: number;
  readonly sent?: number;
  readonly seconds?: number;
  readonly half?: number;
  readonly most?: number;
}

function relayOf(child: ChildProcess, program: Relays['program'], own: number, next: number): Relay {
  const ask = async (name: Program, frames: number, ...more: readonly string[]) => {
    const { stdout } = await run(program(name), [`${next}`, `${own}`, `${frames}`, ...more], { timeout: 60_000 });
    return JSON.parse(stdout) as Answer;
  };
  let said = '';
  child.stdout?.on('data', text => {
    said += text;
  });
  return {
    collections: () => said.match(/Scavenge|Mark-Compact/g)?.length ?? 0,
    async cost(frames, how) {
      const before = processorNanos(child.pid ?? 0);
      const { sent = 0, came, seconds = 0 } = await ask('load', frames, how);
      const micros = (processorNanos(child.pid ?? 0) - before) / 1000 / came;
      return { micros, rate: came / seconds, lost: 1 - came / sent };
    },
    async delay(frames) {
      const { came, half = 0, most = 0 } = await ask('delay', frames);
      if (came < frames) throw new Error(`${frames - came} of ${frames} frames were lost`);
      return { half, most };
    },
  };
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
