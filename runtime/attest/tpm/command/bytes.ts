// Writes the big-endian structures of a TPM.

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** TPM2B_*: two bytes of size, then the bytes. */
export function sized(bytes: Uint8Array): Buffer {
  return Buffer.concat([u16(bytes.length), bytes]);
}
