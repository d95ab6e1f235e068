// Reads what libvirt has: every domain with our tag, as configured and as it runs, told apart where the two differ.
import { deviceName } from '../../host/linux/device-name.ts';
import { type Address, type Name, parseAddress } from '../../model/address.ts';
import { canonicalJson } from '../../model/canonical.ts';
import { PLACEMENT_FIELDS } from '../../model/kinds/placement.ts';
import type { ConfiguredSpec, ParsedDomain } from './domain.ts';
import { parseDomain } from './domain-parse.ts';
import type { FileNames } from './files.ts';
import type { LibvirtLink } from './link.ts';
import { DOMAIN_STATE, type DomainRef, domainState, domainXml, listDomains, XML_INACTIVE } from './rpc/calls.ts';
import type { CallOptions, RpcConnection } from './rpc/connection.ts';
import { isRefusal, REFUSAL_CODE } from './rpc/refusal.ts';

/** Fields a guest is started with; a change reaches it with its next start. */
const NEEDS_RESTART = [
  'image',
  'kernelArguments',
  'vcpus',
  'memoryMiB',
  'watchdog',
  'firmware',
  'tpm',
  'nics',
  'fieldLine',
  'hotplug',
  ...PLACEMENT_FIELDS,
] as const;

/** A domain of ours. */
export interface OwnDomain {
  readonly ref: DomainRef;
  /** What the next start will use. */
  readonly config: ParsedDomain;
  /** What runs now; absent when nothing runs. */
  readonly live?: ParsedDomain;
  /** One of DOMAIN_STATE. */
  readonly state: number;
}

/** All domains with the tag of one gateway. */
export async function readInventory(
  link: LibvirtLink,
  gateway: Name,
  files: FileNames,
  options: CallOptions,
): Promise<OwnDomain[]> {
  const rpc = await link.connection();
  const refs = await listDomains(rpc, options);
  const domains = await Promise.all(refs.map(ref => readDomain(rpc, ref, files, options)));
  return domains.filter(
    domain => domain !== undefined && parseAddress(domain.config.address)?.gateway === gateway,
  ) as OwnDomain[];
}

/** One domain; `undefined` when it is not ours, or went away while we read. */
export async function readDomain(
  rpc: RpcConnection,
  ref: DomainRef,
  files: FileNames,
  options: CallOptions,
): Promise<OwnDomain | undefined> {
  try {
    const config = parseDomain(await domainXml(rpc, ref, XML_INACTIVE, options), files);
    if (config === undefined) return undefined;
    const state = await domainState(rpc, ref, options);
    if (!isUp(state)) return { ref, config, state };
    const live = parseDomain(await domainXml(rpc, ref, 0, options), files);
    return live === undefined ? { ref, config, state } : { ref, config, live, state };
  } catch (error) {
    if (isRefusal(error, REFUSAL_CODE.noDomain)) return undefined;
    throw error;
  }
}

/** Whether the guest's processor runs, as far as libvirt knows. */
export function isUp(state: number): boolean {
  return state === DOMAIN_STATE.running || state === DOMAIN_STATE.blocked;
}

/**
 * Fields in which what runs is not what is configured: somebody changed one of them, or a change of ours was cut off before
 * the restart. NICs are compared as the guest sees them, since a tap is renamed under a running guest.
 */
export function pendingFields({ config, live, state }: OwnDomain): readonly (keyof ConfiguredSpec)[] {
  if (!isUp(state)) return [];
  // What runs without our tag is something else under the UUID of our domain.
  if (live === undefined) return NEEDS_RESTART;
  const differs = (field: keyof ConfiguredSpec) => {
    if (field === 'nics') return canonicalJson(config.cards) !== canonicalJson(live.cards);
    // How much of its memory a guest has now is not a matter of how it was started; whether it may be less than all of it is.
    if (field === 'leastMemoryMiB') return (config.spec[field] === undefined) !== (live.spec[field] === undefined);
    return canonicalJson(config.spec[field] ?? null) !== canonicalJson(live.spec[field] ?? null);
  };
  return NEEDS_RESTART.filter(differs);
}

/** Names of the taps that the guest of a running domain shall hold. */
export function tapsOf({ config, live }: OwnDomain): readonly string[] {
  if (live === undefined) return [];
  return (config.spec.nics ?? []).map(nic => deviceName('gwp', nic.port));
}

/** Ports of a running domain that its guest does not hold. */
export function cutOffPorts({ config, live }: OwnDomain, heldTaps: ReadonlySet<string>): Address<'port'>[] {
  if (live === undefined) return [];
  return (config.spec.nics ?? []).map(nic => nic.port).filter(port => !heldTaps.has(deviceName('gwp', port)));
}
