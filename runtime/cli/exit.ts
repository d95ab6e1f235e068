// Exit codes of the command line, and which fault of an error leads to which.
import { CODES } from '../model/codes.ts';
import { isGatewrightError } from '../model/errors.ts';

export const EXIT = {
  /** Done. */
  ok: 0,
  /** The drawing has errors, the answer was no, or (with --detailed-exitcode, and for drift) the plan is not empty. */
  findings: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** The host or an agent is in trouble. */
  host: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Thrown for a wrong command line: a file that is not there, an option that does not fit. */
export class UsageError extends Error {}

/** The exit code for anything thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage;
  return isGatewrightError(error) ? exitCodeOfCode(error.code) : EXIT.host;
}

/** @param code  of a failure; what is not known is no fault of the user's */
export function exitCodeOfCode(code: string | undefined): ExitCode {
  const known = code !== undefined && Object.hasOwn(CODES, code) ? CODES[code as keyof typeof CODES] : undefined;
  return known?.fault === 'user' ? EXIT.findings : EXIT.host;
}
