// Settings of the server: config.json in the home folder, then environment, then flags. Checked strictly; a setting that
// is not known is refused, because a misspelt safety switch must not look as if it were on.
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { Host } from '../host/host.ts';
import { GatewrightError } from '../model/errors.ts';

const MOST_CONFIG_CHARACTERS = 100_000;

export const Settings = z.strictObject({
  /** Address to listen on. */
  host: z.string().min(1).max(255).default('127.0.0.1'),
  port: z.number().int().min(0).max(65535).default(1880),
  /** Names by which browsers may reach this server besides the address it listens on. */
  allowedHosts: z.array(z.string().regex(/^[a-z0-9.-]{1,253}$/i, 'a host name without port')).default([]),
  /** Addresses of reverse proxies that end TLS; only they, and this machine, may connect. */
  trustedProxies: z.array(z.union([z.ipv4(), z.ipv6()])).default([]),
  tls: z.strictObject({ keyFile: z.string(), certFile: z.string() }).optional(),
  /** File with users and bcrypt hashes; `users.json` in the home folder when it exists. */
  usersFile: z.string().optional(),
  /** Core nodes that reach the machine itself; off unless switched on. */
  nodes: z
    .strictObject({
      exec: z.boolean().default(false),
      file: z.boolean().default(false),
      tcp: z.boolean().default(false),
      udp: z.boolean().default(false),
    })
    .default({ exec: false, file: false, tcp: false, udp: false }),
  /** `lean` loads only a handful of core nodes, `none` none: less memory, faster start. */
  coreNodes: z.enum(['all', 'lean', 'none']).default('all'),
});
export type Settings = z.infer<typeof Settings>;

/** What flags and environment say; absent = not said. */
export interface Overrides {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly coreNodes?: string | undefined;
}

/**
 * Reads the settings.
 * @param host       port to the operating system
 * @param path       the config file; it may be absent
 * @param overrides  what wins over the file
 * @throws GatewrightError GW_CONFIG_INVALID naming the setting
 */
export async function loadSettings(host: Host, path: string, overrides: Overrides): Promise<Settings> {
  const said = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const port = said.port === undefined ? {} : { port: portOf(String(said.port)) };
  const file = parseFile(path, await host.readFile(path));
  const settings = checkSettings(path, { ...file, ...said, ...port });
  return { ...settings, ...absolutePaths(settings, dirname(path)) };
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return Number(text);
  throw new GatewrightError(
    'GW_CONFIG_INVALID',
    `port ${JSON.stringify(text)} is not a number from 0 to 65535; correct it`,
  );
}

function parseFile(path: string, text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  if (text.length > MOST_CONFIG_CHARACTERS)
    throw new GatewrightError('GW_CONFIG_INVALID', `${path} is over ${MOST_CONFIG_CHARACTERS} characters; shorten it`);
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (cause) {
    throw new GatewrightError('GW_CONFIG_INVALID', `${path} is not a JSON object; correct it`, { cause });
  }
}

function checkSettings(path: string, value: unknown): Settings {
  const result = Settings.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') || path;
  throw new GatewrightError(
    'GW_CONFIG_INVALID',
    `${where}: ${issue?.message ?? 'does not fit'}; correct it in ${path}`,
  );
}

/** File names in the config file are relative to its folder. */
function absolutePaths(settings: Settings, folder: string): Partial<Settings> {
  const { tls, usersFile } = settings;
  return {
    ...(tls === undefined
      ? {}
      : { tls: { keyFile: resolve(folder, tls.keyFile), certFile: resolve(folder, tls.certFile) } }),
    ...(usersFile === undefined ? {} : { usersFile: resolve(folder, usersFile) }),
  };
}
