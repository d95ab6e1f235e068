// Asks the platform what the form of a firewall shows of what runs.
import { createClient, request, SOON_MS } from '../../../editor/client.ts';
import type { Address, Name } from '../../../runtime/model/address.ts';
import type { Learned } from '../../../runtime/model/learned.ts';

/** A bus and the VMs that rules are for, or a firewall of a network. */
export type LearningSubject =
  | { readonly line: Address<'line'>; readonly ends: readonly Address<'vm'>[] }
  | { readonly policy: Address<'policy'>; readonly firewall: Name };

export type LearningOrder = LearningSubject & { readonly refused: boolean; readonly seconds: number };

export const { design, observe } = createClient();

/** @returns what the learning is asked about by @throws RequestRefused */
export async function startLearning(order: LearningOrder): Promise<string> {
  return ((await request('POST', 'learn/start', SOON_MS, order)) as { readonly id: string }).id;
}

/** @throws RequestRefused */
export function lookAtLearning(what: 'look' | 'stop', id: string): Promise<Learned> {
  return request('POST', `learn/${what}`, SOON_MS, { id }) as Promise<Learned>;
}
