// Work with an end: it is told to stop on cancel and on time-out, and given up when it does not listen.
import { GatewrightError } from '../model/errors.ts';

export interface Bounds {
  readonly timeoutMs: number;
  /** How long the work may still take to stop after its time ran out. */
  readonly graceMs: number;
  /** Aborts the work; it then has until its time runs out to find a safe point. */
  readonly cancel: AbortSignal;
  /** Says what ran out of time. */
  readonly late: () => GatewrightError;
}

/**
 * Runs work that is handed a signal. Work that ends well although it was told to stop has ended well.
 * @throws whatever the work throws; the error of `late` when its time ran out; GW_CANCELLED when it was cancelled
 */
export async function bounded<T>(work: (signal: AbortSignal) => Promise<T>, bounds: Bounds): Promise<T> {
  const stop = new AbortController();
  const cancel = () => stop.abort(cancelled());
  bounds.cancel.addEventListener('abort', cancel, { once: true });
  if (bounds.cancel.aborted) cancel();
  const clock = startClock(stop, bounds);
  try {
    return await Promise.race([work(stop.signal), clock.giveUp]);
  } catch (error) {
    if (stop.signal.aborted && error !== stop.signal.reason) throw withCause(stop.signal.reason, error);
    throw error;
  } finally {
    clock.stop();
    bounds.cancel.removeEventListener('abort', cancel);
  }
}

export function cancelled(): GatewrightError {
  return new GatewrightError('GW_CANCELLED', 'the work was cancelled; plan again to see what is left to do');
}

/** Aborts when the time is over, and rejects when the grace is over as well. */
function startClock(stop: AbortController, bounds: Bounds): { readonly giveUp: Promise<never>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const giveUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const late = bounds.late();
      stop.abort(late);
      timer = setTimeout(() => reject(late), bounds.graceMs);
    }, bounds.timeoutMs);
  });
  return { giveUp, stop: () => clearTimeout(timer) };
}

/** The reason why the work was stopped, carrying what the work itself said. */
function withCause(reason: unknown, cause: unknown): unknown {
  if (!(reason instanceof GatewrightError)) return reason;
  return new GatewrightError(reason.code, reason.message, { cause, address: reason.address });
}
