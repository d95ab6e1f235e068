// Programs that run beside us for a long time. They end with us, however we end: what nobody steers any more must not stay.
import { type ChildProcess, spawn } from 'node:child_process';
import { messageOf } from '../model/errors.ts';
import type { StartedProgram, StartOptions } from './host.ts';
import { ioError } from './local-files.ts';
import { startError } from './local-run.ts';

/** What a program says of its own end is at the end. */
const KEPT_ERROR_CHARACTERS = 4_000;

type Argv = readonly [string, ...string[]];

/**
 * Starts a program, with no input and in a process group of its own, so that Ctrl-C at our terminal does not reach it.
 * @throws GatewrightError GW_HOST_PROGRAM_MISSING, GW_HOST_IO
 */
export function startProgram(argv: Argv, { output, complained }: StartOptions = {}): Promise<StartedProgram> {
  const [program, ...args] = endingWithUs(argv);
  const child = spawn(program, args, {
    stdio: ['ignore', output === undefined ? 'ignore' : 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
    detached: true,
  });
  if (child.stdout !== null) output?.(child.stdout);
  return new Promise((resolve, reject) => {
    child.once('error', cause => reject(startError(program, cause)));
    child.once('spawn', () => resolve(startedProgram(child, argv[0], complained)));
  });
}

/** On Linux the kernel kills it when we are gone [prctl(2) PR_SET_PDEATHSIG]; elsewhere only our own close does. */
function endingWithUs(argv: Argv): Argv {
  return process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--', ...argv] : argv;
}

function startedProgram(child: ChildProcess, program: string, complained: StartOptions['complained']): StartedProgram {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT_ERROR_CHARACTERS);
    complained?.(text);
  });
  const ended = new Promise<string>(resolve => {
    // WHY close and not exit: what it said last is read by then.
    child.once('close', (code, signal) => resolve(lastWords(program, code, signal, said)));
  });
  return {
    pid: child.pid ?? 0,
    ended,
    kill(signal) {
      try {
        child.kill(signal);
      } catch (cause) {
        throw ioError('signal', program, messageOf(cause));
      }
    },
  };
}

function lastWords(program: string, code: number | null, signal: string | null, said: string): string {
  const how = code === null ? `was ended by ${signal}` : `ended with ${code}`;
  const words = said.trim();
  return `${program} ${how}${words === '' ? '' : `: ${words}`}`;
}
