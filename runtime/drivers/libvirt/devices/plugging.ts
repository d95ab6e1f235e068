// Puts the parts of a device into a domain and takes them out: in what the next start has at once, in a guest that runs when it
// agrees. Knows marks and parts, nothing of specs.
import { setTimeout as pause } from 'node:timers/promises';
import { GatewrightError, isGatewrightError } from '../../../model/errors.ts';
import { cancelled, stopIfCancelled } from '../cancel.ts';
import type { ParsedDomain } from '../domain.ts';
import type { OwnDomain } from '../inventory.ts';
import {
  aliasOf,
  busOf,
  DEVICES_PREFIX,
  DEVICES_URI,
  type DeviceMark,
  formatMarks,
  needsSlot,
  type OwnedElement,
  plugInto,
} from '../owned-parts.ts';
import { AFFECT, attachDevice, detachDevice, METADATA, setMetadata } from '../rpc/calls.ts';
import type { RpcConnection } from '../rpc/connection.ts';
import { LibvirtRefusal } from '../rpc/refusal.ts';
import { formatXml, type XmlTree } from '../xml.ts';
import type { Part } from './box.ts';
import { elementsOf, type Owners } from './owner.ts';
import { placeOf } from './same.ts';

/** A guest that is busy with its start lets go late. */
const LET_GO_MS = 60_000;
const POLL_MS = 250;
/** A guest that was not ready to hear it is asked again. */
const ASK_AGAIN_MS = 5_000;
const ATTACH_TIMEOUT_MS = 120_000;

export interface Plugging {
  readonly rpc: RpcConnection;
  readonly owners: Owners;
  readonly signal: AbortSignal;
}

type Device = DeviceMark['address'];
type Side = 'config' | 'live';

/** Writes the mark of a device into its domain, in place of one that is there, or takes it away. */
export async function writeMark(
  { rpc, signal }: Plugging,
  { ref, config, live }: OwnDomain,
  address: Device,
  mark: DeviceMark | undefined,
): Promise<void> {
  const others = config.owned.marks.filter(one => one.address !== address);
  const marks = mark === undefined ? others : [...others, mark].sort((a, b) => (a.address < b.address ? -1 : 1));
  const value = marks.length === 0 ? {} : { value: formatXml({ devices: formatMarks(marks) }) };
  const affects = AFFECT.config | (live === undefined ? 0 : AFFECT.live);
  const change = { type: METADATA.element, ...value, key: DEVICES_PREFIX, uri: DEVICES_URI, affects };
  await setMetadata(rpc, ref, change, { signal });
}

/** Puts in what is missing of a device. @throws GatewrightError GW_HOST_COMMAND_FAILED */
export async function plugIn(
  world: Plugging,
  domain: OwnDomain,
  address: Device,
  parts: readonly Part[],
): Promise<void> {
  for (const side of ['config', 'live'] as const)
    for (const [number, part] of parts.entries()) {
      stopIfCancelled('give a domain a device', world.signal);
      const now = (await world.owners.again(domain, { signal: world.signal }))?.[side];
      if (now === undefined) continue; // it does not run
      const has = elementsOf(now, address).some(element => placeOf(element) === placeOf(part));
      if (!has) await attach(world, domain, side, now, { ...part, alias: aliasOf(address, number) });
    }
}

async function attach(
  { rpc, signal }: Plugging,
  { ref }: OwnDomain,
  side: Side,
  now: ParsedDomain,
  part: OwnedElement,
): Promise<void> {
  const aliased = { ...part, tree: { ...part.tree, alias: { '@name': part.alias } } };
  const element = needsSlot(aliased) ? withPort(plugInto(aliased, freeSlot(now))) : aliased;
  await attachDevice(rpc, ref, xmlOf(element), AFFECT[side], { signal, timeoutMs: ATTACH_TIMEOUT_MS });
}

/** A serial port of its own kind: one of the board's cannot come and go while the guest runs. */
function withPort(element: OwnedElement): OwnedElement {
  if (element.kind !== 'serial') return element;
  const target = { '@type': 'pci-serial', '@port': String(busOf(element) ?? 0), model: { '@name': 'pci-serial' } };
  return { ...element, tree: { ...element.tree, target } };
}

function freeSlot({ owned, address }: ParsedDomain): number {
  const taken = new Set(owned.elements.map(busOf));
  const free = owned.slots.find(bus => !taken.has(bus));
  if (free !== undefined) return free;
  throw new GatewrightError('GW_HOST_UNEXPECTED', `${address} has no free slot for a device; apply the VM first`);
}

/** Takes out what a device has in a domain, but for parts that shall stay. @throws GatewrightError GW_DEVICE_HELD */
export async function unplug(
  world: Plugging,
  domain: OwnDomain,
  address: Device,
  staying: Readonly<Record<Side, readonly Part[]>> = { config: [], live: [] },
): Promise<void> {
  const goes = (now: OwnDomain, side: Side) => {
    const kept = new Set(staying[side].map(placeOf));
    return elementsOf(now[side], address).filter(element => !kept.has(placeOf(element)));
  };
  await letGo(world, domain, address, now => goes(now, 'live'));
  const now = await world.owners.again(domain, { signal: world.signal });
  for (const element of now === undefined ? [] : goes(now, 'config'))
    await detachDevice(world.rpc, domain.ref, xmlOf(element), AFFECT.config, { signal: world.signal });
}

/** Asks the guest until it holds nothing of the device any more. */
async function letGo(
  world: Plugging,
  domain: OwnDomain,
  address: Device,
  held: (now: OwnDomain) => readonly OwnedElement[],
): Promise<void> {
  const { rpc, owners, signal } = world;
  for (let waitedMs = 0; waitedMs <= LET_GO_MS; waitedMs += POLL_MS) {
    const now = await owners.again(domain, { signal });
    const elements = now === undefined ? [] : held(now);
    if (elements.length === 0) return;
    if (waitedMs % ASK_AGAIN_MS === 0) for (const element of elements) await ask(rpc, domain, element, signal);
    await pause(POLL_MS, undefined, { signal }).catch(() => {
      throw cancelled('take a device from a domain', signal);
    });
  }
  const message = `the guest of ${domain.config.address} does not let go of ${address}; stop the VM, then apply again`;
  throw new GatewrightError('GW_DEVICE_HELD', message);
}

/** WHY a refusal is no end: the guest may have let go meanwhile, or still be about to. */
async function ask(rpc: RpcConnection, { ref }: OwnDomain, element: OwnedElement, signal: AbortSignal): Promise<void> {
  try {
    await detachDevice(rpc, ref, xmlOf(element), AFFECT.live, { signal });
  } catch (error) {
    if (!(isGatewrightError(error) && error.cause instanceof LibvirtRefusal)) throw error;
  }
}

function xmlOf({ kind, tree }: Pick<OwnedElement, 'kind' | 'tree'>): string {
  return formatXml({ [kind]: tree } as XmlTree);
}
