// Stock Node-RED, embedded: its settings and the few calls we make. Everything that phones home, installs code or shows
// tours is off. Knows the platform only as something to hand to our own pack.

import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { RequestHandler } from 'express';
import type { PlatformPort } from '../platform/platform-port.ts';
import type { Settings } from './config.ts';
import { CONSOLES } from './console-page.ts';
import { excludedNodes } from './core-nodes.ts';
import type { storageModule } from './storage-module.ts';
import { TRAFFIC } from './traffic/live.ts';
import type { Users } from './users.ts';

const LOGO = fileURLToPath(new URL('status/logo.svg', import.meta.url));

/** The part of Node-RED 5's API that we use. */
export interface NodeRed {
  init(server: Server, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly httpAdmin: RequestHandler;
  readonly httpNode: RequestHandler;
  readonly auth: { needsPermission(permission: string): RequestHandler };
  readonly events: { once(event: string, listener: (event: unknown) => void): void };
  readonly runtime: {
    readonly flows: { setFlows(options: { flows: object; deploymentType: 'reload' }): Promise<unknown> };
  };
}

export interface EmbedOptions {
  readonly settings: Settings;
  readonly folder: string;
  /** The built pack, loaded as a stranger's Node-RED would load it. */
  readonly pack: string;
  readonly platform: PlatformPort;
  readonly storage: ReturnType<typeof storageModule>;
  readonly credentialSecret: string;
  readonly users: Users | undefined;
  readonly version: string;
}

/** Loads Node-RED; it is one per process, by its own design. */
export function loadNodeRed(): NodeRed {
  return createRequire(import.meta.url)('node-red') as NodeRed;
}

/** Node-RED's settings object. */
export function nodeRedSettings(options: EmbedOptions): object {
  return {
    httpAdminRoot: '/',
    httpNodeRoot: '/api',
    userDir: options.folder,
    nodesDir: [options.pack],
    nodesExcludes: excludedNodes(options.settings),
    storageModule: options.storage,
    credentialSecret: options.credentialSecret,
    // The pack finds the platform here; the editor is told where consoles and live traffic are, and nothing else.
    gatewright: { platform: options.platform, consoles: CONSOLES, traffic: TRAFFIC },
    ...(options.users === undefined ? {} : { adminAuth: adminAuth(options.users) }),
    apiMaxLength: '5mb',
    functionExternalModules: false,
    telemetry: { enabled: false, updateNotification: false },
    diagnostics: { enabled: false, ui: false },
    externalModules: {
      autoInstall: false,
      palette: { allowInstall: false, allowUpload: false, allowUpdate: false },
      modules: { allowInstall: false },
    },
    editorTheme: editorTheme(options.version),
    logging: { console: { level: 'warn', metrics: false, audit: false } },
  };
}

function editorTheme(version: string): object {
  return {
    page: { title: 'Gatewright', favicon: LOGO },
    header: { title: 'Gatewright', url: '/status', image: LOGO },
    palette: {
      categories: ['gateway', 'subflows', 'common', 'function', 'network', 'sequence', 'parser'],
      catalogues: [],
    },
    projects: { enabled: false },
    multiplayer: { enabled: true },
    tours: false,
    menu: { 'menu-item-help': { label: `Gatewright ${version}`, url: '/status' } },
  };
}

function adminAuth(users: Users): object {
  return {
    type: 'credentials',
    sessionExpiryTime: 12 * 3600,
    users: async (name: string) => users.find(name) ?? null,
    authenticate: async (name: string, password: string) => (await users.authenticate(name, password)) ?? null,
    default: async () => null,
  };
}
