// Asks the platform what the form of a firewall shows of what runs.
import { request, SOON_MS } from '../../../editor/client.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { Design } from '../../../runtime/model/design.ts';
import type { Learned } from '../../../runtime/model/learned.ts';
import type { Observed } from '../../../runtime/model/observed.ts';

export interface LearningOrder {
  readonly line: Address<'line'>;
  readonly ends: readonly Address<'vm'>[];
  readonly refused: boolean;
  readonly seconds: number;
}

/** What the last deploy was compiled to; `null` before the first. @throws RequestRefused */
export async function design(): Promise<Design | null> {
  return ((await request('GET', 'design', SOON_MS)) as { readonly design: Design | null }).design;
}

/** @throws RequestRefused */
export function observed(gateway: string): Promise<Observed> {
  return request('GET', `observed?gateway=${encodeURIComponent(gateway)}`, SOON_MS) as Promise<Observed>;
}

/** @returns what the learning is asked about by @throws RequestRefused */
export async function startLearning(order: LearningOrder): Promise<string> {
  return ((await request('POST', 'learn/start', SOON_MS, order)) as { readonly id: string }).id;
}

/** @throws RequestRefused */
export function lookAtLearning(what: 'look' | 'stop', id: string): Promise<Learned> {
  return request('POST', `learn/${what}`, SOON_MS, { id }) as Promise<Learned>;
}
