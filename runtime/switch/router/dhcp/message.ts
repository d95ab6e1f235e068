// DHCP messages [RFC 2131, RFC 2132] as bytes: strictly read, plainly written. Options are read from their own field only, not
// from the fields of the boot file ("overload"), and no longer than the message. Knows nothing of leases.
import { putU16, putU32, putU48, u16, u32, u48 } from '../../packet/bytes.ts';

export const DHCP = { discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6, release: 7, inform: 8 } as const;
export const DHCP_PORT = { server: 67, client: 68 } as const;
export const OPTION = {
  mask: 1,
  router: 3,
  dns: 6,
  hostName: 12,
  mtu: 26,
  broadcast: 28,
  requestedIp: 50,
  leaseSeconds: 51,
  type: 53,
  server: 54,
  wanted: 55,
  renewSeconds: 58,
  rebindSeconds: 59,
} as const;

const COOKIE = 0x63825363;
const OPTIONS_AT = 240;
/** Shorter messages are padded: old clients and relays want that much [RFC 951]. */
const LEAST_BYTES = 300;
const END = 255;

/** What a client says. Addresses are unsigned numbers, 0 for none. */
export interface DhcpRequest {
  readonly type: number;
  readonly transaction: number;
  readonly seconds: number;
  /** The client cannot receive unicast before it has an address. */
  readonly broadcast: boolean;
  readonly clientIp: number;
  readonly mac: number;
  readonly requestedIp: number;
  readonly server: number;
  /** Options the client wants; absent when it does not say. */
  readonly wanted: readonly number[] | undefined;
}

/** @param bytes a frame  @param start of the UDP payload  @param end of it  @returns undefined when it is no sound request */
export function readRequest(bytes: Uint8Array, start: number, end: number): DhcpRequest | undefined {
  if (end - start < OPTIONS_AT || u32(bytes, start + 236) !== COOKIE) return undefined;
  // A request, over Ethernet, and not through a relay.
  if (u16(bytes, start) !== 0x0101 || bytes[start + 2] !== 6 || u32(bytes, start + 24) !== 0) return undefined;
  const options = readOptions(bytes, start + OPTIONS_AT, end);
  const type = options?.get(OPTION.type);
  if (options === undefined || type?.length !== 1) return undefined;
  const wanted = options.get(OPTION.wanted);
  return {
    type: type[0] as number,
    transaction: u32(bytes, start + 4),
    seconds: u16(bytes, start + 8),
    broadcast: (u16(bytes, start + 10) & 0x8000) !== 0,
    clientIp: u32(bytes, start + 12),
    mac: u48(bytes, start + 28),
    requestedIp: addressOf(options.get(OPTION.requestedIp)),
    server: addressOf(options.get(OPTION.server)),
    wanted: wanted === undefined ? undefined : [...wanted],
  };
}

/** The first of every option; `undefined` when one is longer than what is there. */
function readOptions(bytes: Uint8Array, start: number, end: number): Map<number, Uint8Array> | undefined {
  const options = new Map<number, Uint8Array>();
  for (let at = start; at < end; ) {
    const code = bytes[at] as number;
    if (code === END) return options;
    if (code === 0) {
      at += 1;
      continue;
    }
    const length = at + 1 < end ? (bytes[at + 1] as number) : 256;
    if (at + 2 + length > end) return undefined;
    if (!options.has(code)) options.set(code, bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return options;
}

function addressOf(value: Uint8Array | undefined): number {
  return value?.length === 4 ? u32(value, 0) : 0;
}

/** What the server says: a client's message, answered. */
export interface DhcpReply {
  readonly type: number;
  /** The client's address; 0 for none. */
  readonly yourIp: number;
  /** In the order they are sent, after type and server. */
  readonly options: readonly (readonly [code: number, value: Uint8Array])[];
}

/** Writes a reply. @param start of the UDP payload  @returns its length in bytes */
export function putReply(
  out: Uint8Array,
  start: number,
  request: DhcpRequest,
  server: number,
  { type, yourIp, options }: DhcpReply,
): number {
  out.fill(0, start, start + LEAST_BYTES);
  putU16(out, start, 0x0201);
  out[start + 2] = 6;
  putU32(out, start + 4, request.transaction);
  putU16(out, start + 10, request.broadcast ? 0x8000 : 0);
  putU32(out, start + 12, type === DHCP.nak ? 0 : request.clientIp);
  putU32(out, start + 16, yourIp);
  putU48(out, start + 28, request.mac);
  putU32(out, start + 236, COOKIE);
  let at = start + OPTIONS_AT;
  for (const [code, value] of [
    [OPTION.type, Uint8Array.of(type)],
    [OPTION.server, word(server)],
    ...options,
  ] as const) {
    out[at] = code;
    out[at + 1] = value.length;
    out.set(value, at + 2);
    at += 2 + value.length;
  }
  out[at] = END;
  return Math.max(LEAST_BYTES, at + 1 - start);
}

/** Four bytes of an option. */
export function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  putU32(bytes, 0, value);
  return bytes;
}
