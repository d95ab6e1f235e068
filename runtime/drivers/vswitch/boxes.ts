// Which gateways live in this process. The five drivers of a gateway share its box; the first one to connect makes what
// the files say live again, the last one to go ends it.
import type { Cables } from '../../host/cables.ts';
import type { Host } from '../../host/host.ts';
import { openStore } from '../../host/resource-files.ts';
import type { Kind } from '../../model/address.ts';
import { SPECS } from '../../model/kind.ts';
import { Box } from './box.ts';
import type { Clocks } from './lease-files.ts';
import type { Living } from './part.ts';

interface Held {
  readonly box: Promise<Box>;
  users: number;
}

/** By the cables of the host, which are what a box is plugged into, then by the folder of its files. */
const held = new WeakMap<Cables, Map<string, Held>>();
/** Boxes that are ending, by the same: whoever starts one anew waits until its cables are free. */
const ending = new WeakMap<Cables, Map<string, Promise<void>>>();

/** A driver's hold on the box of its gateway. */
export interface Hold {
  readonly box: Box;
  release(): Promise<void>;
}

/** @param folder  of the gateway's files @param kinds  of the files in it */
export async function holdBox(host: Host, folder: string, kinds: readonly Kind[], clocks: Clocks): Promise<Hold> {
  const boxes = mapOf(held, host.cables);
  const ends = mapOf(ending, host.cables);
  const start = async () => {
    await ends.get(folder);
    return startBox(host, folder, kinds, clocks);
  };
  const found = boxes.get(folder) ?? { box: start(), users: 0 };
  boxes.set(folder, found);
  found.users += 1;
  const release = async () => {
    found.users -= 1;
    if (found.users > 0) return;
    boxes.delete(folder);
    const end = found.box.then(box => box.close());
    ends.set(folder, end);
    await end;
    if (ends.get(folder) === end) ends.delete(folder);
  };
  try {
    return { box: await found.box, release: once(release) };
  } catch (error) {
    boxes.delete(folder);
    throw error;
  }
}

async function startBox(host: Host, folder: string, kinds: readonly Kind[], clocks: Clocks): Promise<Box> {
  const stored = await Promise.all(kinds.map(kind => readKind(host, folder, kind)));
  const box = new Box(host, folder, clocks);
  await box.restore(stored.flat());
  return box;
}

/** A file whose spec is not whole is not made live; it is seen, and made equal by whoever asks for it. */
async function readKind(host: Host, folder: string, kind: Kind): Promise<readonly Living[]> {
  const stored = await openStore(host, folder, kind).list();
  return stored.flatMap(({ address, generation, spec }) => {
    const whole = SPECS[kind].safeParse(spec);
    return whole.success ? [{ kind, address, generation, spec: whole.data } as Living] : [];
  });
}

function mapOf<V>(maps: WeakMap<Cables, Map<string, V>>, cables: Cables): Map<string, V> {
  const found = maps.get(cables) ?? new Map<string, V>();
  maps.set(cables, found);
  return found;
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= act();
    return done;
  };
}
