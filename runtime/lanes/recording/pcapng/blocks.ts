// Numbers of the pcapng format [draft-ietf-opsawg-pcapng] that we write and read.

export const BLOCK = { section: 0x0a0d0d0a, interface: 1, simplePacket: 3, statistics: 5, packet: 6 } as const;
/** First word in a section: tells the order of its bytes. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Options are numbered per block. */
export const OPTION = {
  end: 0,
  section: { application: 4 },
  interface: { name: 2, description: 3, resolution: 9, offset: 14 },
  packet: { comment: 1, flags: 2 },
  statistics: { received: 4, lost: 5 },
} as const;

/** Bits of a packet's flags. */
export const INBOUND = 1;
export const OUTBOUND = 2;

/** Types of links [tcpdump.org/linktypes.html]. */
export const LINK_TYPE = {
  ethernet: 1,
  rawIp: 101,
  cooked: 113,
  socketCan: 227,
  upperPdu: 252,
  cookedNew: 276,
} as const;
export type LinkType = (typeof LINK_TYPE)[keyof typeof LINK_TYPE];

/** Type and length before a block's contents, length behind them. */
export const BLOCK_FRAME_BYTES = 12;

/** Blocks and options end at a multiple of four. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
