// What goes wrong on the way to a TPM.
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
