// What became of the frames that reached a leg. Every frame has exactly one fate, so the numbers always add up.

/** The fates of a frame; all but the first five are drops, named by their reason. */
export const FATES = [
  'forwarded',
  /** Sent on once the next hop's MAC address is known. */
  'waiting',
  /** Answered by the leg itself: ARP, ping, DHCP, an ICMP error. */
  'answered',
  /** Read by the leg, and nothing had to be said. */
  'taken',
  /** Kept until the rest of its packet is there; the packet's fate is that of the last fragment. */
  'fragment',
  /** For another MAC address, or no protocol that is routed. */
  'notForUs',
  /** A header that contradicts itself, or a checksum that is wrong. */
  'malformed',
  /** An address that no packet on a network may have, or a source that does not live on this side. */
  'martian',
  /** Nothing that the leg lets through. */
  'refused',
  /** Belongs to no connection and cannot start one. */
  'invalid',
  'noRoute',
  /** Nobody answered for the next hop. */
  'unreachable',
  'expired',
  'tooBig',
  /** More pings or errors than the leg answers. */
  'limited',
  /** A table is full. */
  'full',
  /** A frame caused a frame, which caused a frame, and so on. */
  'nested',
] as const;
export type Fate = (typeof FATES)[number];

/** How many frames met each fate. */
export type Fates = Record<Fate, number>;

/** All at zero. */
export function noFates(): Fates {
  return Object.fromEntries(FATES.map(fate => [fate, 0])) as Fates;
}
