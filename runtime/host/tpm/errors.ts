// What goes wrong on the way to a TPM, and when it ends.
import { GatewrightError } from '../../model/errors.ts';

/** @param fact  what happened, then what to do */
export function tpmError(fact: string, cause?: unknown): GatewrightError {
  return new GatewrightError('GW_ATTEST_TPM', fact, cause === undefined ? {} : { cause });
}

/** Settles as the promise does, or rejects when it takes longer. @param what  that took too long */
export function within<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(tpmError(`${what} takes longer than ${ms / 1000} s; look whether it still runs`)),
      ms,
    );
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Ends something when a signal is aborted, or at once when it was. */
export function endWith(signal: AbortSignal | undefined, end: () => void): void {
  if (signal?.aborted === true) end();
  else signal?.addEventListener('abort', end, { once: true });
}
