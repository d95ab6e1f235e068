// What may listen where, and by which names it may be called. Pure rules; opens nothing.
import { isIP } from 'node:net';
import { GatewrightError } from '../model/errors.ts';
import type { Settings } from './config.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '::1'];
const EVERY_ADDRESS = ['0.0.0.0', '::'];

export interface Exposure {
  /** Names that a Host header may carry, lower case, without port and brackets. */
  readonly names: ReadonlySet<string>;
  /** Peers that may connect without TLS; empty = anyone. */
  readonly peers: ReadonlySet<string>;
  readonly proxied: boolean;
}

/** Whether an address can only be reached from this machine. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return plain === 'localhost' || plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/**
 * Works out who may call the server by which name.
 * @param machine   this machine's own names and addresses, for a server on every address
 * @param hasUsers  a users file was read
 * @throws GatewrightError GW_UNSAFE_EXPOSURE when others could reach it unprotected
 */
export function exposureOf(settings: Settings, hasUsers: boolean, machine: readonly string[]): Exposure {
  const proxied = settings.trustedProxies.length > 0;
  const open = !isLoopback(settings.host);
  const foreignNames = settings.allowedHosts.some(name => !LOOPBACK_NAMES.includes(name.toLowerCase()));
  if ((open || foreignNames || proxied) && !hasUsers) throw unsafe(settings, 'no users are configured', USERS_REMEDY);
  if (open && settings.tls === undefined && !proxied)
    throw unsafe(settings, 'neither TLS nor a trusted proxy is configured', TLS_REMEDY);
  const everywhere = EVERY_ADDRESS.includes(settings.host) ? machine : [settings.host];
  const names = [...LOOPBACK_NAMES, ...everywhere, ...settings.allowedHosts].map(name => name.toLowerCase());
  return { names: new Set(names), peers: new Set(settings.trustedProxies), proxied };
}

const USERS_REMEDY = 'add one with: npm start -- --add-user NAME --role admin';
const TLS_REMEDY = 'set tls.keyFile and tls.certFile, or trustedProxies, in config.json';

function unsafe(settings: Settings, what: string, remedy: string): GatewrightError {
  const where = isLoopback(settings.host) ? 'other names (allowedHosts, trustedProxies)' : settings.host;
  return new GatewrightError(
    'GW_UNSAFE_EXPOSURE',
    `the server shall be reachable at ${where}, but ${what}; ${remedy}, or stay on 127.0.0.1 (docs/configure.md)`,
  );
}
