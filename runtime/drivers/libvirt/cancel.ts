// What an aborted signal means: the reason it was aborted with when that is an error of ours (a time-out), else a cancel.
import { GatewrightError, isGatewrightError } from '../../model/errors.ts';

/** @param what  what was being done, in words: `define a domain` */
export function cancelled(what: string, signal?: AbortSignal): GatewrightError {
  const reason: unknown = signal?.reason;
  if (isGatewrightError(reason)) return reason;
  const message = `cancelled while asking libvirt to ${what}; plan again to see what is left to do`;
  return new GatewrightError('GW_CANCELLED', message, { cause: reason });
}

/** A safe point between two steps. @throws the reason, or GW_CANCELLED */
export function stopIfCancelled(what: string, signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(what, signal);
}
