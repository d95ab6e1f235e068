// The life of a TCP connection as Linux's connection tracking sees it [nf_conntrack_proto_tcp.c]: which packet leads from
// which state to which. Sequence numbers are not followed.

const FLAG = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;

export const TCP = { none: 0, synSent: 1, synReceived: 2, established: 3, timeWait: 7, close: 8, synSent2: 9 } as const;
/** The packet fits no connection in this state. */
export const INVALID = -1;
/** The packet passes and changes nothing; its far end decides. */
export const IGNORED = -2;

/** Seconds a connection in a state is kept without a packet. */
export const TCP_SECONDS = [0, 120, 60, 432_000, 120, 60, 30, 120, 10, 120] as const;
/** The same for a connection picked up in its middle, until both ends were heard. */
export const UNACKNOWLEDGED_SECONDS = 300;

const IV = INVALID;
const IG = IGNORED;
const NEVER = [IV, IV, IV, IV, IV, IV, IV, IV, IV, IV] as const;
const CLOSED = [IV, 8, 8, 8, 8, 8, 8, 8, 8, 8] as const;
const FIN = [IV, IV, 4, 4, 6, 6, 6, 7, 8, IV] as const;

/** By kind of packet (SYN, SYN+ACK, FIN, ACK, RST, none of these), then by state. */
const REQUEST = [
  [1, 1, IG, IG, IG, IG, IG, 1, 1, 9],
  [IV, IV, 2, IV, IV, IV, IV, IV, IV, 2],
  FIN,
  [3, IV, 3, 3, 5, 5, 7, 7, 8, IV],
  CLOSED,
  NEVER,
] as const;
const REPLY = [
  [IV, 9, IV, IV, IV, IV, IV, 1, IV, 9],
  [IV, 2, IG, IG, IG, IG, IG, IG, IG, 2],
  FIN,
  [IV, IG, 2, 3, 5, 5, 7, 7, 8, IG],
  CLOSED,
  NEVER,
] as const;

/** State after a packet, `INVALID` or `IGNORED`. @param state  of the connection, `TCP.none` for none */
export function nextState(state: number, flags: number, reply: boolean): number {
  const row = (reply ? REPLY : REQUEST)[kindOf(flags)];
  return row?.[state] ?? INVALID;
}

export function resets(flags: number): boolean {
  return (flags & FLAG.rst) !== 0;
}

/** No packet has these together [tcp_valid_flags in Linux]: PSH and URG aside, they are SYN, SYN+ACK, RST, RST+ACK, FIN+ACK, ACK. */
export function hasSoundFlags(flags: number): boolean {
  const main = flags & (FLAG.fin | FLAG.syn | FLAG.rst | FLAG.ack);
  return main === 2 || main === 18 || main === 4 || main === 20 || main === 17 || main === 16;
}

function kindOf(flags: number): number {
  if ((flags & FLAG.rst) !== 0) return 4;
  if ((flags & FLAG.syn) !== 0) return (flags & FLAG.ack) !== 0 ? 1 : 0;
  if ((flags & FLAG.fin) !== 0) return 2;
  return (flags & FLAG.ack) !== 0 ? 3 : 5;
}
