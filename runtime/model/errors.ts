// Thrown when the world is broken. What is wrong with a drawing is a Diagnostic instead.
import type { Address } from './address.ts';
import { CODES, type Code, type Fault } from './codes.ts';

export class GatewrightError extends Error {
  readonly code: Code;
  readonly fault: Fault;
  readonly address?: Address;

  /**
   * @param code     from the table in codes.ts; decides the fault
   * @param message  lower-case fact, then what to do; never a secret
   * @param context  the resource concerned and the error underneath
   */
  constructor(code: Code, message: string, context: { address?: Address | undefined; cause?: unknown } = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = 'GatewrightError';
    this.code = code;
    this.fault = CODES[code].fault;
    if (context.address !== undefined) this.address = context.address;
  }
}

/** Recognizes our errors by shape: the pack's bundle and the platform have a class of their own each. */
export function isGatewrightError(error: unknown): error is GatewrightError {
  return (
    error instanceof Error && error.name === 'GatewrightError' && typeof (error as { code?: unknown }).code === 'string'
  );
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
