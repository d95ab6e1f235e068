// What a profile says of a box that the hardware node shows: its size, its sockets, what it can do, and how well that is known.
// Pure; runs in the editor too, for profiles that are read while a drawing is open.
import type { Fact } from '../../runtime/hardware/evidence.ts';
import type { BoxProfile } from '../../runtime/hardware/profile.ts';
import { type Socket, socketsOf } from './sockets.ts';

export interface BoxModel {
  /** `Dell Edge Gateway 3001`; empty when the profile does not say it. */
  readonly title: string;
  /** Cores; threads of a core are not counted. Absent where nobody knows. */
  readonly vcpus?: number;
  readonly memoryMiB?: number;
  readonly sockets: readonly Socket[];
  /** What it has and what it can do, as far as it is known. */
  readonly abilities: Abilities;
  /** Where the figures are from, each source once, the weakest last. */
  readonly sources: readonly Fact[];
}

export interface Abilities {
  /** Runs VMs in hardware. */
  readonly vtx?: boolean;
  /** Can give devices to VMs. */
  readonly vtd?: boolean;
  /** Does so now. */
  readonly iommu?: boolean;
  readonly tpm?: boolean;
  readonly uefi?: boolean;
}

export function modelOf(profile: BoxProfile): BoxModel {
  const { cpu, memory, ports } = profile;
  return {
    title: titleOf(profile),
    ...known({ vcpus: cpu.cores, memoryMiB: memory.totalMiB }),
    sockets: socketsOf(profile),
    abilities: abilitiesOf(profile),
    sources: sourcesOf([cpu.evidence['*'], memory.evidence['*'], ...ports.map(port => port.evidence['*'])]),
  };
}

function titleOf({ identity }: BoxProfile): string {
  const { vendor = identity.systemVendor, model = identity.productName } = identity;
  return [vendor, model].filter(word => word !== undefined).join(' ');
}

function abilitiesOf({ cpu, iommu, tpm, firmware }: BoxProfile): Abilities {
  const { vtx, vtd } = cpu;
  const uefi = firmware.kind === undefined ? undefined : firmware.kind === 'uefi';
  return known({ vtx, vtd, iommu: iommu.active, tpm: tpm.present, uefi });
}

function sourcesOf(facts: readonly (Fact | undefined)[]): readonly Fact[] {
  const bySource = new Map(facts.flatMap(fact => (fact === undefined ? [] : [[fact.source, fact] as const])));
  return [...bySource.values()].sort(
    (a, b) => Number(a.confidence === 'unverified') - Number(b.confidence === 'unverified'),
  );
}

/** The entries whose value is known, so that absent means absent. */
function known<T extends object>(row: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as never;
}
