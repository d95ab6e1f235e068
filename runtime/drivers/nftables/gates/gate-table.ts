// Which links of a policy wait for gates, as a table of its own in front of all others: whatever crosses such a link is dropped unless
// the device at its end is in the set of every gate it waits for. Elements of those sets have a time-out, so that the kernel closes a
// link by itself. Families and protocols do not matter here, and neither do connections that were there before.
import { deviceName } from '../../../host/linux/device-name.ts';
import type { Address } from '../../../model/address.ts';
import { Gated } from '../../../model/kinds/gated.ts';
import type { PolicySpec } from '../../../model/kinds/policy.ts';
import { deviceOf, type Surroundings } from '../encode/surroundings.ts';
import { COUNTER, DROP, isNotIn, match, meta, RETURN } from '../kernel/expression.ts';
import type { Hook, NftRule, NftSet, NftTable } from '../kernel/table.ts';
import { TAG_CHAIN } from '../kernel/table.ts';
import { tagIn } from '../ownership.ts';

/** Before the frames of a policy get their marks. */
const HOOK: Hook = { type: 'filter', hook: 'forward', prio: -250, policy: 'accept' };
const CHAIN = 'gw_gates';
export const GATE_TABLE = /^gwg[0-9a-f]{10}$/;
const NONE = { packets: 0, bytes: 0 };

type Links = PolicySpec['links'];

/** Name of the table of a policy's gates. */
export function gateTableName(address: Address<'policy'>): string {
  return deviceName('gwg', address);
}

/** Undefined when no link of the policy waits for a gate. @param around  with the tag of its other tables */
export function gateTable(
  address: Address<'policy'>,
  { links }: PolicySpec,
  around: Surroundings,
): NftTable | undefined {
  const gates = gatesOf(links);
  if (gates.length === 0) return undefined;
  const remark = (comment: string): NftRule => ({ expr: [RETURN], comment });
  const waits = links.flatMap((link, index) =>
    (link.gates ?? []).map(({ by, otherwise }) => remark(`wait=${index} ${by} ${otherwise}`)),
  );
  return {
    ...{ family: 'bridge', name: gateTableName(address), flags: [], others: [] },
    sets: gates.map((_gate, index) => gateSet(index)),
    chains: [
      { name: TAG_CHAIN, rules: [remark(around.tag), ...waits] },
      { name: CHAIN, hook: HOOK, rules: gates.flatMap((gate, index) => gateRules(gate, index, links, around)) },
    ],
  };
}

/** All that links wait for, each once, in the order of links. */
function gatesOf(links: Links): readonly Address<'gate'>[] {
  return [...new Set(links.flatMap(({ gates = [] }) => gates.map(({ by }) => by)))];
}

function gateSet(index: number): NftSet {
  return { name: `gw_open${index}`, type: 'ifname', flags: ['timeout'], counted: false, elements: [] };
}

function gateRules(gate: Address<'gate'>, index: number, links: Links, around: Surroundings): readonly NftRule[] {
  const waiting = links.filter(({ gates = [] }) => gates.some(({ by }) => by === gate));
  const devices = [...new Set(waiting.map(({ port }) => deviceOf(port, around)))].filter(device => device !== '');
  return devices.flatMap(device =>
    (['iifname', 'oifname'] as const).map(way => ({
      expr: [match(meta(way), '==', device), isNotIn(meta(way), `gw_open${index}`), COUNTER, DROP],
      comment: gate,
      counter: NONE,
    })),
  );
}

/** What each link waits for, by its place, as a table says it; undefined when the table is none of ours. */
export function readWaits(table: NftTable): ReadonlyMap<number, readonly Gated[]> | undefined {
  const chain = table.chains.find(({ name }) => name === TAG_CHAIN);
  if (tagIn(chain) === undefined) return undefined;
  const waits = new Map<number, Gated[]>();
  for (const { comment = '' } of chain?.rules ?? []) {
    const [, place, by, otherwise] = /^wait=(\d{1,5}) (\S{1,200}) (\S{1,20})$/.exec(comment) ?? [];
    const gated = Gated.safeParse({ by, otherwise });
    if (!gated.success) continue;
    const known = waits.get(Number(place));
    if (known === undefined) waits.set(Number(place), [gated.data]);
    else known.push(gated.data);
  }
  return waits;
}

/** A set that says which devices are let pass for a gate, and the devices that its rules ask for. */
export interface Opening {
  readonly gate: Address<'gate'>;
  readonly set: string;
  readonly devices: readonly string[];
}

/** As the rules of a table are: a device that no rule asks for would be let pass in vain. */
export function openingsOf(table: NftTable): readonly Opening[] {
  const rules = table.chains.find(({ name }) => name === CHAIN)?.rules ?? [];
  const found = new Map<string, { gate: Address<'gate'>; devices: Set<string> }>();
  for (const { expr, comment = '' } of rules) {
    const [asked, open] = expr as { match?: { right?: unknown } }[];
    const [device, set] = [asked?.match?.right, open?.match?.right];
    if (typeof device !== 'string' || typeof set !== 'string') continue;
    const name = set.replace(/^@/, '');
    const known = found.get(name) ?? { gate: comment as Address<'gate'>, devices: new Set() };
    known.devices.add(device);
    found.set(name, known);
  }
  return [...found].map(([set, { gate, devices }]) => ({ gate, set, devices: [...devices] }));
}

/** Seconds for which devices are still let pass, by set. */
export function openFor({ sets }: NftTable): ReadonlyMap<string, ReadonlyMap<string, number>> {
  return new Map(
    sets.map(({ name, elements }) => [
      name,
      new Map(
        elements.flatMap(({ key }) => {
          const { val, expires } = (typeof key === 'object' && key !== null ? key : {}) as {
            val?: unknown;
            expires?: unknown;
          };
          return typeof val === 'string' && typeof expires === 'number' ? [[val, expires] as const] : [];
        }),
      ),
    ]),
  );
}
