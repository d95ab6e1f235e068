// The contract between the agent and a back end. Adding a driver is adding one folder under drivers/.
import type { Address, Kind } from './address.ts';
import type { Attestation, GateStanding } from './attestation.ts';
import type { Compute } from './compute.ts';
import type { ConsoleLine, PowerAction } from './console.ts';
import type { ConversationOrder, HeardConversations } from './conversation.ts';
import type { BackendLabel, GatewaySpec } from './gateway.ts';
import type { Spec } from './kind.ts';
import type { HeardTraffic } from './line-figures.ts';
import type { HeardFrames } from './line-frame.ts';
import type { ObservedResource } from './observed.ts';
import type { FieldChange } from './plan.ts';
import type { PortFigures } from './port-figures.ts';
import type { HeardPortFrames, PortOrder } from './port-frame.ts';
import type { Resource } from './resource.ts';

/** How a changed field is brought about: in place, or by restarting what holds it. Fields not listed need a replace. */
export type Mutability = 'live' | 'restart';

/** What a driver can do, as data: the planner reads this and nothing else of a driver. */
export interface DriverFacts<K extends Kind = Kind> {
  readonly kind: K;
  /** Product name of the driver, for example `libvirt`. */
  readonly driver: string;
  readonly label: BackendLabel;
  /** Why this one, in words, where a back end has several ways. */
  readonly because?: string;
  /** By top-level field of the spec. */
  readonly mutable: Readonly<Partial<Record<keyof Spec<K> & string, Mutability>>>;
  /** Whether `was` can be honoured without replacing. */
  readonly renames: boolean;
  /** Kinds among `needs` whose replacement forces a replacement of this one. */
  readonly rebuildWith: readonly Kind[];
  /** Rough seconds of each action, for the forecast of outages. */
  readonly seconds: Readonly<Record<'create' | 'update' | 'restart' | 'remove', number>>;
  /** Rolling back cannot restore what `remove` destroys. */
  readonly losesState: boolean;
  /**
   * Features of the kind this driver lacks on this host, in words (`vlan: this kernel has no 802.1Q`). A feature is the
   * name of a field that is switched on (`dhcp`, `log`), the value of a choice (`vlan`, `overlay`), or `*` = the whole kind.
   */
  readonly lacks: Readonly<Record<string, string>>;
  /** The most that a field of the spec may be (a number) or hold (a list), by its name. */
  readonly limits?: Readonly<Record<string, DriverLimit>>;
  /** What the box has for VMs that want processors and memory of their own; absent = nothing is known of it. */
  readonly compute?: Compute;
}

export interface DriverLimit {
  readonly most: number;
  /** In words: `the emulated PC has one processor`. */
  readonly why: string;
}

/** What a handle needs to do one thing. */
export interface StepContext {
  /** Written into the tag of whatever the step creates or changes. */
  readonly generation: number;
  /** Aborted on cancel and on time-out. A handle stops at the next safe point; half-made work is repaired later. */
  readonly signal: AbortSignal;
  readonly progress?: Progress;
}

/**
 * Tells how far long work is, for people to see.
 * @param what      the work in words, "starts the guest once to keep its memory"
 * @param fraction  0 to 1
 */
export type Progress = (what: string, fraction: number) => void;

/**
 * One connection to a back end for one kind on one gateway. Every method is idempotent: `create` of what exists makes it
 * equal to the spec, `remove` of what is absent succeeds. `observe` never writes. Nothing without our tag is touched.
 */
export interface Handle<K extends Kind = Kind> {
  /** All resources of this kind that carry this gateway's tag, half-made ones included. */
  observe(signal?: AbortSignal): Promise<readonly ObservedResource<K>[]>;
  create(resource: Resource<K>, context: StepContext): Promise<void>;
  /**
   * Makes what exists equal to the spec.
   * @param changes  what differs; `restart` fields may restart the resource
   * @param was      present when the resource is renamed: find it by this address
   */
  update(resource: Resource<K>, changes: readonly FieldChange[], context: StepContext, was?: Address<K>): Promise<void>;
  remove(address: Address<K>, context: StepContext): Promise<void>;
  /** Calls back whenever the real system says that something may have changed. Returns how to stop. */
  watch?(changed: () => void): () => void;
  /** The console of a VM that is there; `undefined` when there is none of that address. */
  console?(address: Address<K>): Promise<ConsoleLine | undefined> | ConsoleLine | undefined;
  /** Switches a VM. It is drift when that is not what the design says. @throws GatewrightError GW_ADDRESS_UNKNOWN */
  power?(address: Address<K>, action: PowerAction): Promise<void>;
  /**
   * Asks a device on a line, or says something on it, for messages of the flow.
   * @param request  in the form of the line's protocol
   * @returns the answer, in the same form; empty where nobody answers
   * @throws GatewrightError GW_ADDRESS_UNKNOWN, GW_LINE_MESSAGES, and what the protocol says
   */
  ask?(address: Address<K>, request: Uint8Array): Promise<Uint8Array>;
  /**
   * Listens to a line.
   * @param ended  called when the line has gone
   * @returns how to stop
   * @throws GatewrightError GW_ADDRESS_UNKNOWN
   */
  tap?(address: Address<K>, heard: HeardFrames, ended: () => void): Promise<() => void>;
  /**
   * Looks at all lines at once, twice a second.
   * @param ended  called when there is nothing more to see
   * @returns how to stop
   */
  traffic?(heard: HeardTraffic, ended: () => void): () => void;
  /**
   * Listens to who asks whom through one firewall of a policy. Packets do not wait for it, and nothing of what they hold is told. Of
   * kind `policy` only.
   * @param ended  called when the policy has gone, or can be listened to no more
   * @returns how to stop
   * @throws GatewrightError GW_ADDRESS_UNKNOWN when no such firewall is there
   */
  conversations?(
    policy: Address<'policy'>,
    order: ConversationOrder,
    heard: HeardConversations,
    ended: () => void,
  ): Promise<() => void>;
  /**
   * Listens to the card of a VM, on the VM's side of all rules. Frames do not wait for it. Of kind `port` only.
   * @param ended  called when the port has gone, or can be listened to no more
   * @returns how to stop; what is left is told before it returns
   * @throws GatewrightError GW_ADDRESS_UNKNOWN when the port is not there, GW_CAPTURE_TOOL_MISSING
   */
  tapPort?(port: Address<'port'>, order: PortOrder, heard: HeardPortFrames, ended: () => void): Promise<() => void>;
  /**
   * What was counted so far at all cards of VMs, those left out of which nothing is known now. Asked twice a second while somebody looks, so it
   * reads what is counted anyway, and starts no program each time. Of kind `port` only.
   */
  portFigures?(): Promise<readonly PortFigures[]> | readonly PortFigures[];
  /**
   * Opens whatever of this kind waits for a gate, for so long from now; without another call it closes by itself then, even
   * when this process has died. Closed is what waits and was not opened yet, also after a new start. Idempotent.
   * @param forMs  0 = closes it at once
   */
  openGate?(gate: Address<'gate'>, forMs: number): Promise<void>;
  /** How the gates of this gateway stand: called at once, then at every change and every proof. Of kind `gate` only. */
  gates?(heard: (standings: readonly GateStanding[]) => void): () => void;
  /** A VM was made anew, renamed or removed, as a plan said: what had its address has proven nothing. Of kind `gate` only. */
  vmGone?(vm: Address<'vm'>): Promise<void>;
  /** What can be asked of whoever attests. Of kind `gate` only. */
  readonly attestation?: Attestation;
  /** Names of the images that VMs can be made of here, now, sorted; they are not looked into. Of kind `vm` only. */
  images?(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What a driver is connected with: the world as it may use it. */
export interface DriverWorld<H> {
  /** Port to the operating system; see host/host.ts. */
  readonly host: H;
  readonly gateway: GatewaySpec;
  /** Folder for the driver's own files (leases, images), created by the agent. Never the only place where ownership is kept. */
  readonly stateDirectory: string;
  /** Folder in which drivers of one gateway meet, such as at the sockets of its VMs; default {@link stateDirectory}. */
  readonly sharedDirectory?: string;
  readonly now: () => number;
  /** Settings of the agent's start, for example `libvirtSocket`. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface Driver<K extends Kind = Kind, H = unknown> {
  readonly kind: K;
  readonly name: string;
  /** Probes the host and opens a handle. Throws GatewrightError when the back end cannot be used at all. */
  connect(world: DriverWorld<H>): Promise<{ readonly facts: DriverFacts<K>; readonly handle: Handle<K> }>;
}
