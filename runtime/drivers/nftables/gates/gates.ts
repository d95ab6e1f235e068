// Gates of policies in the kernel: makes their tables, opens and closes them, and reads them back.
import { type Address, type Name, parseAddress } from '../../../model/address.ts';
import { canonicalJson } from '../../../model/canonical.ts';
import type { PolicySpec } from '../../../model/kinds/policy.ts';
import type { Surroundings } from '../encode/surroundings.ts';
import type { Nft } from '../kernel/nft.ts';
import type { Counter, NftTable } from '../kernel/table.ts';
import { type Command, removeTable, replaceTable } from '../kernel/write.ts';
import { tagOf } from '../ownership.ts';
import { GATE_TABLE, gateTable, gateTableName, openFor, openingsOf, readWaits } from './gate-table.ts';
import { readRefused, withCounters } from './refused.ts';

type Links = PolicySpec['links'];

/** A policy as its other tables have it. */
export function withoutGates(spec: PolicySpec): PolicySpec {
  return { ...spec, links: spec.links.map(({ gates: _gates, ...link }) => link) };
}

/**
 * Commands that make the gates of a policy what they shall be; what is open stays so for as long as it was opened, and what was counted.
 * @param was  the address that the policy had before; its gates go
 */
export async function gateCommands(
  nft: Nft,
  address: Address<'policy'>,
  spec: PolicySpec,
  around: Surroundings,
  was?: Address<'policy'>,
  signal?: AbortSignal,
): Promise<readonly Command[]> {
  const next = gateTable(address, spec, around);
  const own = await readGates(nft, address, signal);
  const former = was === undefined || was === address ? undefined : await readGates(nft, was, signal);
  const gone = former === undefined ? [] : removeTable(former);
  if (next === undefined) return [...gone, ...(own === undefined ? [] : removeTable(own))];
  const old = own ?? former;
  if (old === undefined) return replaceTable(next);
  return [...gone, ...replaceTable(withCounters(next, old)), ...carriedOver(old, next)];
}

/** Commands that remove the gates of a policy, when they are there. */
export async function removeGates(
  nft: Nft,
  address: Address<'policy'>,
  signal?: AbortSignal,
): Promise<readonly Command[]> {
  const old = await readGates(nft, address, signal);
  return old === undefined ? [] : removeTable(old);
}

/** Opens whatever waits for a gate on a gateway, for so many milliseconds; 0 closes it. */
export async function openGates(nft: Nft, gateway: Name, gate: Address<'gate'>, forMs: number): Promise<void> {
  const names = (await nft.tables()).map(({ name }) => name).filter(name => GATE_TABLE.test(name));
  for (const name of new Set(names)) {
    const table = await nft.table('bridge', name);
    const owner = tagOf(table)?.address;
    if (table === undefined || owner === undefined || parseAddress(owner)?.gateway !== gateway) continue;
    const commands = openingsOf(table)
      .filter(opening => opening.gate === gate)
      // nft counts whole seconds; a proof is never stretched.
      .flatMap(({ set, devices }) =>
        fill(name, set, new Map(devices.map(device => [device, Math.floor(forMs / 1000)]))),
      );
    if (commands.length > 0) await nft.apply(commands);
  }
}

/** What is read of a policy's gates. */
export interface SeenGates {
  readonly links: Links;
  /** What each gate refused, frames and bytes. */
  readonly refused: Readonly<Record<string, Counter>>;
  /** Gates that are closed, for some link at least. */
  readonly waitsFor: readonly Address<'gate'>[];
}

/**
 * The links of a policy with what they wait for, as the kernel has it. Where the rules are not those that the tag says, it waits for
 * nothing, which shows as drift.
 */
export async function seeGates(
  nft: Nft,
  address: Address<'policy'>,
  links: Links,
  around: Surroundings,
  signal?: AbortSignal,
): Promise<SeenGates> {
  const table = await readGates(nft, address, signal);
  const waits = table === undefined ? undefined : readWaits(table);
  if (table === undefined || waits === undefined) return { links, refused: {}, waitsFor: [] };
  const status = { refused: readRefused(table), waitsFor: closedGates(table) };
  const gated = links.map((link, index) => {
    const gates = waits.get(index);
    return gates === undefined ? link : { ...link, gates: [...gates] };
  });
  const next = gateTable(address, { links: gated } as PolicySpec, { ...around, tag: tagText(table) });
  return { links: next !== undefined && bones(next) === bones(table) ? gated : links, ...status };
}

/** One of ours; undefined when there is none. */
async function readGates(nft: Nft, address: Address<'policy'>, signal?: AbortSignal): Promise<NftTable | undefined> {
  const table = await nft.table('bridge', gateTableName(address), signal);
  return tagOf(table)?.address === address ? table : undefined;
}

function closedGates(table: NftTable): readonly Address<'gate'>[] {
  const open = openFor(table);
  return openingsOf(table)
    .filter(({ set, devices }) => devices.some(device => !open.get(set)?.has(device)))
    .map(({ gate }) => gate);
}

function tagText(table: NftTable): string {
  return table.chains.find(({ name }) => name === 'gw_tag')?.rules[0]?.comment ?? '';
}

/** Everything of a table that does not count, and that nobody opens. */
function bones({ flags, others, sets, chains }: NftTable): string {
  const own = sets.map(({ name, type, flags: of }) => ({ name, type, of })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const rules = chains.map(({ name, hook, rules: all }) => ({
    ...{ name, ...(hook === undefined ? {} : { hook: { ...hook } }) },
    rules: all.map(({ expr, comment = '' }) => ({ expr, comment })),
  }));
  return canonicalJson({ flags, others, own, rules });
}

function carriedOver(old: NftTable, next: NftTable): readonly Command[] {
  const open = openFor(old);
  const before = new Map(openingsOf(old).map(({ gate, set }) => [gate, open.get(set)]));
  return openingsOf(next).flatMap(({ gate, set, devices }) => {
    const known = before.get(gate);
    const still = devices.flatMap(device => {
      const seconds = known?.get(device);
      return seconds === undefined ? [] : [[device, seconds] as const];
    });
    return fill(next.name, set, new Map(still));
  });
}

/** WHY flushed first: an element that is there keeps the time it was given first. */
function fill(table: string, set: string, seconds: ReadonlyMap<string, number>): readonly Command[] {
  const place = { family: 'bridge', table, name: set };
  const elem = [...seconds].filter(([, left]) => left > 0).map(([val, timeout]) => ({ elem: { val, timeout } }));
  return [{ flush: { set: place } }, ...(elem.length === 0 ? [] : [{ add: { element: { ...place, elem } } }])];
}
