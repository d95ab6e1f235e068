// Node-RED's storage, transactional: what it saves in two calls (credentials, then flow) is committed as one, and a flow
// that must not be saved leaves both as they were. The gate before the HTTP routes refuses first; this is the backstop
// for every other way in.
import { createRequire } from 'node:module';
import type { Host } from '../host/host.ts';
import type { FlowCheck } from './flow-check.ts';
import type { Credentials, FlowStore } from './flow-store.ts';

/** Node-RED's own keeper of the user library (files under lib/); pinned with node-red itself. */
interface Library {
  init(settings: { readonly userDir: string }): Promise<void>;
  getLibraryEntry(type: string, path: string): Promise<unknown>;
  saveLibraryEntry(type: string, path: string, meta: object, body: string): Promise<void>;
}

export interface StorageOptions {
  readonly host: Host;
  readonly folder: string;
  readonly store: FlowStore;
  readonly check: FlowCheck;
  /** What Node-RED reads when there are none yet: an empty object would make it warn of plain text. */
  readonly noCredentials: Credentials;
  /** Called before a flow is committed, with who deploys it. */
  readonly onSave: (user: string) => void;
  /** Called when a flow was refused or could not be written: Node-RED must read flow and credentials back. */
  readonly onRefuse: () => void;
}

/** The object Node-RED takes as `storageModule`. */
export function storageModule(options: StorageOptions) {
  const { host, folder, store } = options;
  const library = createRequire(import.meta.url)('@node-red/runtime/lib/storage/localfilesystem/library.js') as Library;
  let stashed: Credentials | undefined;
  return {
    init: () => library.init({ userDir: folder }),
    getFlows: () => store.flows(),
    getCredentials: async () => {
      const credentials = await store.credentials();
      return Object.keys(credentials).length === 0 ? options.noCredentials : credentials;
    },
    saveCredentials: async (credentials: Credentials) => {
      stashed = credentials;
    },
    saveFlows: async (flows: readonly unknown[], user: unknown) => {
      const credentials = stashed;
      stashed = undefined;
      const fault = options.check(flows);
      if (fault !== undefined) {
        options.onRefuse();
        throw Object.assign(new Error(fault), { code: 'GW_FLOW_REFUSED', status: 422 });
      }
      options.onSave(nameOf(user));
      await store.commit(flows, credentials).catch(error => {
        options.onRefuse();
        throw error;
      });
    },
    ...documents(host, folder),
    getLibraryEntry: async (type: string, path: string) => library.getLibraryEntry(inside(type), inside(path)),
    saveLibraryEntry: async (type: string, path: string, meta: object, body: string) =>
      library.saveLibraryEntry(inside(type), inside(path), meta, body),
  };
}

function documents(host: Host, folder: string) {
  const read = async (name: string): Promise<unknown> => {
    const text = await host.readFile(`${folder}/${name}`);
    return text === undefined ? {} : JSON.parse(text);
  };
  const write = (name: string, value: unknown) => host.writeFile(`${folder}/${name}`, JSON.stringify(value, null, 2));
  return {
    getSettings: () => read('settings.json'),
    saveSettings: (settings: unknown) => write('settings.json', settings),
    getSessions: () => read('sessions.json'),
    saveSessions: (sessions: unknown) => write('sessions.json', sessions),
  };
}

/** A library path that stays below lib/. */
function inside(path: string): string {
  if (!path.split(/[\\/]/).includes('..') && !path.includes('\0')) return path;
  throw Object.assign(new Error('the path leaves the library; name an entry below it'), { code: 'forbidden' });
}

function nameOf(user: unknown): string {
  const name = (user as { username?: unknown } | null | undefined)?.username;
  return typeof name === 'string' ? name : 'local';
}
