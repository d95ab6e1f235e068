// Reading and writing numbers of two bytes, high byte first [4.2], and single bits, low bit first [6.1].

/** Callers check lengths first; beyond the end nothing is thrown, and the value is not a number. */
export function u8(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

export function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

export function putU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

/** Whether a bit is set, counted from the low bit of the byte at `at`. */
export function bitAt(bytes: Uint8Array, at: number, index: number): boolean {
  return (((bytes[at + (index >> 3)] as number) >> (index & 7)) & 1) === 1;
}

/** Packs bits into bytes; the rest of the last byte is zero [6.11]. */
export function packBits(bits: readonly boolean[], into: Uint8Array, at: number): void {
  into.fill(0, at, at + ((bits.length + 7) >> 3));
  for (let index = 0; index < bits.length; index += 1)
    if (bits[index] === true) into[at + (index >> 3)] = (into[at + (index >> 3)] as number) | (1 << (index & 7));
}

/** The first `quantity` bits of what stands at `at`. */
export function unpackBits(bytes: Uint8Array, at: number, quantity: number): boolean[] {
  return Array.from({ length: quantity }, (_, index) => bitAt(bytes, at, index));
}

/** `quantity` registers of what stands at `at`. */
export function unpackRegisters(bytes: Uint8Array, at: number, quantity: number): number[] {
  return Array.from({ length: quantity }, (_, index) => u16(bytes, at + 2 * index));
}

export function packRegisters(values: readonly number[], into: Uint8Array, at: number): void {
  for (let index = 0; index < values.length; index += 1) putU16(into, at + 2 * index, values[index] as number);
}
