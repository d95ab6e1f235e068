// Asks the platform why a frame or a packet passes the rules or does not.
import type { Address } from '../../runtime/model/address.ts';
import type { Asked, Explained, ExplainedPacket } from '../../runtime/model/explained.ts';
import { request, SOON_MS } from '../client.ts';

export interface FrameAsked {
  readonly line: Address;
  readonly end: string;
  readonly direction: 'in' | 'out';
  /** Bytes in hex, the payload of a message, or a text of its protocol. */
  readonly frame: string;
}

/** @throws RequestRefused */
export function askFrame(asked: FrameAsked): Promise<Asked<Explained>> {
  return request('POST', 'explain/frame', SOON_MS, asked) as Promise<Asked<Explained>>;
}

/** @throws RequestRefused */
export function askPacket(gateway: string, packet: string): Promise<Asked<readonly ExplainedPacket[]>> {
  return request('POST', 'explain/packet', SOON_MS, { gateway, packet }) as Promise<Asked<readonly ExplainedPacket[]>>;
}
