// Boots a guest once, to keep its memory: what takes half a minute is then done in half a second for every VM.
import { abortError } from '../../../host/abort.ts';
import type { Progress } from '../../../model/driver.ts';
import { GatewrightError } from '../../../model/errors.ts';
import { tellMeanwhile, untilItAnswers } from '../boot-watch.ts';
import { Machine } from './machine.ts';
import type { MachineBoot } from './machine-thread.ts';

/** On an idle machine; a busy one takes three times as long. Only the bar depends on it. */
const USUAL_MS = 25_000;
/** A guest that is not up by then never will be. */
const LATEST_MS = 300_000;
const READY = 'GUEST READY';
const WHAT = 'boots the guest once, to keep its memory for every start';

/** @returns the guest's memory, compressed @throws GatewrightError GW_HOST_UNEXPECTED when it does not come up, GW_CANCELLED */
export async function coldBoot(boot: MachineBoot, signal: AbortSignal, progress: Progress): Promise<Uint8Array> {
  const ready = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // raced below, and of no interest once the guest is up
  let said = '';
  const machine = new Machine(boot, {
    console(bytes) {
      said = (said + Buffer.from(bytes).toString('latin1')).slice(-2_000);
      if (said.includes(READY)) ready.resolve();
    },
    ended: why => failed.reject(notUp(why, said)),
  });
  const stop = () => failed.reject(abortError(signal));
  const late = setTimeout(() => failed.reject(notUp(`it took longer than ${LATEST_MS / 1000} s`, said)), LATEST_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    const up = ready.promise.then(() => untilItAnswers(machine, signal));
    await tellMeanwhile(progress, WHAT, USUAL_MS, Promise.race([up, failed.promise]));
    return await machine.save();
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    await machine.end();
  }
}

function notUp(why: string, said: string): GatewrightError {
  const words = said.trim() === '' ? 'it said nothing' : `its last words: ${said.trim().slice(-300)}`;
  return new GatewrightError('GW_HOST_UNEXPECTED', `the guest did not start (${why}); ${words}`);
}
