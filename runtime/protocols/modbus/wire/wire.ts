// One open way to a device: a stream of bytes, and how to give it back. What opens it is injected into the line.
import type { Duplex } from 'node:stream';

export interface Wire {
  /** Carries the bytes. Its `end`, `close` or `error` means that the way is gone. */
  readonly stream: Duplex;
  /** Frees the port or the connection, whatever state it is in. Resolves when it is free. Never rejects. */
  close(): Promise<void>;
}

/** Opens a way. @throws GatewrightError GW_MODBUS_LINE_DOWN when there is none now */
export type OpenWire = () => Promise<Wire>;
