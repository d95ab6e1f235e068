// Waiting for a guest that boots: it is up when it answers, and whoever waits sees a bar.
import type { Progress } from '../../model/driver.ts';
import type { Pc } from './hypervisor.ts';

/** The guest's line is deaf until the guest has opened it, so it is asked again. */
const ASK_AGAIN_MS = 2_000;
const TELL_EVERY_MS = 500;

/** Resolves when the guest answers programs. @throws what the signal was aborted with; GW_HOST_UNEXPECTED when the PC is gone */
export async function untilItAnswers(pc: Pick<Pc, 'control' | 'ended'>, signal: AbortSignal): Promise<void> {
  for (;;) {
    const patience = AbortSignal.timeout(ASK_AGAIN_MS);
    try {
      await pc.control.ask('true', AbortSignal.any([signal, patience]));
      return;
    } catch (error) {
      if (!patience.aborted || signal.aborted || pc.ended) throw error;
    }
  }
}

/** Tells how far work is that usually takes so long. @param usualMs  on an idle machine; only the bar depends on it */
export async function tellMeanwhile<T>(
  progress: Progress,
  what: string,
  usualMs: number,
  work: Promise<T>,
): Promise<T> {
  const begunMs = performance.now();
  const tell = () => progress(what, Math.min(0.95, (performance.now() - begunMs) / usualMs));
  const teller = setInterval(tell, TELL_EVERY_MS);
  try {
    return await work;
  } finally {
    clearInterval(teller);
  }
}
