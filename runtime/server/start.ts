// Puts the server together: front door, our pages, the deploy gate, embedded Node-RED. Knows no driver and no gateway.
import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { createSecureContext } from 'node:tls';
import express, { type ErrorRequestHandler } from 'express';
import type { Host } from '../host/host.ts';
import { GatewrightError } from '../model/errors.ts';
import type { NodeType } from '../model/node-type.ts';
import type { PlatformPort } from '../platform/platform-port.ts';
import type { Settings } from './config.ts';
import { openConsoles } from './console-live.ts';
import { consolePage } from './console-page.ts';
import { loadSecret, sealedNothing } from './credential-secret.ts';
import { deployGate } from './deploy-gate.ts';
import { withDeployer } from './deployer.ts';
import { exposureOf } from './exposure.ts';
import { flowCheck } from './flow-check.ts';
import { openFlowStore } from './flow-store.ts';
import { openFrontDoor, type TlsIdentity } from './front-door.ts';
import { openLive } from './live.ts';
import { loadNodeRed, type NodeRed, nodeRedSettings } from './node-red.ts';
import { tokenPermits, tokenUser } from './sessions.ts';
import { editorPolicy, statusPage } from './status-page.ts';
import { storageModule } from './storage-module.ts';
import { openTraffic } from './traffic/live.ts';
import { captureRoutes } from './traffic/routes.ts';
import { loadUsers, type Users } from './users.ts';
import { waitingRoom } from './waiting-room.ts';

/** Flows with many nodes start after the editor does; the first plan is awaited this long before we say ready. */
const FIRST_PLAN_TIMEOUT_MS = 5_000;

export interface ServerOptions {
  readonly settings: Settings;
  /** The home folder; it exists. */
  readonly folder: string;
  /** Folder of the built pack. */
  readonly pack: string;
  /** What a fresh home folder starts with. */
  readonly firstFlow: readonly unknown[];
  readonly nodeTypes: readonly NodeType[];
  readonly platform: PlatformPort;
  readonly host: Host;
  readonly version: string;
}

export interface RunningServer {
  readonly url: string;
  /** Stops everything, the platform included. */
  close(): Promise<void>;
}

/**
 * Starts the server. Once per process: Node-RED is a singleton.
 * @throws GatewrightError GW_UNSAFE_EXPOSURE, GW_CONFIG_INVALID, GW_PORT_IN_USE, GW_FLOW_FILE_DAMAGED
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { settings, host, folder, platform } = options;
  const users = await loadUsers(host, settings.usersFile ?? `${folder}/users.json`);
  const exposure = exposureOf(settings, users !== undefined, machineNames());
  const door = openFrontDoor(exposure, await readIdentity(settings));
  const red = loadNodeRed();
  const { redSettings, storage, check, firstPlan } = await prepareNodeRed(options, users, red);
  const app = express().disable('x-powered-by');
  const waiting = waitingRoom();
  app.use(waiting.handle);
  door.inner.on('request', app);
  const port = await door.listen(settings.host, settings.port);
  red.init(door.inner, redSettings);
  mount(app, red, check, platform);
  const mayWatch = (token: string) => tokenPermits(token, 'gatewright.read', users, storage.getSessions, Date.now());
  const live = openLive(door.inner, platform, mayWatch);
  const traffic = openTraffic(door.inner, platform, mayWatch);
  const consoles = openConsoles(door.inner, platform, {
    permits: (token, permission) => tokenPermits(token, permission, users, storage.getSessions, Date.now()),
    userOf: token => tokenUser(token, users, storage.getSessions),
  });
  await red.start();
  waiting.open();
  await firstPlan.begin();
  const close = async () => {
    live.close();
    traffic.close();
    consoles.close();
    await Promise.all([door.close(), red.stop()]);
    await platform.close();
  };
  return { url: urlOf(settings, port), close };
}

async function prepareNodeRed(options: ServerOptions, users: Users | undefined, red: NodeRed) {
  const { host, folder, settings, pack, version } = options;
  if ((await host.readFile(`${pack}/package.json`)) === undefined)
    throw new GatewrightError('GW_CONFIG_INVALID', `the node pack is not built in ${pack}; start with npm start`);
  const store = await openFlowStore(host, folder, options.firstFlow);
  const credentialSecret = await loadSecret(host, folder, await store.credentials());
  const check = flowCheck(options.nodeTypes);
  let deployer: string | undefined;
  const storage = storageModule({
    ...{ host, folder, store, check, noCredentials: sealedNothing(credentialSecret) },
    onSave: user => {
      deployer = user;
    },
    onRefuse: () => void reload(red),
  });
  const firstPlan = withinTime(FIRST_PLAN_TIMEOUT_MS);
  const platform = withDeployer(options.platform, () => deployer, firstPlan.keep);
  return {
    ...{ storage, check, firstPlan },
    redSettings: nodeRedSettings({ settings, folder, pack, platform, storage, credentialSecret, users, version }),
  };
}

function mount(app: express.Express, red: NodeRed, check: ReturnType<typeof flowCheck>, platform: PlatformPort): void {
  app.use(statusPage());
  app.use(consolePage());
  app.use('/api', red.httpNode);
  app.use(captureRoutes(platform, red.auth.needsPermission('gatewright.read')));
  app.use(editorPolicy);
  app.use(deployGate(check, red.auth.needsPermission('flows.write')));
  app.use('/', red.httpAdmin);
  app.use(lastWord);
}

/** Express would show a stack trace. */
const lastWord: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status = Number((error as { status?: unknown }).status) || 500;
  if (status >= 500) console.error(error);
  response.status(status).type('text/plain').send('The server could not do that. Its log says why.\n');
};

/** After a refused save Node-RED holds credentials that were never written; it reads both back. */
async function reload(red: NodeRed): Promise<void> {
  try {
    await red.runtime.flows.setFlows({ flows: {}, deploymentType: 'reload' });
  } catch (error) {
    console.error('gatewright: the flow could not be read back after a refused deploy; restart the server', error);
  }
}

async function readIdentity(settings: Settings): Promise<TlsIdentity | undefined> {
  if (settings.tls === undefined) return undefined;
  const { keyFile, certFile } = settings.tls;
  const [key, cert] = await Promise.all([readPem(keyFile), readPem(certFile)]);
  try {
    createSecureContext({ key, cert });
  } catch (cause) {
    throw new GatewrightError(
      'GW_CONFIG_INVALID',
      `${keyFile} with ${certFile} is not a key and certificate in PEM that belong together; correct tls in config.json`,
      { cause },
    );
  }
  return { key, cert };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new GatewrightError('GW_CONFIG_INVALID', `${path} cannot be read; correct tls in config.json`, { cause });
  }
}

/** A promise and what keeps it, with a time after which it is kept anyway. */
function withinTime(timeoutMs: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const begin = () => {
    const timer = setTimeout(resolve, timeoutMs);
    return promise.finally(() => clearTimeout(timer));
  };
  return { keep: resolve, begin };
}

function machineNames(): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap(list => (list ?? []).map(entry => entry.address));
  return [hostname(), ...addresses];
}

function urlOf(settings: Settings, port: number): string {
  const name = ['0.0.0.0', '::'].includes(settings.host) ? hostname() : settings.host;
  return `${settings.tls === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
