// Ctrl-C, and what a service manager or a closing terminal sends, while something is being changed.
import type { Terminal } from './terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const AT_NEXT_SAFE_POINT =
  'Stopping at the next safe point. Press Ctrl-C again to leave at once; nothing is lost by it.';

/**
 * Runs work that the first signal stops at its next safe point. A second one ends the process at once; that loses
 * nothing: the next command, or the agent itself, goes on from the journal.
 * @param said  told at the first signal
 */
export async function interruptible<T>(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<T>,
  said = AT_NEXT_SAFE_POINT,
): Promise<T> {
  const stop = new AbortController();
  const forget = () => {
    for (const signal of SIGNALS) process.off(signal, halt);
  };
  const halt = () => {
    forget();
    terminal.notice(said);
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, halt);
  try {
    return await work(stop.signal);
  } finally {
    forget();
  }
}
