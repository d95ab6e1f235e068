// Files of resources that live nowhere else (simulated) or only in a process (embedded): one JSON file each, replaced
// atomically, so that a killed agent finds whole ones.
// What carries no tag of ours is not listed, changed or removed.
import { z } from 'zod';
import { type Address, AnyAddress, type Kind, parseAddress } from '../model/address.ts';
import { GatewrightError } from '../model/errors.ts';
import { SPECS, type Spec } from '../model/kind.ts';
import type { Host } from './host.ts';

/** What one file holds. */
export interface Stored<K extends Kind> {
  readonly address: Address<K>;
  readonly generation: number;
  readonly spec: Partial<Spec<K>>;
  /** What realizes it, where a driver has several ways. */
  readonly by?: string | undefined;
}

export interface Store<K extends Kind> {
  readonly kind: K;
  list(): Promise<readonly Stored<K>[]>;
  /** `undefined` when there is none of ours. */
  read(address: Address<K>): Promise<Stored<K> | undefined>;
  /** @throws GatewrightError GW_HOST_UNEXPECTED when something that is not ours is in its place */
  write(stored: Stored<K>): Promise<void>;
  /** Leaves what is not ours. */
  remove(address: Address<K>): Promise<void>;
  watch(changed: () => void): () => void;
}

const Tagged = z.object({
  address: AnyAddress,
  generation: z.number().int().min(0),
  spec: z.record(z.string(), z.unknown()),
  by: z.string().max(32).optional(),
});

/** Opens the folder of one kind. @param folder  folder of the gateway */
export function openStore<K extends Kind>(host: Host, folder: string, kind: K): Store<K> {
  const home = `${folder}/${kind}`;
  const pathOf = (address: Address<K>) => `${home}/${parseAddress(address)?.name}.json`;
  const readOwn = async (path: string): Promise<Stored<K> | undefined> => decode(kind, await host.readFile(path));
  return {
    kind,
    async list() {
      const names = (await host.list(home)).filter(name => name.endsWith('.json'));
      const found = await Promise.all(names.map(name => readOwn(`${home}/${name}`)));
      return found.filter(stored => stored !== undefined);
    },
    read: address => readOwn(pathOf(address)),
    async write(stored) {
      const path = pathOf(stored.address);
      const there = await host.readFile(path);
      if (there !== undefined && decode(kind, there) === undefined) throw notOurs(path, stored.address);
      await host.writeFile(path, `${JSON.stringify(stored, null, 2)}\n`);
    },
    async remove(address) {
      if ((await readOwn(pathOf(address))) !== undefined) await host.remove(pathOf(address));
    },
    watch: changed => host.watchFolder?.(home, changed) ?? (() => {}),
  };
}

/** Reads a file strictly: `undefined` when it carries no tag of ours; fields that are no legal spec are left out. */
function decode<K extends Kind>(kind: K, text: string | undefined): Stored<K> | undefined {
  const tagged = Tagged.safeParse(parseJson(text));
  if (!tagged.success || parseAddress(tagged.data.address)?.kind !== kind) return undefined;
  const { address, generation, spec, by } = tagged.data;
  // What is half made has no field yet; a whole one of an older version has later fields as they were before there was a choice.
  const fields = Object.keys(spec).length === 0 ? [] : Object.entries(SPECS[kind].shape);
  const legal = fields.flatMap(([field, schema]) => {
    const value = (schema as z.ZodType).safeParse(spec[field]);
    return value.success && value.data !== undefined ? [[field, value.data]] : [];
  });
  const found = { address: address as Address<K>, generation, spec: Object.fromEntries(legal) as Partial<Spec<K>> };
  return by === undefined ? found : { ...found, by };
}

function notOurs(path: string, address: Address): GatewrightError {
  const message = `${path} is not one of our files; move it away, then apply again`;
  return new GatewrightError('GW_HOST_UNEXPECTED', message, { address });
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // Not JSON, so certainly not written by us.
    return undefined;
  }
}
