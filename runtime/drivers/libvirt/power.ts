// Starts and stops a domain from whatever state it is in. Knows nothing of specs.
import { setTimeout as pause } from 'node:timers/promises';
import type { PowerAction } from '../../model/console.ts';
import { cancelled, stopIfCancelled } from './cancel.ts';
import {
  DOMAIN_STATE,
  type DomainRef,
  destroyDomain,
  domainState,
  resetDomain,
  resumeDomain,
  shutdownDomain,
  startDomain,
  suspendDomain,
} from './rpc/calls.ts';
import type { CallOptions, RpcConnection } from './rpc/connection.ts';
import { isRefusal, REFUSAL_CODE } from './rpc/refusal.ts';

/** Starting a guest moves its memory and asks QEMU to come up; a busy box takes its time. */
const START_TIMEOUT_MS = 120_000;
const POLL_MS = 200;

/**
 * Does what a person at the switches wants.
 * @param graceMs  how long the guest may take to stop; 0 = do not ask
 * @throws GW_HOST_COMMAND_FAILED when libvirt refuses, as it does to pause or reset what is off
 */
export function switchDomain(
  rpc: RpcConnection,
  ref: DomainRef,
  action: PowerAction,
  graceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const work: Record<PowerAction, () => Promise<void>> = {
    start: () => bringUp(rpc, ref, signal),
    stop: () => bringDown(rpc, ref, graceMs, signal),
    pause: () => suspendDomain(rpc, ref, { signal }),
    resume: () => resumeDomain(rpc, ref, { signal }),
    reset: () => resetDomain(rpc, ref, { signal }),
  };
  return work[action]();
}

/** Brings a domain up: starts, resumes or, when it hangs between states, restarts it. */
export async function bringUp(rpc: RpcConnection, ref: DomainRef, signal: AbortSignal): Promise<void> {
  const state = await domainState(rpc, ref, { signal });
  if (state === DOMAIN_STATE.running || state === DOMAIN_STATE.blocked) return;
  stopIfCancelled('start a domain', signal);
  if (state === DOMAIN_STATE.paused) return resumeDomain(rpc, ref, { signal });
  if (state !== DOMAIN_STATE.shutoff) await pullPlug(rpc, ref, { signal });
  await startDomain(rpc, ref, { signal, timeoutMs: START_TIMEOUT_MS });
}

/**
 * Brings a domain down: asks the guest, waits, then pulls the plug.
 * @param graceMs  how long the guest may take; 0 = do not ask
 */
export async function bringDown(
  rpc: RpcConnection,
  ref: DomainRef,
  graceMs: number,
  signal: AbortSignal,
): Promise<void> {
  if ((await domainState(rpc, ref, { signal })) === DOMAIN_STATE.shutoff) return;
  if (graceMs > 0 && (await askToStop(rpc, ref, graceMs, signal))) return;
  stopIfCancelled('stop a domain', signal);
  await pullPlug(rpc, ref, { signal });
}

/** @returns whether the guest obeyed in time */
async function askToStop(rpc: RpcConnection, ref: DomainRef, graceMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await shutdownDomain(rpc, ref, { signal });
  } catch (error) {
    // A guest that is paused or just stopped by itself cannot be asked; the plug decides.
    if (isRefusal(error, REFUSAL_CODE.operationInvalid)) return false;
    throw error;
  }
  for (let waitedMs = 0; waitedMs < graceMs; waitedMs += POLL_MS) {
    if ((await domainState(rpc, ref, { signal })) === DOMAIN_STATE.shutoff) return true;
    await pause(POLL_MS, undefined, { signal }).catch(() => {
      throw cancelled('shut a domain down', signal);
    });
  }
  return false;
}

async function pullPlug(rpc: RpcConnection, ref: DomainRef, options: CallOptions): Promise<void> {
  try {
    await destroyDomain(rpc, ref, options);
  } catch (error) {
    // Somebody was faster: it does not run any more.
    if (!isRefusal(error, REFUSAL_CODE.operationInvalid)) throw error;
  }
}
