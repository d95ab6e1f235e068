// Secrets of a link are in its settings by name only. They are fetched anew for each connection and kept nowhere.
import { GatewrightError } from './errors.ts';
import { quoted } from './plain-text.ts';

/** A name of a secret: it is the name of a file too. */
export const SECRET_NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
export const SECRET_NAME_RULE =
  'Use 1 to 64 lower-case letters, digits, dots, hyphens and underscores, with a letter or digit at either end';

/** Gives a secret by its name; `undefined` when there is none of that name. */
export type Secrets = (name: string) => Promise<string | undefined>;

/**
 * @param name  empty = none is wanted
 * @throws GatewrightError GW_LINK_SECRET; it has the name, and nothing that the store of secrets said
 */
export async function fetchSecret(secrets: Secrets, name: string): Promise<string | undefined> {
  if (name === '') return undefined;
  const secret = await secrets(name).catch(() => undefined);
  if (secret !== undefined) return secret;
  throw new GatewrightError('GW_LINK_SECRET', `there is no secret ${quoted(name)}; store it, or correct its name`);
}
