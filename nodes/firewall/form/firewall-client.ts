// Asks the platform what the form of a firewall shows of what runs.
import { createClient, request, SOON_MS } from '../../../editor/client.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { Learned } from '../../../runtime/model/learned.ts';

export interface LearningOrder {
  readonly line: Address<'line'>;
  readonly ends: readonly Address<'vm'>[];
  readonly refused: boolean;
  readonly seconds: number;
}

export const { design, observe } = createClient();

/** @returns what the learning is asked about by @throws RequestRefused */
export async function startLearning(order: LearningOrder): Promise<string> {
  return ((await request('POST', 'learn/start', SOON_MS, order)) as { readonly id: string }).id;
}

/** @throws RequestRefused */
export function lookAtLearning(what: 'look' | 'stop', id: string): Promise<Learned> {
  return request('POST', `learn/${what}`, SOON_MS, { id }) as Promise<Learned>;
}
