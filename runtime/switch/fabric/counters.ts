// What became of the frames of one port, and of a whole segment. Every received frame has one fate, so that a lost one can be
// found.

/** Why a frame was not forwarded. */
export const DROP_REASONS = [
  /** Shorter than an Ethernet header. */
  'runt',
  /** Larger than the segment carries. */
  'oversize',
  /** With a tag where none belongs, or without the one that does. */
  'tag',
  /** From a group address or from none. */
  'source',
  /** For the switch's own neighbours only [IEEE 802.1Q 8.6.3]: never forwarded. */
  'link-local',
  /** Refused by port security. */
  'refused',
  /** No receiver that the rules allow. */
  'filtered',
  /** The receiver is behind the same port, or there is no other port. */
  'nobody',
  /** Came back again and again while it was being sent. */
  'loop',
  /** The port is detached. */
  'detached',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/**
 * Whenever no frame is just being forwarded: `received` = `forwarded` + the sum of `drops`; and over a whole segment, which
 * keeps no frame, what came in is what went out: `received` + `copies` = `sent` + the sum of `drops`.
 */
export interface FrameCounters {
  received: number;
  /** Received frames that went to at least one other port. */
  forwarded: number;
  /** How often those went out beyond the first time, as what is for everybody does. */
  copies: number;
  /** Frames handed out of this port. */
  sent: number;
  readonly drops: Record<DropReason, number>;
}

export function newCounters(): FrameCounters {
  const drops = Object.fromEntries(DROP_REASONS.map(reason => [reason, 0])) as Record<DropReason, number>;
  return { received: 0, forwarded: 0, copies: 0, sent: 0, drops };
}
