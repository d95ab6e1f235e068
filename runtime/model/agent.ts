// What the platform and the CLI can ask of a gateway's agent, wherever it runs: in this process (simulated, embedded)
// or behind a unix socket. Two implementations: agent/agent.ts and agent/client.ts.

import type { Address, Name } from './address.ts';
import type { Attestation } from './attestation.ts';
import type { ConsoleSession, PowerAction } from './console.ts';
import type { ConversationOrder, HeardConversations } from './conversation.ts';
import type { GatewayDesign } from './design.ts';
import type { DriverFacts } from './driver.ts';
import type { AgentEvent, Outcome } from './events.ts';
import type { BackendLabel } from './gateway.ts';
import type { HeardTraffic } from './line-figures.ts';
import type { HeardFrames, LineTap } from './line-frame.ts';
import type { Observed } from './observed.ts';
import type { Plan } from './plan.ts';
import type { HeardPortFrames, PortOrder } from './port-frame.ts';

export const AGENT_PROTOCOL_VERSION = 1;
/** Of one request on a line: those of Modbus have at most 254, a message of a broker or a socket may be long. */
export const MOST_ASKED_BYTES = 64 * 1024;

export interface AgentInfo {
  readonly protocol: typeof AGENT_PROTOCOL_VERSION;
  readonly gateway: Name;
  /** Version of Gatewright the agent runs. */
  readonly version: string;
  readonly label: BackendLabel;
  readonly facts: readonly DriverFacts[];
  /** Names of the images that VMs can be made of, sorted; absent where VMs are made of none. */
  readonly images?: readonly string[];
  /** Last generation that was applied completely; 0 = none. */
  readonly generation: number;
  /** What the agent is doing now. */
  readonly busy: 'idle' | 'applying' | 'recovering';
}

export interface ApplyRequest {
  readonly design: GatewayDesign;
  /** Hash of the plan that was approved. The agent plans anew and refuses (GW_PLAN_STALE) when its hash differs. */
  readonly planHash: string;
  readonly onFailure: 'stop' | 'rollback';
}

export interface ApplyResult {
  readonly outcome: Outcome;
  /** The generation that is complete now. */
  readonly generation: number;
  readonly message: string;
}

export interface Agent {
  info(): Promise<AgentInfo>;
  observe(): Promise<Observed>;
  /**
   * Reads what the box has. Changes nothing.
   * @returns a `BoxProfile` of runtime/hardware, of which nouns know nothing: who wants to use it checks it with that
   */
  probe(): Promise<unknown>;
  /** Plans a design against what is observed now. Changes nothing. */
  plan(design: GatewayDesign): Promise<Plan>;
  /**
   * Applies. Events of the work are also sent to every watcher.
   * @param signal  aborting it cancels at the next safe point
   * @throws GatewrightError GW_PLAN_STALE, GW_AGENT_BUSY
   */
  apply(request: ApplyRequest, onEvent: (event: AgentEvent) => void, signal?: AbortSignal): Promise<ApplyResult>;
  /**
   * Plans what a rollback would do now, to the generation that would be complete then. Changes nothing, and is nothing to approve.
   * @throws GatewrightError GW_NO_EARLIER_GENERATION, GW_AGENT_BUSY
   */
  wayBack(): Promise<Plan>;
  /** Goes back to the generation before the last one. */
  rollback(onEvent: (event: AgentEvent) => void, signal?: AbortSignal): Promise<ApplyResult>;
  /** Plan that would bring the last applied generation back: empty = no drift. `undefined` before the first apply. */
  drift(): Promise<Plan | undefined>;
  /**
   * Opens the console of a VM.
   * @param said  called with what it said so far, then with whatever it says
   * @throws GatewrightError GW_ADDRESS_UNKNOWN, GW_KIND_UNSUPPORTED when the back end has no consoles
   */
  console(address: Address<'vm'>, said: (bytes: Uint8Array) => void): Promise<ConsoleSession>;
  /**
   * Switches a VM without a plan.
   * @throws GatewrightError GW_ADDRESS_UNKNOWN, GW_KIND_UNSUPPORTED, GW_AGENT_BUSY
   */
  power(address: Address<'vm'>, action: PowerAction): Promise<void>;
  /**
   * Asks a device on a line, or says something on it.
   * @param request  in the form of the line's protocol; at most {@link MOST_ASKED_BYTES}
   * @returns the answer, in the same form; empty where nobody answers
   * @throws GatewrightError GW_ADDRESS_UNKNOWN, GW_KIND_UNSUPPORTED, GW_LINE_MESSAGES, and what the protocol says
   */
  ask(line: Address<'line'>, request: Uint8Array): Promise<Uint8Array>;
  /** Listens to a line, and can neither hold it up nor change it. @throws GatewrightError GW_ADDRESS_UNKNOWN, GW_KIND_UNSUPPORTED */
  tap(line: Address<'line'>, heard: HeardFrames): Promise<LineTap>;
  /**
   * Looks at all lines of the gateway and all cards of its VMs at once, twice a second while somebody looks.
   * @throws GatewrightError GW_KIND_UNSUPPORTED where no driver has anything to see
   */
  traffic(heard: HeardTraffic): Promise<LineTap>;
  /**
   * Listens to who asks whom through one firewall of a network, and can neither hold it up nor change it.
   * @throws GatewrightError GW_ADDRESS_UNKNOWN, GW_KIND_UNSUPPORTED
   */
  conversations(policy: Address<'policy'>, order: ConversationOrder, heard: HeardConversations): Promise<LineTap>;
  /**
   * Listens to the card of a VM, and can neither hold it up nor change it.
   * @throws GatewrightError GW_ADDRESS_UNKNOWN, GW_KIND_UNSUPPORTED, GW_CAPTURES_FULL, GW_CAPTURE_TOOL_MISSING
   */
  tapPort(port: Address<'port'>, order: PortOrder, heard: HeardPortFrames): Promise<LineTap>;
  /**
   * Whoever attests on the gateway. Asking for it fails like everything else of an agent that is not awake.
   * @throws GatewrightError GW_KIND_UNSUPPORTED where nobody attests
   */
  readonly attestation: Attestation;
  /** Calls back for every event until stopped. */
  watch(listener: (event: AgentEvent) => void): () => void;
  close(): Promise<void>;
}
