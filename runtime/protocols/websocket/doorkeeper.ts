// Decides who may connect to the server's end, from the request alone.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { fetchSecret, type Secrets } from '../../model/secrets.ts';
import type { WebSocketOptions } from './protocol.ts';

/** Status of HTTP to turn somebody away with; `undefined` = let in. */
export type Refusal = 401 | 403 | 404 | 503 | undefined;

/** Asks for the token anew each time, so that it can be changed. */
export async function refusalFor(
  { url, headers }: Pick<IncomingMessage, 'url' | 'headers'>,
  options: WebSocketOptions,
  secrets: Secrets,
): Promise<Refusal> {
  if (url?.split('?', 1)[0] !== options.path) return 404;
  // A browser always says whose page it is; programs do not. So no foreign page can use the browser of somebody inside.
  if (headers.origin !== undefined && !originsOf(options).includes(headers.origin)) return 403;
  try {
    const token = await fetchSecret(secrets, options.token);
    if (token !== undefined && !equal(headers.authorization ?? '', `Bearer ${token}`)) return 401;
  } catch {
    return 503;
  }
  return undefined;
}

function originsOf({ origins }: WebSocketOptions): readonly string[] {
  return origins.split(',').map(origin => origin.trim());
}

/** Takes as long for a wrong text as for the right one. */
function equal(one: string, other: string): boolean {
  const [first, second] = [one, other].map(text => createHash('sha256').update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}
