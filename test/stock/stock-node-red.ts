// Runs a stock Node-RED in a process of its own, as a stranger would, and speaks to it over HTTP.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../../scripts/build.ts';

const START_MS = 60_000;
const READY = ['Server now running at', 'Started flows'];
const STOP_MS = 10_000;
/** Between two looks at something that has no event of its own. */
const LOOK_MS = 50;

export interface StockNodeRed {
  /** Of the editor, without a slash at its end. */
  readonly url: string;
  readonly userDir: string;
  /** Asks, and gives the JSON of the answer. @throws Error with the text of any other answer than 2xx */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<unknown>;
  text(path: string): Promise<string>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Deploys flows and waits for the answer of the Admin API. */
  deploy(flows: readonly unknown[]): Promise<void>;
  /** Everything the process has written so far. */
  log(): string;
  close(): Promise<void>;
}

export function emptyUserDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-stock-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stock', version: '1.0.0', private: true }));
  return folder;
}

/** Installs a packed pack as a stranger would who is behind a firewall: no scripts, no network. @throws Error with npm's words */
export function installPack(tarball: string, userDir: string): void {
  const options = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--omit=dev'];
  const installed = spawnSync('npm', ['install', tarball, ...options], { cwd: userDir, encoding: 'utf8' });
  if (installed.status !== 0) throw new Error(`npm install failed: ${installed.stderr}`);
}

/**
 * @param nodesDir  folders of node packs that are loaded without being installed
 * @param env       further environment of the process
 */
export async function startStockNodeRed(
  userDir: string,
  nodesDir: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<StockNodeRed> {
  const port = await freePort();
  const settings = join(userDir, 'settings.js');
  writeFileSync(settings, settingsText(port, nodesDir));
  const child = spawn(process.execPath, [`${ROOT}node_modules/node-red/red.js`, '-u', userDir, '-s', settings], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: userDir,
    env: { ...process.env, ...env },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (log += text.toString()));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`Node-RED ended with ${child.exitCode}:\n${log}`);
    // Either may be first.
    return READY.every(line => log.includes(line));
  }, START_MS).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`Node-RED did not start:\n${log}`, { cause: error });
  });
  return {
    url,
    userDir,
    get: async (path, headers) =>
      (await checked(fetch(`${url}${path}`, { headers: { ...JSON_ONLY, ...headers } }))).json(),
    text: async path => (await checked(fetch(`${url}${path}`))).text(),
    post: (path, body, headers) => post(`${url}${path}`, body, headers),
    deploy: async flows => void (await checked(post(`${url}/flows`, flows))),
    log: () => log,
    close: () => stop(child, userDir),
  };
}

const JSON_ONLY = { accept: 'application/json' };

function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const json = { ...JSON_ONLY, 'content-type': 'application/json', 'x-gatewright': '1' };
  return fetch(url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
}

async function checked(asked: Promise<Response>): Promise<Response> {
  const answer = await asked;
  if (!answer.ok) throw new Error(`${answer.status} ${answer.url}: ${await answer.text()}`);
  return answer;
}

function settingsText(port: number, nodesDir: readonly string[]): string {
  const settings = {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    nodesDir,
    credentialSecret: 'only for this test',
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false, palette: { allowInstall: false } },
    editorTheme: { tours: false },
    logging: { console: { level: 'info', metrics: false, audit: false } },
  };
  return `module.exports = ${JSON.stringify(settings)};\n`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the test got no port');
  return address.port;
}

async function stop(child: ChildProcess, userDir: string): Promise<void> {
  if (child.exitCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }
  rmSync(userDir, { recursive: true, force: true });
}

/** Waits until something holds. @throws Error when it does not in time */
export async function until(holds: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`did not come true within ${timeoutMs} ms`);
    await delay(LOOK_MS);
  }
}
