// What is said when a command cannot do its work: a fact, then what to do, and the exit code that fits.
import { CommanderError } from 'commander';
import { CODES, type Code } from '../model/codes.ts';
import { isGatewrightError, messageOf } from '../model/errors.ts';
import { EXIT, type ExitCode, exitCodeOf, UsageError } from './exit.ts';
import type { Terminal } from './terminal.ts';

const USAGE_REMEDY = 'See gatewright --help, or gatewright COMMAND --help.';

interface Failure {
  readonly code: Code | 'USAGE';
  readonly message: string;
  readonly remedy: string;
  readonly exit: ExitCode;
  /** Where a bug was met; empty otherwise. */
  readonly stack: string;
}

/**
 * Tells what went wrong.
 * @param error  anything thrown, that of the option parser included
 */
export function report(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
  const { code, message, remedy, exit, stack } = failureOf(error);
  if (terminal.json) terminal.result({ version: 1, command: 'error', ok: false, code, message, remedy }, []);
  else terminal.notice(...linesOf(error, { code, message, remedy }));
  if (stack !== '') terminal.notice(...stack.split('\n'));
  return exit;
}

/** A wrong command line needs no code, and when its message says what to do, nothing else either. */
function linesOf(error: unknown, { code, message, remedy }: Pick<Failure, 'code' | 'message' | 'remedy'>): string[] {
  if (error instanceof UsageError) return [`gatewright: ${message}`];
  return [`gatewright: ${message}${code === 'USAGE' ? '' : ` [${code}]`}`, `  ${remedy}`];
}

function failureOf(error: unknown): Failure {
  const exit = exitCodeOf(error);
  const message = messageOf(error);
  if (error instanceof CommanderError)
    return { code: 'USAGE', message: usageFact(error), remedy: USAGE_REMEDY, exit: EXIT.usage, stack: '' };
  if (error instanceof UsageError) return { code: 'USAGE', message, remedy: USAGE_REMEDY, exit, stack: '' };
  if (isGatewrightError(error))
    return { code: error.code, message, remedy: CODES[error.code]?.remedy ?? '', exit, stack: '' };
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return { code: 'GW_BUG', message, remedy: CODES.GW_BUG.remedy, exit, stack };
}

function usageFact({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'no command is named';
  return message.replace(/^error: /, '').replaceAll('\n', ' ');
}
