// Why rules say what they say, over HTTP: whoever may read may ask. Nothing is sent, and no counter moves.
import { z } from 'zod';
import { MOST_FRAME_CHARACTERS } from '../explain/given-frame.ts';
import { MOST_PACKET_CHARACTERS } from '../explain/given-packet.ts';
import { AnyAddress, Name } from '../model/address.ts';
import type { AddRoute } from './add-route.ts';
import { askFrame, askPacket } from './asked-rules.ts';
import type { PlatformPort } from './platform-port.ts';
import { parseBody } from './router-requests.ts';

const Frame = z.strictObject({
  line: AnyAddress,
  end: AnyAddress,
  /** As in `LineFrame`: what comes onto the line at an end is said there. */
  direction: z.enum(['in', 'out']),
  frame: z.string().min(1).max(MOST_FRAME_CHARACTERS),
});

const Packet = z.strictObject({
  gateway: Name,
  packet: z.string().min(1).max(MOST_PACKET_CHARACTERS),
  from: AnyAddress.optional(),
  to: AnyAddress.optional(),
});

/**
 * Routes: POST /explain/frame {line, end, direction, frame} gives an `Asked<Explained>`, POST /explain/packet {gateway, packet,
 * from, to} an `Asked<ExplainedPacket[]>`.
 */
export function addExplaining(platform: PlatformPort, { post }: AddRoute): void {
  post('/explain/frame', 'gatewright.read', async request => {
    const { line, end, direction, frame } = parseBody(Frame, request);
    const way = direction === 'in' ? 'from-vm' : 'to-vm';
    return askFrame(platform, { line, end, way, frame });
  });
  post('/explain/packet', 'gatewright.read', async request => {
    const { gateway, packet, from, to } = parseBody(Packet, request);
    return askPacket(platform, gateway, packet, { from, to });
  });
}
