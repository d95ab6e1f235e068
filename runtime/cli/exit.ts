// Exit codes of the command line, and which fault of an error leads to which.
import { GatewrightError, isGatewrightError } from '../model/errors.ts';

export const EXIT = {
  /** Done. */
  ok: 0,
  /** The drawing has errors, the apply did not succeed, or (with --detailed-exitcode) the plan is not empty. */
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
  if (error instanceof GatewrightError || isGatewrightError(error))
    return error.fault === 'user' ? EXIT.findings : EXIT.host;
  return EXIT.host;
}
