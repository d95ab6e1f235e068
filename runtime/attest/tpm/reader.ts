// Reads the big-endian structures of a TPM strictly: nothing beyond the end, nothing left over. Clauses are named by the
// titles of the TPM 2.0 Library specification, Part 2 (Structures), because their numbers differ between revisions.
import { GatewrightError } from '../../model/errors.ts';

/** @returns what is thrown for bytes that no TPM makes */
export function malformed(structure: string, fact: string): GatewrightError {
  return new GatewrightError('GW_ATTEST_MALFORMED', `${structure} ${fact}`);
}

export class Reader {
  readonly #bytes: Buffer;
  readonly #structure: string;
  #at = 0;

  /** @param structure  name of the specification, for messages */
  constructor(bytes: Uint8Array, structure: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#structure = structure;
  }

  /** Bytes that were read. */
  get at(): number {
    return this.#at;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The given number of bytes, not copied. @throws GatewrightError GW_ATTEST_MALFORMED, as everything here */
  take(length: number): Buffer {
    if (length > this.left) throw malformed(this.#structure, `ends early: ${length - this.left} bytes are missing`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u8(): number {
    return this.take(1).readUInt8();
  }

  u16(): number {
    return this.take(2).readUInt16BE();
  }

  u32(): number {
    return this.take(4).readUInt32BE();
  }

  u64(): bigint {
    return this.take(8).readBigUInt64BE();
  }

  /** TPM2B_*: two bytes of size, then so many bytes. @param most  size of the buffer in the specification */
  sized(most: number): Buffer {
    const length = this.u16();
    if (length > most) throw malformed(this.#structure, `has a buffer of ${length} bytes where ${most} are the most`);
    return this.take(length);
  }

  /** TPMI_YES_NO: 0 or 1. */
  yesNo(): boolean {
    const value = this.u8();
    if (value > 1) throw malformed(this.#structure, `says ${value} where only yes or no can stand`);
    return value === 1;
  }

  /** @throws when something is left over */
  end(): void {
    if (this.left > 0) throw malformed(this.#structure, `has ${this.left} bytes too many`);
  }
}
