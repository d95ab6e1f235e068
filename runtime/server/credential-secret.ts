// The key of Node-RED's credentials: made once, kept in a file only its owner may read, never lost without a word.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Host } from '../host/host.ts';
import { GatewrightError } from '../model/errors.ts';
import type { Credentials } from './flow-store.ts';

/**
 * Reads the secret, or makes one when there are no credentials yet.
 * @throws GatewrightError GW_FLOW_FILE_DAMAGED when credentials exist that the secret cannot open: Node-RED would
 *         silently throw them away with the next deploy
 */
export async function loadSecret(host: Host, folder: string, credentials: Credentials): Promise<string> {
  const path = `${folder}/credential-secret`;
  const known = (await host.readFile(path))?.trim();
  if (known !== undefined && opens(known, credentials)) return known;
  if (!isEmpty(credentials))
    throw new GatewrightError(
      'GW_FLOW_FILE_DAMAGED',
      `${path} does not open the stored credentials; restore the file that was there, or remove ${folder}/flows_cred.json to enter them anew`,
    );
  const secret = randomBytes(32).toString('hex');
  await host.writeFile(path, `${secret}\n`, 0o600);
  return secret;
}

/** No credentials, sealed as Node-RED seals them. */
export function sealedNothing(secret: string): Credentials {
  const vector = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', keyOf(secret), vector);
  return { $: vector.toString('hex') + cipher.update('{}', 'utf8', 'base64') + cipher.final('base64') };
}

function keyOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function isEmpty(credentials: Credentials): boolean {
  return Object.keys(credentials).length === 0;
}

/** Node-RED writes {"$": iv in hex, then AES-256-CTR in base64}, key = SHA-256 of the secret, no authentication tag. */
function opens(secret: string, credentials: Credentials): boolean {
  const sealed = credentials.$;
  if (secret === '') return false;
  if (typeof sealed !== 'string') return true; // nothing sealed yet
  try {
    const cipher = createDecipheriv('aes-256-ctr', keyOf(secret), Buffer.from(sealed.slice(0, 32), 'hex'));
    JSON.parse(cipher.update(sealed.slice(32), 'base64', 'utf8') + cipher.final('utf8'));
    return true;
  } catch {
    return false; // without a tag, text that is not JSON is the only sign of a wrong key
  }
}
