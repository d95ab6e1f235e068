// The deployed flow and its credentials on disk, changed together or not at all. A deploy that changes both is first
// written to one file; after a crash that file is carried out again. Knows nothing of Node-RED.
import type { Host } from '../host/host.ts';
import { GatewrightError } from '../model/errors.ts';

export type Credentials = Readonly<Record<string, unknown>>;

export interface FlowStore {
  flows(): Promise<unknown[]>;
  credentials(): Promise<Credentials>;
  /** Replaces the flow and, when given, the credentials. */
  commit(flows: readonly unknown[], credentials: Credentials | undefined): Promise<void>;
}

interface Paths {
  readonly flows: string;
  readonly backup: string;
  readonly credentials: string;
  /** Holds both while a deploy is being written. */
  readonly pending: string;
}

/**
 * Opens the store, finishes a deploy that a crash cut short, and checks that everything can be read.
 * @param folder     the home folder
 * @param firstFlow  what a fresh folder starts with
 * @throws GatewrightError GW_FLOW_FILE_DAMAGED before anything could be overwritten
 */
export async function openFlowStore(host: Host, folder: string, firstFlow: readonly unknown[]): Promise<FlowStore> {
  const paths = pathsIn(folder);
  await finishPending(host, paths);
  if ((await host.readFile(paths.flows)) === undefined) await writeFlows(host, paths, firstFlow);
  const store: FlowStore = {
    flows: async () => asList(await readJson(host, paths.flows), paths),
    credentials: async () => asObject((await readJson(host, paths.credentials)) ?? {}, paths.credentials),
    commit: (flows, credentials) => commit(host, paths, flows, credentials),
  };
  await store.flows();
  await store.credentials();
  return store;
}

async function commit(host: Host, paths: Paths, flows: readonly unknown[], credentials: Credentials | undefined) {
  if (credentials === undefined) return writeFlows(host, paths, flows);
  await host.writeFile(paths.pending, JSON.stringify({ flows, credentials }));
  await carryOut(host, paths, flows, credentials);
}

async function carryOut(host: Host, paths: Paths, flows: readonly unknown[], credentials: Credentials): Promise<void> {
  await host.writeFile(paths.credentials, format(credentials));
  await writeFlows(host, paths, flows);
  await host.remove(paths.pending);
}

/** Keeps the flow before the last as a backup; both writes are atomic. */
async function writeFlows(host: Host, paths: Paths, flows: readonly unknown[]): Promise<void> {
  const before = await host.readFile(paths.flows);
  const after = format(flows);
  if (before === after) return;
  if (before !== undefined) await host.writeFile(paths.backup, before);
  await host.writeFile(paths.flows, after);
}

async function finishPending(host: Host, paths: Paths): Promise<void> {
  const pending = await readJson(host, paths.pending);
  if (pending === undefined) return;
  const { flows, credentials } = asObject(pending, paths.pending);
  if (!Array.isArray(flows)) throw damaged(paths.pending, 'remove it to go back to the flow before');
  await carryOut(host, paths, flows, asObject(credentials, paths.pending));
}

async function readJson(host: Host, path: string): Promise<unknown> {
  const text = await host.readFile(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(path, 'restore it from a backup', cause);
  }
}

function asList(value: unknown, paths: Paths): unknown[] {
  if (Array.isArray(value)) return value;
  throw damaged(paths.flows, `restore it, for example from ${paths.backup}`);
}

function asObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw damaged(path, 'restore it from a backup');
}

function damaged(path: string, remedy: string, cause?: unknown): GatewrightError {
  return new GatewrightError('GW_FLOW_FILE_DAMAGED', `${path} is damaged; ${remedy}, then start again`, { cause });
}

function format(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function pathsIn(folder: string): Paths {
  return {
    flows: `${folder}/flows.json`,
    backup: `${folder}/flows.json.backup`,
    credentials: `${folder}/flows_cred.json`,
    pending: `${folder}/deploy.pending.json`,
  };
}
