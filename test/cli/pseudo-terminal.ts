// A terminal as a person sits at, with a command in it: what the command draws is read, keys are typed [pty(7)].
import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import koffi from 'koffi';
import { CLI, type Ended, environmentOf, type Home, ROOT } from './command.ts';

/** No command of these tests takes nearly as long. */
const END_WITHIN_MS = 50_000;

const openpty = koffi
  .load('libc.so.6')
  .func('int openpty(_Out_ int *amaster, _Out_ int *aslave, void *name, void *termp, _In_ uint16_t *winp)');

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

export interface TerminalSession {
  /** Everything drawn so far, as bytes were sent. */
  readonly drawn: () => string;
  /** Resolves once that is drawn; rejects when the command ends before. */
  until(text: string): Promise<void>;
  /** Types keys: `\r` is Enter, `\u0003` is Ctrl-C. */
  type(keys: string): void;
  /** Code and signal; what was drawn counts as stdout. */
  readonly ended: Promise<Ended>;
}

/** Runs the command line in a terminal of its own, which is also the one that Ctrl-C comes from. */
export function runInTerminal(
  home: Home,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
  size: Size = { rows: 25, columns: 100 },
): TerminalSession {
  const { master, slave } = open(size);
  // `--ctty` makes it the controlling terminal, so that its Ctrl-C becomes a signal [setsid(1)].
  const child = spawn('setsid', ['--ctty', '--wait', ...CLI, ...args], {
    cwd: ROOT,
    env: environmentOf(home.folder, { TERM: 'xterm-256color', ...environment }),
    stdio: [slave, slave, slave],
  });
  closeSync(slave);
  let drawn = '';
  const screen = new ReadStream(master);
  const gone = new Promise<void>(resolve => screen.once('close', () => resolve()));
  screen.setEncoding('utf8');
  screen.on('data', text => {
    drawn += text;
  });
  screen.on('error', () => screen.destroy()); // EIO: nobody has the other side any more
  const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  const exit = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
  const ended = Promise.all([exit, gone]).then(([[code, signal]]) => {
    clearTimeout(timer);
    return { code, signal, stdout: drawn, stderr: '' };
  });
  return {
    drawn: () => drawn,
    until: text =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (drawn.includes(text)) resolve();
        };
        screen.on('data', look);
        look();
        void ended.then(end => reject(new Error(`it ended with ${end.code} and drew: ${JSON.stringify(drawn)}`)));
      }),
    type: keys => void writeSync(master, keys),
    ended,
  };
}

function open({ rows, columns }: Size): { readonly master: number; readonly slave: number } {
  const [master, slave] = [[0], [0]] as const;
  if (openpty(master, slave, null, null, [rows, columns, 0, 0]) !== 0)
    throw new Error('there is no pseudo-terminal left');
  return { master: master[0] ?? 0, slave: slave[0] ?? 0 };
}
