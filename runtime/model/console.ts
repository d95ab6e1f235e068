// A VM's serial console as the platform hands it to people: bytes both ways, and what was said before anybody looked.

/** Most bytes of a console that are kept for somebody who looks later. */
export const CONSOLE_HISTORY_BYTES = 256 * 1024;

/** Lives as long as its VM is there, across power cycles. */
export interface ConsoleLine {
  /** What it said so far, oldest first, at most {@link CONSOLE_HISTORY_BYTES}. */
  history(): Uint8Array;
  /** Calls back for whatever it says from now on. Returns how to stop. */
  listen(said: (bytes: Uint8Array) => void): () => void;
  /** Types. Bytes for a VM that is off are lost, as on an unplugged line. */
  write(bytes: Uint8Array): void;
}

/** Most bytes that are typed at once; a paste is longer and comes in pieces. */
export const MOST_TYPED_BYTES = 4096;

/** One person's hold on a console. */
export interface ConsoleSession {
  /** Types, at most {@link MOST_TYPED_BYTES} at once. @throws GatewrightError GW_AGENT_REQUEST when it is more */
  write(bytes: Uint8Array): void;
  /** Resolves when nothing more will be heard: it was closed, or the agent is gone. Never rejects. */
  readonly ended: Promise<void>;
  close(): void;
}

/** What a person may do to a running VM without a plan: nothing of it outlives the next apply. */
export const POWER_ACTIONS = ['start', 'stop', 'pause', 'resume', 'reset'] as const;
export type PowerAction = (typeof POWER_ACTIONS)[number];
