// External Data Representation (RFC 4506), the parts libvirt's protocol uses. Reads strictly: what is short, padded with
// anything but zeros, over its bound or left over is refused. Knows nothing of libvirt's calls.
import { GatewrightError } from '../../../model/errors.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Builds the arguments of one call. */
export class XdrWriter {
  readonly #parts: Buffer[] = [];

  /** Signed 32-bit number [RFC 4506 4.1]. */
  int(value: number): this {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    this.#parts.push(part);
    return this;
  }

  /** Unsigned 32-bit number [RFC 4506 4.2]. */
  uint(value: number): this {
    const part = Buffer.alloc(4);
    part.writeUInt32BE(value);
    this.#parts.push(part);
    return this;
  }

  /** Bytes of a length both sides know, padded to four [RFC 4506 4.9]. */
  opaque(bytes: Uint8Array): this {
    this.#parts.push(Buffer.from(bytes), Buffer.alloc(-bytes.length & 3));
    return this;
  }

  /** [RFC 4506 4.11] */
  string(text: string): this {
    const bytes = Buffer.from(text, 'utf8');
    return this.uint(bytes.length).opaque(bytes);
  }

  /** Optional data: a flag, then the string if there is one [RFC 4506 4.19]. */
  optionalString(text: string | undefined): this {
    return text === undefined ? this.uint(0) : this.uint(1).string(text);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** Reads a reply; every method throws GW_HOST_UNEXPECTED when the bytes do not fit. */
export class XdrReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int(): number {
    return this.#take(4).readInt32BE();
  }

  uint(): number {
    return this.#take(4).readUInt32BE();
  }

  /** Unsigned 64-bit number [RFC 4506 4.5]. */
  hyper(): bigint {
    return this.#take(8).readBigUInt64BE();
  }

  opaque(length: number): Buffer {
    const bytes = Buffer.from(this.#take(length));
    if (this.#take(-length & 3).some(byte => byte !== 0)) throw unexpected('padding that is not zero');
    return bytes;
  }

  /** @param maxBytes  bound of this string in the protocol */
  string(maxBytes: number): string {
    const length = this.uint();
    if (length > maxBytes) throw unexpected(`a string of ${length} bytes where ${maxBytes} are allowed`);
    const bytes = this.opaque(length);
    try {
      return UTF8.decode(bytes);
    } catch (cause) {
      throw unexpected('a string that is not UTF-8', cause);
    }
  }

  optional<T>(read: (reader: XdrReader) => T): T | undefined {
    const flag = this.uint();
    if (flag > 1) throw unexpected(`the flag ${flag} where 0 or 1 is allowed`);
    return flag === 1 ? read(this) : undefined;
  }

  /** Variable-length array [RFC 4506 4.13]. @param maxItems  bound of this array in the protocol */
  array<T>(maxItems: number, read: (reader: XdrReader) => T): T[] {
    const length = this.uint();
    if (length > maxItems) throw unexpected(`a list of ${length} items where ${maxItems} are allowed`);
    // Grows item by item, so that a lying length ends at the end of the bytes and reserves nothing.
    const items: T[] = [];
    while (items.length < length) items.push(read(this));
    return items;
  }

  /** Everything must have been read. */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw unexpected(`${left} bytes more than the reply has fields for`);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw unexpected('a reply that ends too early');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}

function unexpected(what: string, cause?: unknown): GatewrightError {
  return new GatewrightError('GW_HOST_UNEXPECTED', `libvirt sent ${what}; check that its version is supported`, {
    cause,
  });
}
