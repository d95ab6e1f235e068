// Reads recordings in the pcapng format, ours and others', in pieces as they come from a file. What is no frame of a class of
// ours is left out and counted; what is no pcapng is refused. Holds at most one unfinished block.
import { Cutter } from '../cutter.ts';
import { type Direction, type RecordingEars, RecordingError, type RecordingReader } from '../recorded-frame.ts';
import { BLOCK, BLOCK_FRAME_BYTES, BYTE_ORDER_MAGIC, LINK_TYPE, type LinkType, OPTION, padded } from './blocks.ts';
import { fromLinkLayer, type LinkLayerFrame } from './link-layer.ts';

/** More than the largest frame that anybody records, comments included. */
const MOST_BLOCK_BYTES = 1024 * 1024;
const MOST_LINKS = 65_536;
const SECTION_HEAD_BYTES = 16;

/** By the lowest two bits of a packet's flags. */
const DIRECTIONS: readonly (Direction | undefined)[] = [undefined, 'from-device', 'to-device', undefined];

interface Interface {
  readonly name: string;
  /** `undefined`: a type of link that lanes have no class for. */
  readonly type: LinkType | undefined;
  /** Microseconds per unit of its times; a negative exponent of two or ten. */
  readonly micros: (units: bigint) => number;
}

export class PcapngReader implements RecordingReader {
  readonly #ears: RecordingEars;
  readonly #cutter = new Cutter({ length: bytes => this.#length(bytes), unit: block => this.#block(block) });
  #foreign = 0;
  #little = true;
  #begun = false;
  #interfaces: Interface[] = [];

  constructor(ears: RecordingEars) {
    this.#ears = ears;
  }

  get foreign(): number {
    return this.#foreign;
  }

  take(chunk: Uint8Array): void {
    this.#cutter.take(chunk);
  }

  end(): number {
    if (!this.#begun) throw this.#wrong('there is no pcapng recording in it');
    return this.#cutter.held;
  }

  /** Bytes of the next block; of its first words, while they are not there. */
  #length(bytes: Buffer): number {
    if (bytes.length < BLOCK_FRAME_BYTES) {
      if (!this.#begun && bytes.length >= 4) this.#order(bytes);
      return BLOCK_FRAME_BYTES;
    }
    this.#order(bytes);
    const length = this.#word(bytes, 4);
    if (length < BLOCK_FRAME_BYTES || length % 4 !== 0) throw this.#wrong(`a block cannot have ${length} bytes`);
    if (length > MOST_BLOCK_BYTES) throw this.#wrong(`a block of ${length} bytes is too large`);
    return length;
  }

  /** A section tells the order of its bytes; there must be one first. */
  #order(bytes: Buffer): void {
    if (bytes.readUInt32LE(0) !== BLOCK.section) {
      if (!this.#begun) throw this.#wrong('it does not begin as pcapng does');
      return;
    }
    if (bytes.length < BLOCK_FRAME_BYTES) return;
    this.#little = bytes.readUInt32LE(8) === BYTE_ORDER_MAGIC;
    if (!this.#little && bytes.readUInt32BE(8) !== BYTE_ORDER_MAGIC)
      throw this.#wrong('the order of bytes is not told');
    this.#begun = true;
  }

  #block(block: Buffer): void {
    const type = this.#word(block, 0);
    if (this.#word(block, block.length - 4) !== block.length) throw this.#wrong('the two lengths of a block differ');
    const body = block.subarray(8, -4);
    if (type === BLOCK.section) this.#section(body);
    else if (type === BLOCK.interface) this.#introduce(body);
    else if (type === BLOCK.packet) this.#packet(body);
    else if (type === BLOCK.statistics) this.#statistics(body);
    else if (type === BLOCK.simplePacket) this.#foreign += 1;
    // Anything else, as names of hosts and secrets, is for others.
  }

  #section(body: Buffer): void {
    if (body.length < SECTION_HEAD_BYTES) throw this.#wrong('the head of a section is cut off');
    const version = this.#half(body, 4);
    if (version !== 1) throw this.#wrong(`version ${version} of the format is not known`);
    this.#interfaces = [];
  }

  #introduce(body: Buffer): void {
    if (body.length < 8) throw this.#wrong('an interface is cut off');
    if (this.#interfaces.length === MOST_LINKS) throw this.#wrong(`there are more than ${MOST_LINKS} interfaces`);
    const options = this.#options(body.subarray(8));
    const type = this.#half(body, 0);
    const { name, resolution, offset } = OPTION.interface;
    const named = options.get(name)?.toString('utf8').replace(/\0.*$/s, '') ?? '';
    const known = Object.values(LINK_TYPE).find(each => each === type);
    const skip = options.get(offset);
    this.#interfaces.push({
      name: named === '' ? `link-${this.#interfaces.length}` : named,
      type: known,
      micros: microsBy(options.get(resolution)?.[0] ?? 6, skip?.length === 8 ? this.#long(skip, 0) : 0n),
    });
  }

  #packet(body: Buffer): void {
    if (body.length < 20) throw this.#wrong('a packet is cut off');
    const from = this.#interfaces[this.#word(body, 0)];
    if (from === undefined)
      throw this.#wrong(`a packet is of interface ${this.#word(body, 0)}, which is not introduced`);
    const captured = this.#word(body, 12);
    const end = 20 + padded(captured);
    if (captured > body.length || end > body.length) throw this.#wrong('a packet is longer than its block');
    const flags = this.#options(body.subarray(end)).get(OPTION.packet.flags);
    const direction = flags?.length === 4 ? this.#word(flags, 0) & 3 : 0;
    const units = (BigInt(this.#word(body, 4)) << 32n) + BigInt(this.#word(body, 8));
    const length = this.#word(body, 16);
    const isWhole = captured === length;
    const isWanted = isWhole || (this.#ears.cutOff === true && from.type === LINK_TYPE.ethernet);
    const read =
      from.type === undefined || !isWanted ? undefined : fromLinkLayer(from.type, body.subarray(20, 20 + captured));
    if (read === undefined) this.#foreign += 1;
    else this.#deliver(from, from.micros(units), DIRECTIONS[direction], read, isWhole ? undefined : length);
  }

  #deliver(
    { name: link }: Interface,
    time: number,
    direction: Direction | undefined,
    read: LinkLayerFrame,
    length: number | undefined,
  ): void {
    const { frameClass, bytes } = read;
    this.#ears.frame({
      ...{ time, link, class: frameClass, ...(direction === undefined ? {} : { direction }) },
      bytes: Uint8Array.from(bytes),
      ...(length === undefined ? {} : { length }),
    });
  }

  #statistics(body: Buffer): void {
    const from = body.length < 12 ? undefined : this.#interfaces[this.#word(body, 0)];
    if (from === undefined) throw this.#wrong('figures of an interface that is not introduced');
    const options = this.#options(body.subarray(12));
    const figure = (number: number) => {
      const value = options.get(number);
      return value?.length === 8 ? Number(this.#long(value, 0)) : 0;
    };
    const lost = figure(OPTION.statistics.lost);
    const recorded = Math.max(0, figure(OPTION.statistics.received) - lost);
    this.#ears.figures?.({ link: from.name, recorded, lost });
  }

  #options(bytes: Buffer): ReadonlyMap<number, Buffer> {
    const options = new Map<number, Buffer>();
    for (let at = 0; at + 4 <= bytes.length; ) {
      const [number, length] = [this.#half(bytes, at), this.#half(bytes, at + 2)];
      if (number === OPTION.end) break;
      if (at + 4 + length > bytes.length) throw this.#wrong('an option is longer than its block');
      // The first of several of a number counts.
      if (!options.has(number)) options.set(number, bytes.subarray(at + 4, at + 4 + length));
      at += 4 + padded(length);
    }
    return options;
  }

  #half(bytes: Buffer, at: number): number {
    return this.#little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  }

  #word(bytes: Buffer, at: number): number {
    return this.#little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }

  #long(bytes: Buffer, at: number): bigint {
    return this.#little ? bytes.readBigInt64LE(at) : bytes.readBigInt64BE(at);
  }

  #wrong(why: string): RecordingError {
    return new RecordingError(`byte ${this.#cutter.at} of the recording: ${why}`);
  }
}

/** @param resolution  exponent of ten, or with the highest bit of two @param offset  seconds that all times lack */
function microsBy(resolution: number, offset: bigint): (units: bigint) => number {
  const perSecond = resolution < 128 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution - 128);
  return units => Number(((units + offset * perSecond) * 1_000_000n) / perSecond);
}
