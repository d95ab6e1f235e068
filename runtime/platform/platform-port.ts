// What the editor's sidebar, the palette nodes and the HTTP router may ask of the platform, and what they are told.
// Implemented by platform.ts; nodes and router know only this file.
import type { BoxProfile } from '../hardware/profile.ts';
import type { Address, Name } from '../model/address.ts';
import type { ApplyResult } from '../model/agent.ts';
import type { Attestation, GateStanding } from '../model/attestation.ts';
import type { ConsoleSession, PowerAction } from '../model/console.ts';
import type { ConversationOrder, HeardConversations } from '../model/conversation.ts';
import type { Design } from '../model/design.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { DriftException, Drifted, Excepting } from '../model/drift.ts';
import type { AgentEvent } from '../model/events.ts';
import type { Backend, BackendLabel } from '../model/gateway.ts';
import type { HeardTraffic } from '../model/line-figures.ts';
import type { HeardFrames, LineTap } from '../model/line-frame.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import type { HeardPortFrames, PortOrder } from '../model/port-frame.ts';
import type { Notice } from '../plan/notices.ts';

/** State of a drawn thing, as the badge on its node shows it. */
export type ResourceState = 'planned' | 'running' | 'changing' | 'drift' | 'blocked' | 'unknown';

/** How a step of an apply stands. One that has not begun has no sign. */
export interface StepSign {
  readonly state: 'under-way' | 'done' | 'failed';
  /** Why it failed, in words. */
  readonly message?: string;
}

/** An apply that did not come to its end, and how far it was. */
export interface BrokenOff {
  readonly outcome: 'failed' | 'cancelled';
  readonly done: number;
  readonly steps: number;
}

export interface GatewayState {
  readonly name: Name;
  readonly backend: Backend;
  /** Absent until the agent has answered once. */
  readonly label?: BackendLabel;
  readonly connected: boolean;
  /** Names of the images that VMs can be made of there; absent while nobody knows. */
  readonly images?: readonly string[];
  /** Why not connected, or what the agent does, in words. */
  readonly message: string;
  readonly generation: number;
  readonly busy: 'idle' | 'applying' | 'recovering';
  /** Absent while the design has errors or the agent does not answer. */
  readonly plan?: Plan;
  /** Words of the plan as the user reads it, one line each; the same text as `gatewright plan`. */
  readonly planText?: readonly string[];
  /** What people will notice of the plan, as the text says it. */
  readonly notices?: readonly Notice[];
  readonly progress?: {
    readonly done: number;
    readonly steps: number;
    /** The step that was heard of last. */
    readonly step: string;
    /** How far long work within that step is: what it does in words, and 0 to 1. */
    readonly within?: { readonly what: string; readonly fraction: number };
  };
  /** Steps of the apply under way, or of the last one as long as it is broken off, by their ids; those that have not begun are left out. */
  readonly steps?: Readonly<Record<string, StepSign>>;
  /** The last apply did not come to its end; what the plan has is what is left of it. */
  readonly brokenOff?: BrokenOff;
  /** Something differs from what was applied, and may not stand so. */
  readonly drift: boolean;
  /** What differs, field by field. */
  readonly drifted?: readonly Drifted[];
  /** What may stand for a while, and what might and has not ended being different. */
  readonly exceptions?: readonly DriftException[];
  /** How the attestation gates stand, as far as it was told. */
  readonly gates: readonly GateStanding[];
  readonly resources: Readonly<Record<Address, ResourceState>>;
}

export interface PlatformState {
  /** Grows by one with every change; a client drops older ones. */
  readonly revision: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly gateways: readonly GatewayState[];
}

/** What a node on the canvas shows. */
export interface NodeState {
  readonly state: ResourceState;
  /** At most 24 characters. */
  readonly text: string;
}

/** What one VM does now, as people see it. */
export interface VmSight {
  /** Absent until the agent has answered once. */
  readonly label?: BackendLabel;
  /** `absent`: the gateway has no such VM. `unknown`: the gateway does not answer. */
  readonly power: 'running' | 'paused' | 'off' | 'absent' | 'unknown';
}

export interface AuditEntry {
  readonly atMs: number;
  readonly user: string;
  readonly action: 'deploy' | 'apply' | 'cancel' | 'rollback' | 'console' | 'power' | 'attest' | 'except';
  readonly gateway?: Name;
  readonly detail: string;
}

export interface ApplyCommand {
  readonly gateway: Name;
  readonly planHash: string;
  readonly onFailure: 'stop' | 'rollback';
}

export interface PlatformPort {
  /** Takes a deployed flow: compiles it and plans anew. Never throws for a faulty drawing; the state carries the findings. */
  load(flows: readonly unknown[], user: string): Promise<void>;
  state(): PlatformState;
  design(): Design | undefined;
  /** What the node with this Node-RED id (or subflow path) shows; `undefined` for a node that draws nothing. */
  nodeState(node: string): NodeState | undefined;
  /** Observes and plans anew, one gateway or all. */
  refresh(gateway?: Name): Promise<readonly Plan[]>;
  /** @throws GatewrightError GW_PLAN_STALE, GW_AGENT_BUSY, GW_DESIGN_INVALID, GW_GATEWAY_UNKNOWN */
  apply(command: ApplyCommand, user: string): Promise<ApplyResult>;
  cancel(gateway: Name, user: string): void;
  rollback(gateway: Name, user: string): Promise<ApplyResult>;
  /** Plans what a rollback would do now. @throws GatewrightError GW_GATEWAY_UNKNOWN, GW_GATEWAY_AWAY, and as `Agent.wayBack` says */
  wayBack(gateway: Name): Promise<Plan>;
  /**
   * Opens the console of a VM; who may type is noted in the audit, who only watches is not.
   * @param typist  name of the user who may type; absent = only watches, and `write` does nothing
   * @throws GatewrightError GW_GATEWAY_UNKNOWN, GW_GATEWAY_AWAY, GW_ADDRESS_UNKNOWN, GW_KIND_UNSUPPORTED
   */
  console(
    address: Address<'vm'>,
    typist: string | undefined,
    said: (bytes: Uint8Array) => void,
  ): Promise<ConsoleSession>;
  /** Switches a VM without a plan. @throws as {@link PlatformPort.console}, and GW_AGENT_BUSY */
  power(address: Address<'vm'>, action: PowerAction, user: string): Promise<void>;
  /**
   * Asks a device on a line, or says something on it, as a message of the flow does.
   * @param request  in the form of the line's protocol
   * @throws GatewrightError GW_GATEWAY_UNKNOWN, GW_GATEWAY_AWAY, and as `Agent.ask` says
   */
  ask(line: Address<'line'>, request: Uint8Array): Promise<Uint8Array>;
  /** Listens to a line. @throws GatewrightError GW_GATEWAY_UNKNOWN, GW_GATEWAY_AWAY, and as `Agent.tap` says */
  tap(line: Address<'line'>, heard: HeardFrames): Promise<LineTap>;
  /** Looks at all lines of a gateway. @throws GatewrightError GW_GATEWAY_UNKNOWN, GW_GATEWAY_AWAY, and as `Agent.traffic` says */
  traffic(gateway: Name, heard: HeardTraffic): Promise<LineTap>;
  /** Listens to a firewall of a network. @throws GatewrightError GW_GATEWAY_UNKNOWN, GW_GATEWAY_AWAY, and as `Agent.conversations` says */
  conversations(policy: Address<'policy'>, order: ConversationOrder, heard: HeardConversations): Promise<LineTap>;
  /** Listens to the card of a VM. @throws GatewrightError GW_GATEWAY_UNKNOWN, GW_GATEWAY_AWAY, and as `Agent.tapPort` says */
  tapPort(port: Address<'port'>, order: PortOrder, heard: HeardPortFrames): Promise<LineTap>;
  /**
   * Looks at a gateway: what is there now, with the counters of its firewalls.
   * @throws GatewrightError GW_GATEWAY_UNKNOWN, GW_GATEWAY_AWAY, and what keeps its agent from looking
   */
  observe(gateway: Name): Promise<Observed>;
  /**
   * Reads what the box of a gateway has, now.
   * @throws GatewrightError GW_GATEWAY_UNKNOWN, GW_GATEWAY_AWAY
   */
  probe(gateway: Name): Promise<BoxProfile>;
  /**
   * Whoever attests on a gateway; every decision is noted in the audit.
   * @param user  who asks, for those notes
   * @throws GatewrightError GW_GATEWAY_UNKNOWN, GW_GATEWAY_AWAY, GW_KIND_UNSUPPORTED
   */
  attestation(gateway: Name, user: string): Attestation;
  /**
   * Lets drift of a gateway stand until a date, or ends that; every decision is noted in the audit.
   * @param user  who decides
   * @throws GatewrightError GW_GATEWAY_UNKNOWN
   */
  excepting(gateway: Name, user: string): Excepting;
  /** Looks at one VM. Never rejects: what cannot be seen is a state. */
  sightOf(address: Address<'vm'>): Promise<VmSight>;
  audit(): readonly AuditEntry[];
  /** Calls back after every change of state, at most 10 times a second. */
  onState(listener: (state: PlatformState) => void): () => void;
  /** Calls back for every event of every agent. */
  onEvent(listener: (event: AgentEvent) => void): () => void;
  close(): Promise<void>;
}
