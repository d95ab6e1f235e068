// What both ends of a WebSocket link are to the rest of the gateway.
import type { KeptState } from '../../host/kept-open.ts';
import type { WebSocketCounters } from './counters.ts';

export interface WebSocketEvents {
  /** @param frame  the receiver's to keep */
  readonly received: (frame: Uint8Array) => void;
  /** The other end is there, or one more of them. */
  readonly opened?: () => void;
  /** It is gone, or could not be reached; tried again by itself. @param why  for people */
  readonly down?: (why: unknown) => void;
}

export interface WebSocketLink {
  readonly counters: Readonly<WebSocketCounters>;
  /** Of the connection for a client, of the port for a server. */
  readonly state: KeptState;
  /** Connects or listens. Only once. */
  start(): void;
  /** Sends to the other end, a server to all of them. @param frame  copied @returns false when anybody did not get it */
  send(frame: Uint8Array): boolean;
  /** Reads no more, so that the other end is held back. */
  pause(): void;
  resume(): void;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}
