// How far a TCP connection is, from the flags that pass, and how long it is remembered then: the states and the time-outs of
// Linux's connection tracking [nf_conntrack_proto_tcp.c]. Sequence numbers are not looked at.

export const TCP = {
  none: 0,
  synSent: 1,
  synReceived: 2,
  established: 3,
  finWait: 4,
  closeWait: 5,
  lastAck: 6,
  timeWait: 7,
  closed: 8,
} as const;
/** What a packet leaves that fits no connection. */
export const TCP_INVALID = -1;

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
/** By state, in seconds. */
const SECONDS = [0, 120, 60, 432_000, 120, 60, 30, 120, 10];

/** How long a connection in a state is kept without a packet, in milliseconds. */
export function tcpTimeoutMs(state: number): number {
  return (SECONDS[state] ?? 0) * 1_000;
}

/**
 * The state after a packet.
 * @param reply the packet goes against the direction that started the connection  @returns TCP_INVALID when it fits none
 */
export function tcpAfter(state: number, reply: boolean, flags: number): number {
  if ((flags & RST) !== 0) return state === TCP.none || (flags & SYN) !== 0 ? TCP_INVALID : TCP.closed;
  if ((flags & SYN) !== 0) return (flags & FIN) !== 0 ? TCP_INVALID : afterSyn(state, reply, (flags & ACK) !== 0);
  if ((flags & FIN) !== 0) return afterFin(state);
  return (flags & ACK) !== 0 ? afterAck(state, reply) : TCP_INVALID;
}

function afterSyn(state: number, reply: boolean, acknowledged: boolean): number {
  if (acknowledged) {
    if (reply) return state === TCP.synSent ? TCP.synReceived : state;
    return TCP_INVALID;
  }
  if (reply) return TCP_INVALID;
  return state === TCP.none || state >= TCP.timeWait ? TCP.synSent : state;
}

function afterFin(state: number): number {
  if (state <= TCP.synSent) return TCP_INVALID;
  if (state <= TCP.established) return TCP.finWait;
  return state <= TCP.closeWait ? TCP.lastAck : state;
}

/** An ACK of a connection that is not known is taken for one that began before the leg did, as Linux does ("loose"). */
function afterAck(state: number, reply: boolean): number {
  if (state === TCP.none) return reply ? TCP_INVALID : TCP.established;
  if (state === TCP.synReceived) return reply ? state : TCP.established;
  if (state === TCP.finWait) return TCP.closeWait;
  return state === TCP.lastAck ? TCP.timeWait : state;
}
