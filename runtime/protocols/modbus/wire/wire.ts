// One open way to a device: a stream of bytes, and how to give it back. What opens it is injected into the line.
import type { Duplex } from 'node:stream';
import type { Held, OpenHeld } from '../../../host/kept-open.ts';

export interface Wire extends Held {
  /** Carries the bytes. */
  readonly stream: Duplex;
}

/** Opens a way. @throws GatewrightError GW_MODBUS_LINE_DOWN when there is none now */
export type OpenWire = OpenHeld<Wire>;

/**
 * A wire over a stream that is open.
 * @param lost   is told when the stream has ended, by itself or by an error
 * @param close  frees what is under the stream
 */
export function streamWire(stream: Duplex, lost: (why: unknown) => void, close: () => Promise<void>): Wire {
  const gone = (why?: unknown) => lost(why instanceof Error ? why : new Error('the other end is gone'));
  // Not `once`: an error without a listener would end the process, and one may follow another.
  stream.on('error', gone);
  stream.once('end', gone);
  stream.once('close', gone);
  return { stream, close };
}
