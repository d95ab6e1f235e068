// Gateways that can be bought: a start for the hardware node, made of the profiles of boxes that come with Gatewright. Every
// value can be changed. Sockets have the labels of their profile; device names depend on the operating system, so they are left
// to the user.

import { BUILT_INS } from '../../runtime/hardware/built-in/catalog.ts';
import type { BuiltIn } from '../../runtime/hardware/describe-box.ts';
import type { Fact } from '../../runtime/hardware/evidence.ts';
import type { BoxPort } from '../../runtime/hardware/profile.ts';
import type { InterfaceRole } from '../../runtime/model/kinds/uplink.ts';
import { CONNECTOR_KINDS, type ConnectorKind } from '../../runtime/model/wire.ts';

export interface ModelInterface {
  readonly label: string;
  readonly kind: ConnectorKind;
  readonly role: InterfaceRole;
}

export interface HardwareModel {
  readonly id: string;
  readonly title: string;
  /** Cores; threads of a core are not counted. Absent where nobody knows. */
  readonly vcpus?: number;
  readonly memoryMiB?: number;
  readonly interfaces: readonly ModelInterface[];
  /** Where the figures are from, each source once, the weakest last. */
  readonly sources: readonly Fact[];
}

export const HARDWARE_MODELS: readonly HardwareModel[] = BUILT_INS.map(modelOf);

function modelOf({ name, profile }: BuiltIn): HardwareModel {
  const { identity, cpu, memory, ports } = profile;
  const known = { vcpus: cpu.cores, memoryMiB: memory.totalMiB };
  return {
    id: name,
    title: `${identity.vendor} ${identity.model}`,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
    interfaces: interfacesOf(ports),
    sources: sourcesOf([cpu.evidence['*'], memory.evidence['*'], ...ports.map(port => port.evidence['*'])]),
  };
}

/** The first network socket is a suggestion for management, the others for the plant. */
function interfacesOf(ports: readonly BoxPort[]): readonly ModelInterface[] {
  const first = ports.find(port => port.kind === 'ethernet');
  return ports.flatMap(port => {
    const kind = CONNECTOR_KINDS.find(one => one === port.kind);
    if (kind === undefined) return [];
    return [{ label: nameOf(port), kind, role: port === first ? 'management' : 'plant' } as const];
  });
}

/** Labels are in capitals on many boxes; names in drawings are not. */
function nameOf({ name, label }: BoxPort): string {
  return (name ?? label).toLowerCase();
}

function sourcesOf(facts: readonly (Fact | undefined)[]): readonly Fact[] {
  const bySource = new Map(facts.flatMap(fact => (fact === undefined ? [] : [[fact.source, fact] as const])));
  return [...bySource.values()].sort(
    (a, b) => Number(a.confidence === 'unverified') - Number(b.confidence === 'unverified'),
  );
}
