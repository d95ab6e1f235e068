// libnftables on a thread of its own: its calls block, and ten thousand rules take most of a second.
// Takes and gives text; knows nothing of what the rules mean.
import { Worker } from 'node:worker_threads';
import { GatewrightError, isGatewrightError } from '../../model/errors.ts';
import type { FromThread, ToThread } from './libnftables-thread.ts';

const TIMEOUT_MS = 30_000;

export interface Libnftables {
  readonly via: 'library';
  /**
   * Runs nftables JSON, or nft's own syntax, as one transaction.
   * @param form    how to answer: JSON, or as people read it and without the elements of sets
   * @param signal  checked before the call starts; a running transaction is not cut in two
   * @throws GW_HOST_TIMEOUT, GW_CANCELLED, GW_HOST_UNEXPECTED when the thread died
   */
  run(text: string, form: ToThread['form'], signal?: AbortSignal): Promise<FromThread>;
  close(): Promise<void>;
}

/**
 * Loads the library. One thread per process is enough; several are safe as long as they are opened one after the other.
 * @param networkNamespace  path of a network namespace to work in, for example `/run/netns/cell-7`; default the process's
 * @throws when koffi or libnftables.so.1 does not load, or the namespace cannot be entered
 */
export async function openLibnftables(networkNamespace?: string): Promise<Libnftables> {
  // WHY not a fixed import: a bundled copy of this file has no thread file beside it, and then the program is used.
  const thread = new Worker(new URL('./libnftables-thread.ts', import.meta.url), { workerData: { networkNamespace } });
  await started(thread);
  thread.unref();
  const waiting = new Map<number, { resolve(answer: FromThread): void; reject(error: Error): void }>();
  let next = 0;
  let dead: Error | undefined;
  let closing = false;
  const die = (error: Error) => {
    dead = error;
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
  };
  thread.on('message', (answer: FromThread) => {
    waiting.get(answer.id)?.resolve(answer);
    waiting.delete(answer.id);
  });
  thread.on('error', error => die(unexpected(error.message)));
  thread.on('exit', () => die(unexpected('it ended')));
  return {
    via: 'library',
    async run(text, form, signal) {
      if (dead !== undefined) throw dead;
      if (signal?.aborted) throw cancelled(signal);
      const id = next++;
      const answer = new Promise<FromThread>((resolve, reject) => waiting.set(id, { resolve, reject }));
      thread.ref();
      thread.postMessage({ id, text, form } satisfies ToThread);
      try {
        return await withTimeout(answer);
      } finally {
        waiting.delete(id);
        // WHY not while it closes: nothing else may keep the process alive until the end of the thread was heard of.
        if (waiting.size === 0 && !closing) thread.unref();
      }
    },
    async close() {
      closing = true;
      await thread.terminate();
    },
  };
}

function started(thread: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      thread.off('error', fail);
      thread.off('exit', ended);
    };
    const fail = (error: Error) => {
      done();
      reject(error);
    };
    const ended = () => fail(new Error('the thread ended before it was ready'));
    thread.once('error', fail);
    thread.once('exit', ended);
    thread.once('message', () => {
      done();
      resolve();
    });
  });
}

async function withTimeout(answer: Promise<FromThread>): Promise<FromThread> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `libnftables gave no answer in ${TIMEOUT_MS} ms; look whether the kernel hangs, then apply again`;
    timer = setTimeout(() => reject(new GatewrightError('GW_HOST_TIMEOUT', message)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function cancelled(signal: AbortSignal): GatewrightError {
  const reason: unknown = signal.reason;
  if (isGatewrightError(reason)) return reason;
  const message = 'nft was not asked because the work was cancelled; plan again to see what is left';
  return new GatewrightError('GW_CANCELLED', message, { cause: reason });
}

function unexpected(why: string): GatewrightError {
  return new GatewrightError('GW_HOST_UNEXPECTED', `the thread of libnftables failed: ${why}; apply again`);
}
