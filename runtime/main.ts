// The composition root of `npm start`: flags, settings, platform, server, signals. Nothing else.
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { NODE_TYPES } from '../nodes/catalog.ts';
import packageJson from '../package.json' with { type: 'json' };
import { LOCAL_DRIVER_SETS } from './drivers/local-catalog.ts';
import { localHost } from './host/local.ts';
import { GatewrightError, isGatewrightError, messageOf } from './model/errors.ts';
import { createPlatform } from './platform/create.ts';
import type { PlatformPort } from './platform/platform-port.ts';
import { askAndAddUser } from './server/add-user.ts';
import { loadSettings } from './server/config.ts';
import { type RunningServer, startServer } from './server/start.ts';

/** Longer than any step needs to come to a safe point; what is cut off is resumed at the next start. */
const CLOSE_TIMEOUT_MS = 4_500;
const USAGE = `Usage: npm start -- [options]
  --host ADDRESS      address to listen on (127.0.0.1)
  --port NUMBER       port to listen on (1880)
  --home FOLDER       where flows, users and states are kept (~/.gatewright)
  --config FILE       settings (config.json in the home folder)
  --core-nodes WHICH  all, lean or none of Node-RED's own nodes (all)
  --add-user NAME     add a user or change the password, then end; asks for the password
  --role ROLE         with --add-user: viewer, ot, it or admin
  --help, --version
`;

const root = fileURLToPath(new URL('..', import.meta.url));

function readFlags() {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    return parseArgs({
      options: {
        ...{ host: text, port: text, home: text, config: text, 'core-nodes': text, 'add-user': text, role: text },
        ...{ help: flag, version: flag },
      },
    }).values;
  } catch (cause) {
    throw new GatewrightError('GW_CONFIG_INVALID', `${messageOf(cause)}\n\n${USAGE}`, { cause });
  }
}

async function main(): Promise<void> {
  checkNode();
  const flags = readFlags();
  if (flags.help) return void process.stdout.write(USAGE);
  if (flags.version) return void process.stdout.write(`${packageJson.version}\n`);
  const home = resolve(flags.home ?? process.env.GATEWRIGHT_HOME ?? join(homedir(), '.gatewright'));
  await prepareHome(home);
  const settings = await loadSettings(localHost, resolve(flags.config ?? join(home, 'config.json')), {
    host: flags.host ?? process.env.GATEWRIGHT_HOST,
    port: flags.port ?? process.env.GATEWRIGHT_PORT,
    coreNodes: flags['core-nodes'],
  });
  const usersFile = settings.usersFile ?? join(home, 'users.json');
  if (flags['add-user'] !== undefined)
    return askAndAddUser(localHost, usersFile, flags['add-user'], flags.role ?? 'viewer');
  const platform = createPlatform({
    nodeTypes: NODE_TYPES,
    driverSets: LOCAL_DRIVER_SETS,
    settings: { imageDirectory: join(home, 'images'), snapshotDirectory: join(home, 'snapshots') },
    host: localHost,
    stateDirectory: join(home, 'gatewright'),
    version: packageJson.version,
  });
  const server = await startServer({
    ...{ settings, platform, folder: home, host: localHost, nodeTypes: NODE_TYPES, version: packageJson.version },
    pack: join(root, 'dist'),
    firstFlow: await firstFlow(),
  });
  closeOnSignal(server);
  process.stdout.write(`Gatewright is ready: ${server.url} (${describe(platform)})\n`);
}

/** Node-RED 5 needs 22.9; a bare `node` may be older than the one the project brings. */
function checkNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 9)) return;
  throw new GatewrightError('GW_CONFIG_INVALID', `this is Node ${process.versions.node}; start me with npm start`);
}

/** Node-RED expects a package.json in its folder. */
async function prepareHome(home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const path = join(home, 'package.json');
  if ((await localHost.readFile(path)) !== undefined) return;
  await localHost.writeFile(path, `${JSON.stringify({ name: 'gatewright-home', version: '1.0.0', private: true })}\n`);
}

/** The reference drawing, on gateways that boot its guests on any machine. */
async function firstFlow(): Promise<readonly unknown[]> {
  const nodes: readonly Record<string, unknown>[] = JSON.parse(
    await readFile(join(root, 'flows/robot-cell/flow.json'), 'utf8'),
  );
  return nodes.map(node => (node.type === 'gatewright-gateway' ? { ...node, backend: 'embedded' } : node));
}

function describe(platform: PlatformPort): string {
  const gateways = platform.state().gateways;
  if (gateways.length === 0) return 'no gateway drawn yet';
  return gateways.map(({ name, label, backend }) => `gateway ${name}: ${label ?? `${backend}, away`}`).join('; ');
}

function closeOnSignal(server: RunningServer): void {
  const close = () => {
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref();
    server.close().then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', close);
  process.once('SIGINT', close);
}

function fail(error: unknown): void {
  process.stderr.write(
    `gatewright: ${isGatewrightError(error) ? error.message : String((error as Error)?.stack ?? error)}\n`,
  );
  process.exit(isGatewrightError(error) && error.fault === 'user' ? 2 : 3);
}

main().catch(fail);
