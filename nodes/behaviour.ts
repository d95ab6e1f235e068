// What a node of role `message` does when Node-RED runs it. Knows nothing of Node-RED's own objects.
import type { PlatformPort } from '../runtime/platform/platform-port.ts';
import type { RuntimeConfig, RuntimeMessage, RuntimeStatus } from './runtime-api.ts';

/** What a behaviour may use. */
export interface BehaviourWorld {
  readonly config: RuntimeConfig;
  readonly platform: PlatformPort;
  /** Name of the gateway the field `gateway` refers to; `undefined` = all of them. */
  readonly gateway: string | undefined;
  /** Who an apply by this node is done by, for the audit. */
  readonly user: string;
  /** Whether the first output of a design node is wired to nodes that are not ours. Known once all nodes are made. */
  tapped(): boolean;
  status(status: RuntimeStatus): void;
  send(message: RuntimeMessage): void;
}

export interface Behaviour {
  /**
   * Answers one message.
   * @returns the message to send on; `undefined` = none
   * @throws anything; a Catch node receives it with the message
   */
  input?(message: RuntimeMessage): Promise<RuntimeMessage | undefined>;
  close?(): void;
}

export type StartBehaviour = (world: BehaviourWorld) => Behaviour;

/** Marks a message that only tells what went over a link. Our own nodes at the same output pass it over. */
export function tapped(line: string): RuntimeMessage {
  return { gatewright: { tap: line } };
}

export function isTapped({ gatewright }: RuntimeMessage): boolean {
  return typeof gatewright === 'object' && gatewright !== null && 'tap' in gatewright;
}
