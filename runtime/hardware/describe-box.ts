// Profiles of boxes that nobody probed: what is known of a model, and where from. What is only remembered says so.
import type { Evidence, Fact } from './evidence.ts';
import { known } from './import/imported.ts';
import { normalPciAddress } from './pci-address.ts';
import { type BoxPort, type BoxProfile, emptyProfile, type LineType, type PortKind } from './profile.ts';

/** Stands behind everything that no text was found for. Nothing may be decided by it. */
const REMEMBERED: Fact = { confidence: 'unverified', source: 'from memory; compare with the data sheet of the box' };
const NAMED: Fact = { confidence: 'user', source: 'the name it is sold under' };
const NUMBERED: Fact = { confidence: 'unverified', source: 'numbered here; look what is printed on the box' };

export interface BoxDescription {
  /** For drawings and the command line: `dell-edge-gateway-5000`. */
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  readonly cpu: {
    /** Default `x86_64`. */
    readonly architecture?: 'x86_64' | 'aarch64';
    readonly brand: string;
    readonly cores?: number;
    readonly vtd: boolean;
  };
  /** Of the smallest variant. */
  readonly memoryMiB?: number;
  /** Sockets of which somebody wrote down the print and the address; the others are numbered here. */
  readonly sockets?: readonly SocketDescription[];
  /** One for each other network socket, in Mbit/s. */
  readonly ethernetMbps?: readonly number[];
  /** One for each serial port; `unknown` where only the port is known. */
  readonly serial?: readonly (LineType | 'unknown')[];
  readonly others?: readonly PortKind[];
  readonly tpm?: { readonly present: boolean; readonly version?: '1.2' | '2.0' };
  /** Where a part is known from; everything else is only remembered. */
  readonly facts?: Partial<Readonly<Record<'cpu' | 'memory' | 'sockets' | 'ethernet' | 'serial' | 'others', Fact>>>;
}

export interface SocketDescription {
  /** As it is printed. */
  readonly label: string;
  readonly kind: PortKind;
  readonly address: BoxPort['address'];
  /** What goes to one VM together. */
  readonly group: string;
}

/** A model of box that comes with Gatewright. */
export interface BuiltIn {
  readonly name: string;
  readonly profile: BoxProfile;
}

export function describeBox(box: BoxDescription): BuiltIn {
  const { cpu, facts = {} } = box;
  const by = (fact: Fact | undefined): Evidence => ({ '*': fact ?? REMEMBERED });
  return {
    name: box.name,
    profile: {
      ...emptyProfile(),
      identity: { vendor: box.vendor, model: box.model, evidence: by(NAMED) },
      cpu: {
        architecture: cpu.architecture ?? 'x86_64',
        ...known({ brand: cpu.brand, cores: cpu.cores }),
        vtx: true,
        ept: true,
        vtd: cpu.vtd,
        // A name or a count of cores was read; what the CPU can do was not.
        evidence: { ...by(facts.cpu), vtx: REMEMBERED, ept: REMEMBERED, vtd: REMEMBERED },
      },
      memory: { ...known({ totalMiB: box.memoryMiB }), evidence: by(facts.memory) },
      nics: nicsOf(box),
      tpm: { ...known(box.tpm ?? {}), evidence: by(undefined) },
      ports: portsOf(box),
    },
  };
}

function nicsOf({ sockets = [], ethernetMbps = [], facts = {} }: BoxDescription): BoxProfile['nics'] {
  const described = sockets.filter(socket => socket.kind === 'ethernet');
  return [
    ...described.map(({ address }) => ({
      ...known({ pciAddress: normalPciAddress(address.pciAddress ?? '') }),
      evidence: { '*': facts.sockets ?? REMEMBERED },
    })),
    ...ethernetMbps.map(speedMbps => ({ speedMbps, evidence: { '*': facts.ethernet ?? REMEMBERED } })),
  ];
}

function portsOf({ sockets = [], ethernetMbps = [], serial = [], others = [], facts = {} }: BoxDescription): BoxPort[] {
  const row = (label: string, kind: PortKind, fact: Fact | undefined): BoxPort => ({
    label,
    kind,
    // Where it is on the buses is found by a probe of the real box.
    address: {},
    evidence: { '*': fact ?? REMEMBERED, label: NUMBERED },
  });
  return [
    ...sockets.map(socket => ({
      ...socket,
      evidence: { '*': facts.sockets ?? REMEMBERED },
    })),
    ...ethernetMbps.map((_speed, index) => row(`eth${index}`, 'ethernet', facts.ethernet)),
    ...serial.map((line, index) => ({
      ...row(`COM${index + 1}`, 'serial', facts.serial),
      ...known({ lineType: line === 'unknown' ? undefined : line }),
    })),
    ...others.map((kind, index) => row(`${kind}-${index + 1}`, kind, facts.others)),
  ];
}
