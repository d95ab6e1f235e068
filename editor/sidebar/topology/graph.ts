// What the picture of a running gateway is made of: nouns only, plain JSON. Knows neither how it is laid out nor how it is drawn.
import type { Address, Name } from '../../../runtime/model/address.ts';
import type { TrustState } from '../../../runtime/model/attestation.ts';
import type { BackendLabel } from '../../../runtime/model/gateway.ts';
import type { FieldChange } from '../../../runtime/model/plan.ts';

/** How a thing stands. Each has a shape and a word of its own, see `marks.ts` and the words `topology.standing`. */
export type Standing =
  /** Of what runs or does not: a VM. */
  | 'running'
  | 'off'
  | 'paused'
  /** It runs when its attestation gates are open. */
  | 'waiting'
  /** Of everything else that is as drawn. */
  | 'in-place'
  /** A line whose device of the box cannot be opened. */
  | 'no-device'
  /** Drawn, and not there. */
  | 'planned'
  /** There, and drawn otherwise. */
  | 'to-change'
  | 'changing'
  /** It differs from what was applied. */
  | 'drift'
  | 'blocked'
  | 'unknown'
  /** There, and not drawn. */
  | 'surplus';

/** Kinds of boxes in the picture. Ports, legs, policies and proxies are no boxes: they show at the links that they make. */
export type NodeKind = 'uplink' | 'line' | 'device' | 'vm' | 'segment' | 'router' | 'peer';

/** A fact as the details show it. @see `topology.fact.KEY` in the words */
export interface Fact {
  readonly key: string;
  readonly text: string;
}

/** What a thing is otherwise than drawn. */
export interface Difference extends Pick<FieldChange, 'field' | 'from' | 'to'> {
  readonly address: Address;
}

export interface TopologyNode {
  /** Address of what it stands for; a router, which is several legs, and a peer elsewhere have ids of the same form. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly gateway: Name;
  /** Whose zone it is in; absent for what all share. */
  readonly tenant?: Name | undefined;
  /** What it stands for. Empty = nothing of ours. */
  readonly addresses: readonly Address[];
  readonly standing: Standing;
  /** Of a VM whose TPM a gate asks. */
  readonly trust?: TrustState | undefined;
  readonly facts: readonly Fact[];
  readonly differences: readonly Difference[];
  /** Where it is drawn: the id of a Node-RED node, or the path inside subflow instances. */
  readonly source?: string | undefined;
}

/** A gate that a link waits for. */
export interface LinkGate {
  readonly address: Address<'gate'>;
  readonly name: string;
  /** Whether the gate itself is as drawn. */
  readonly standing: Standing;
  /** What is proven; absent while nobody told it. */
  readonly state: TrustState | undefined;
}

export interface TopologyLink {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly sort: 'field' | 'network' | 'tunnel';
  /** Firewalls that it passes, in order. */
  readonly firewalls: readonly string[];
  readonly gates: readonly LinkGate[];
  /** What makes it. */
  readonly addresses: readonly Address[];
  readonly standing: Standing;
  readonly differences: readonly Difference[];
}

/** What one tenant has on one gateway. */
export interface TopologyZone {
  readonly id: string;
  readonly tenant: Name;
  /** `#rrggbb` of the drawing; absent for a tenant that is not drawn any more. */
  readonly colour?: string | undefined;
  /** Of its firewalls and the binding of its ports; absent when it has none. */
  readonly policy?: Standing | undefined;
}

export interface TopologyBox {
  readonly gateway: Name;
  readonly label?: BackendLabel | undefined;
  readonly connected: boolean;
  /** When it was looked at, Unix time in ms; absent when only the drawing is known of it. */
  readonly seenAtMs?: number | undefined;
  /** How the box itself is proven, where a gate asks it. */
  readonly trust?: TrustState | undefined;
  readonly zones: readonly TopologyZone[];
}

/** Sorted throughout, so that the same gateways make the same picture. */
export interface Topology {
  readonly boxes: readonly TopologyBox[];
  readonly nodes: readonly TopologyNode[];
  readonly links: readonly TopologyLink[];
}
