// What passes between a node type and the compiler while a drawing is lowered: drawn nodes, their attachments, what they
// are to each other, and what they contribute. Knows no node type by name: types meet through facets only.
import type { Address, Kind, Name } from './address.ts';
import type { Box } from './box.ts';
import type { Code } from './codes.ts';
import type { Severity } from './diagnostic.ts';
import type { GatewaySpec, HardwareProfile, TenantSpec } from './gateway.ts';
import type { Attach } from './kinds/device.ts';
import type { DrawnBoot } from './kinds/gate.ts';
import type { Gated } from './kinds/gated.ts';
import type { LineRule } from './kinds/line.ts';
import type { DrawnLink, Rule } from './kinds/policy.ts';
import type { SegmentSpec } from './kinds/segment.ts';
import type { Resource, Source } from './resource.ts';
import type { ConnectorKind, OutputPort } from './wire.ts';

/** One node of the drawing, its fields read and checked. */
export interface DrawnNode<C = unknown> {
  /** Node-RED id; inside subflow instances the ids joined by `/`. */
  readonly id: string;
  readonly type: string;
  /** The name for people: short, without control characters. */
  readonly label: string;
  readonly config: C;
  readonly source: Source;
  /** A finding was reported about a field: others may look at the node, but it is not lowered. */
  readonly broken: boolean;
}

/** A link that carries traffic both ways: an output and an input, joined by wires and by the firewalls between them. */
export interface Attachment {
  readonly from: DrawnNode;
  readonly port: OutputPort;
  /** Number of the output, from 0. */
  readonly output: number;
  readonly to: DrawnNode;
  /** From left to right. */
  readonly firewalls: readonly DrawnNode[];
  /** Attestation gates on the way, from left to right. */
  readonly gates: readonly DrawnNode[];
}

/** A virtual switch as its neighbours see it. */
export interface SegmentFacet {
  readonly name: Name;
  /** The name before a rename was declared; equal to `name` without one. */
  readonly was: Name;
  readonly tenant: Name;
  readonly mode: SegmentSpec['mode'];
  readonly mtu: number;
  /** `10.0.0.0/24`; absent when none was drawn. */
  readonly subnet?: string;
  readonly vlan?: number;
}

/** A network card lent to the drawing, as its neighbours see it. */
export interface UplinkFacet {
  readonly address: Address<'uplink'>;
  readonly gateway: Name;
  /** Printed label of the interface. */
  readonly label: Name;
}

/** A VM as its neighbours see it. */
export interface VmFacet {
  readonly tenant: Name;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Absent while its gateway is not known. */
  readonly address?: Address<'vm'>;
  /** What it boots. */
  readonly boot: DrawnBoot;
  /** It has a TPM of its own. */
  readonly tpm: boolean;
}

/** An attestation gate, as what waits for it sees it. */
export interface GateFacet {
  readonly name: Name;
  readonly gateway: Name;
  /** `alarm`: nothing waits for it. */
  readonly otherwise: Gated['otherwise'] | 'alarm';
}

/** A connector of the box, as its neighbours see it. */
export interface Connector {
  /** Printed label. */
  readonly label: Name;
  readonly kind: ConnectorKind;
  /** `enp3s0`, `/dev/serial/by-path/…`, `can0`; empty while nobody has said it. */
  readonly device: string;
  /** Where it is on the buses of the box, for a VM that shall own it; absent while nobody has said it. */
  readonly attach?: Attach;
}

/** A field line, as what stands in its wires sees it. */
export interface LineFacet {
  /** One VM has its device, and the gateway sees nothing of it. */
  readonly owned: boolean;
}

/** The rules of a firewall. Which of them count depends on the link that passes. */
export interface RulesFacet {
  readonly firewall: Name;
  /** For networks. */
  readonly rules: readonly Rule[];
  /** For buses, by the protocol that they speak. */
  readonly lines: Readonly<Record<string, readonly LineRule[]>>;
}

/** What a node is to others. A type gives the facets it has; whoever needs one asks for it by name. */
export interface Facets {
  readonly gateway?: GatewaySpec;
  readonly tenant?: TenantSpec;
  readonly hardware?: {
    readonly gateway: Name;
    readonly profile: HardwareProfile;
    readonly connectors: readonly Connector[];
    /** What is known of the box by its own profile; absent for one that is drawn by hand. */
    readonly box?: Box;
  };
  readonly vm?: VmFacet;
  readonly segment?: SegmentFacet;
  readonly uplink?: UplinkFacet;
  readonly router?: { readonly name: Name };
  readonly line?: LineFacet;
  readonly rules?: RulesFacet;
  readonly gate?: GateFacet;
}

/** Config nodes, as a node refers to them. */
export interface References {
  /** The gateway the node's field `gateway` refers to; `undefined` when it is empty or was reported already. */
  gateway(node: DrawnNode): GatewaySpec | undefined;
  /** A drawn gateway by its name. */
  gatewayNamed(name: Name): GatewaySpec | undefined;
  /** The tenant the node's field `tenant` refers to. */
  tenant(node: DrawnNode): TenantSpec | undefined;
}

/** Something wrong, as a node type reports it. */
export interface Finding {
  /** Default `error`. */
  readonly severity?: Severity;
  readonly code: Code;
  readonly node: DrawnNode;
  readonly field?: string;
  /** What is wrong, one sentence with its full stop. */
  readonly summary: string;
  /** What to do, one sentence with its full stop. */
  readonly remedy: string;
  readonly related?: readonly DrawnNode[];
}

/** The drawing as a node type sees it while it is lowered. */
export interface Scope extends References {
  facets(node: DrawnNode): Facets;
  /** What the gateway's hardware node says it has; `undefined` when there is none or it is broken. */
  hardware(gateway: Name): HardwareProfile | undefined;
  /** The hardware node of a gateway. */
  hardwareNode(gateway: Name): DrawnNode | undefined;
  /** Gateways a node is on, sorted. */
  gateways(node: DrawnNode): readonly Name[];
  /** Attachments that start at the node, in drawing order. */
  outgoing(node: DrawnNode): readonly Attachment[];
  /** Attachments that end at the node, in drawing order. */
  incoming(node: DrawnNode): readonly Attachment[];
  /** Attachments that a gate stands in, in drawing order. */
  gated(node: DrawnNode): readonly Attachment[];
  /** A drawn VM of a gateway by its name. */
  vmNamed(gateway: Name, name: Name): DrawnNode | undefined;
  /** Whether a wire of the node was reported, so that a missing attachment needs no finding of its own. */
  hasWireFault(node: DrawnNode): boolean;
  report(finding: Finding): void;
}

/** A resource before its order among the others is known. */
export type Draft<K extends Kind = Kind> = Omit<Resource<K>, 'needs'>;

export interface Contribution {
  readonly resources?: readonly Draft[];
  /** Links that firewalls police, in drawing order. */
  readonly links?: readonly DrawnLink[];
}
