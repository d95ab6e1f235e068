// Where a command writes: one JSON document or lines for people on stdout, progress and remarks on stderr. Whatever a
// drawing or a gateway calls itself, nothing but text reaches the terminal.
import { Writable } from 'node:stream';
import { oneLine } from '../plan/render-value.ts';
import type { CliCommand, CliDocument } from './shapes.ts';

export interface Terminal {
  /** Whether documents are printed in place of lines. */
  readonly json: boolean;
  /** Whether a person sits there who can be asked. */
  readonly interactive: boolean;
  /** The result: the document with `--json`, else the lines. */
  result<C extends CliCommand>(document: CliDocument<C> & { command: C }, lines: readonly string[]): void;
  /** A passing remark about long work; drawn over in place on a terminal, silent elsewhere. */
  progress(text: string): void;
  /** Something the user must see beside the result. */
  notice(...lines: readonly string[]): void;
  /** Asks yes or no; `false` where nobody can answer. */
  confirm(question: string): Promise<boolean>;
  /** Asks for something that is not drawn as it is typed; `undefined` when nothing was, or nobody can answer. */
  askSecret(question: string): Promise<string | undefined>;
}

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export interface TerminalOptions {
  /** Print documents in place of lines. */
  readonly json: boolean;
  /** Name of the terminal's type, as in the environment variable TERM. */
  readonly term: string | undefined;
  /** Called when the result could not be written for another reason than that its reader has gone. */
  readonly unwritable: (cause: Error) => void;
}

const CLEAR_LINE = '\r\u001b[K';
const USUAL_COLUMNS = 80;

/** Opens the terminal of this process. */
export function openTerminal(streams: TerminalStreams, options: TerminalOptions): Terminal {
  const { stdin, stdout, stderr } = streams;
  const canRedraw = stderr.isTTY === true && options.term !== 'dumb';
  let drawn = false;
  const clear = () => {
    if (drawn) stderr.write(CLEAR_LINE);
    drawn = false;
  };
  // A reader that has seen enough (`| head`) is no fault, and no reason to leave work half done.
  const ignoreGone = (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EPIPE') options.unwritable(cause);
  };
  stdout.on('error', ignoreGone);
  stderr.on('error', () => {});
  const terminal: Terminal = {
    json: options.json,
    get interactive() {
      return !options.json && stdin.isTTY === true && stderr.isTTY === true && !stdin.readableEnded;
    },
    result(document, lines) {
      clear();
      stdout.write(options.json ? `${jsonText(document)}\n` : textOf(lines));
    },
    progress(text) {
      if (!canRedraw) return;
      clear();
      stderr.write(oneLine(text).slice(0, (stderr.columns || USUAL_COLUMNS) - 1));
      drawn = true;
    },
    notice(...lines) {
      clear();
      stderr.write(textOf(lines));
    },
    async confirm(question) {
      clear();
      if (!terminal.interactive) return false;
      return /^y(es)?$/i.test((await ask(`${oneLine(question)} [y/N] `, streams, true)).trim());
    },
    async askSecret(question) {
      clear();
      return terminal.interactive ? (await ask(oneLine(question), streams, false)) || undefined : undefined;
    },
  };
  return terminal;
}

function textOf(lines: readonly string[]): string {
  return lines.map(line => `${oneLine(line)}\n`).join('');
}

/** JSON that a terminal may show: what JSON itself would leave as it is, and a terminal would obey, is escaped too. */
export function jsonText(document: unknown): string {
  return JSON.stringify(document, null, 2).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character =>
    Array.from({ length: character.length }, (_, unit) => {
      const hex = character.charCodeAt(unit).toString(16).padStart(4, '0');
      return `\\u${hex}`;
    }).join(''),
  );
}

/**
 * One line; empty on Ctrl-C, Ctrl-D, or when the terminal is gone.
 * @param drawn  whether what is typed is
 */
async function ask(
  question: string,
  { stdin: input, stderr }: Pick<TerminalStreams, 'stdin' | 'stderr'>,
  drawn: boolean,
): Promise<string> {
  const { createInterface } = await import('node:readline');
  const output = drawn ? stderr : new Writable({ write: (_chunk, _encoding, done) => done() });
  // From here on the terminal itself draws no keys.
  const prompt = createInterface({ input, output, terminal: true, historySize: 0 });
  if (!drawn) stderr.write(question);
  const answer = await new Promise<string>(resolve => {
    prompt.question(drawn ? question : '', resolve);
    // Nobody answered. The answer itself closes only below.
    prompt.once('close', () => {
      output.write('\n');
      resolve('');
    });
  });
  prompt.removeAllListeners('close').close();
  if (!drawn) stderr.write('\n');
  return answer;
}
