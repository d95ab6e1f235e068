// Which gateways live in this process. The five drivers of a gateway share its box; the first one to connect makes what
// the files say live again, the last one to go ends it.
import type { Host } from '../../host/host.ts';
import { openStore } from '../../host/resource-files.ts';
import { type Hold, Shared } from '../../host/shared.ts';
import type { Kind } from '../../model/address.ts';
import { SPECS } from '../../model/kind.ts';
import { Box } from './box.ts';
import type { Clocks } from './lease-files.ts';
import type { Living } from './part.ts';

const boxes = new Shared<Box>();

/** A driver's hold on the box of its gateway. @param folder  of the gateway's files @param kinds  of the files in it */
export function holdBox(host: Host, folder: string, kinds: readonly Kind[], clocks: Clocks): Promise<Hold<Box>> {
  return boxes.hold(host.cables, folder, () => startBox(host, folder, kinds, clocks));
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
