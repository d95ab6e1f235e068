// The network cards through which whoever manages the box most likely comes: those below its default routes.
import type { Reading } from './reading.ts';

const NET = '/sys/class/net';
/** A card, a bond, a VLAN and a bridge; stops at a loop that a dump could hold. */
const MOST_LAYERS = 8;

/** Names of interfaces, those that carry others included. */
export async function managedInterfaces(reading: Reading): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const take = async (name: string, layers: number): Promise<void> => {
    if (found.has(name) || layers > MOST_LAYERS) return;
    found.add(name);
    // WHY: hosts of VMs have their address on a bridge, and lose it with the card below.
    for (const entry of await reading.names(`${NET}/${name}`))
      if (entry.startsWith('lower_')) await take(entry.slice('lower_'.length), layers + 1);
  };
  for (const name of await defaultRoutes(reading)) await take(name, 0);
  return found;
}

async function defaultRoutes({ raw }: Reading): Promise<readonly string[]> {
  const rows = async (file: string) => ((await raw(file)) ?? '').split('\n').map(line => line.trim().split(/\s+/));
  const [four, six] = await Promise.all(['/proc/net/route', '/proc/net/ipv6_route'].map(rows));
  return [
    ...(four ?? []).flatMap(([name = '', destination, , , , , , mask]) =>
      destination === '00000000' && (mask === undefined || mask === '00000000') ? [name] : [],
    ),
    ...(six ?? []).flatMap(fields =>
      /^0{32}$/.test(fields[0] ?? '') && fields[1] === '00' ? (fields.at(-1) ?? []) : [],
    ),
  ];
}
