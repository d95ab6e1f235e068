// Images that a VM could be made of: those that its gateway has, and those that are drawn already.
import { createClient } from '../../editor/client.ts';
import type { Suggestion } from '../../editor/form/typed-field.ts';

/**
 * @param gateway  its name; empty while none is chosen
 * @param all      those that are drawn, sorted
 */
export async function imagesOf(gateway: string, all: readonly string[]): Promise<readonly Suggestion[]> {
  const there = gateway === '' ? [] : await askImages(gateway);
  const known = new Set(there);
  const drawn = all.filter(image => !known.has(image));
  return [...there.map(value => ({ value, what: `${value}, ${gateway}` })), ...drawn.map(value => ({ value }))];
}

/** None while the gateway cannot be asked. */
async function askImages(gateway: string): Promise<readonly string[]> {
  const state = await createClient()
    .state()
    .catch(() => undefined);
  return state?.gateways.find(({ name }) => name === gateway)?.images ?? [];
}
