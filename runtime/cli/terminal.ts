// Where a command writes: one JSON document or lines for people on stdout, progress and errors on stderr.
import type { CliCommand, CliDocument } from './shapes.ts';

export interface Terminal {
  /** The result: the document with `--json`, else the lines. */
  result<C extends CliCommand>(document: CliDocument<C> & { command: C }, lines: readonly string[]): void;
  /** A passing remark about long work; drawn over in place on a terminal, silent elsewhere. */
  progress(text: string): void;
  /** Something the user must see beside the result. */
  notice(text: string): void;
  /** Asks yes or no; `false` where nobody can answer. */
  confirm(question: string): Promise<boolean>;
}

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** @param json  print documents in place of lines */
export function openTerminal(streams: TerminalStreams, json: boolean): Terminal {
  const { stdin, stdout, stderr } = streams;
  let drawn = false;
  const clear = () => {
    if (drawn) stderr.write('\r\u001b[K');
    drawn = false;
  };
  return {
    result(document, lines) {
      clear();
      stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : lines.map(line => `${line}\n`).join(''));
    },
    progress(text) {
      if (!stderr.isTTY) return;
      clear();
      stderr.write(text.slice(0, (stderr.columns ?? 80) - 1));
      drawn = true;
    },
    notice(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    async confirm(question) {
      clear();
      if (json || !stdin.isTTY || !stderr.isTTY) return false;
      const { createInterface } = await import('node:readline/promises');
      const prompt = createInterface({ input: stdin, output: stderr });
      const answer = await prompt.question(`${question} [y/N] `);
      prompt.close();
      return /^y(es)?$/i.test(answer.trim());
    },
  };
}
