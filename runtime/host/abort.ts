// What an aborted signal means to whoever works under it. One place, so that every driver says the same.
import { GatewrightError, isGatewrightError } from '../model/errors.ts';

/** The error of an aborted signal: the reason it was aborted with when that is one of ours (a time-out), else GW_CANCELLED. */
export function abortError(signal: AbortSignal): GatewrightError {
  const reason: unknown = signal.reason;
  if (isGatewrightError(reason)) return reason;
  const message = 'the work was cancelled; plan again to see what is left to do';
  return new GatewrightError('GW_CANCELLED', message, { cause: reason });
}

/** A safe point: stops here when the work was cancelled. @throws see {@link abortError} */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}
