// The checksum of a serial frame: CRC-16, polynomial 0xA001 reflected, start 0xFFFF, low byte first on the line
// [SL 2.5.1.2, SL 6.2].

const TABLE = Uint16Array.from({ length: 256 }, (_, value) => {
  let crc = value;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0xa001;
  return crc;
});

/** What a CRC starts from. */
export const CRC_START = 0xffff;

/** One byte more. */
export function crcStep(crc: number, byte: number): number {
  return (TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >> 8);
}

/** CRC of the bytes from `start` to before `end`. Over a frame with its own CRC it is 0. */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = CRC_START;
  for (let at = start; at < end; at += 1) crc = crcStep(crc, bytes[at] as number);
  return crc;
}
