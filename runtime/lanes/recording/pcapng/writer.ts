// Writes recordings in the pcapng format [draft-ietf-opsawg-pcapng]: one section, an interface per link, and at the end what each
// link lost. Cut off anywhere, what is written so far can be read.

import {
  type Direction,
  type LinkFigures,
  type RecordedClass,
  type RecordedFrame,
  RecordingError,
} from '../recorded-frame.ts';
import { BLOCK, BLOCK_FRAME_BYTES, BYTE_ORDER_MAGIC, INBOUND, OPTION, OUTBOUND, padded } from './blocks.ts';
import { LINK_TYPE_OF, toLinkLayer } from './link-layer.ts';

const MOST_NAME_BYTES = 255;
/** The numbers of interfaces have 32 bits, but nobody draws so many links. */
const MOST_LINKS = 65_536;
const APPLICATION = 'Gatewright';
const MOST_MICROS = Number.MAX_SAFE_INTEGER;

interface Link {
  readonly number: number;
  readonly name: string;
  recorded: number;
  lost: number;
}

export class PcapngWriter {
  readonly #write: (bytes: Uint8Array) => void;
  /** By name and class: one name may carry frames of several classes, a pcapng interface cannot. */
  readonly #links = new Map<string, Link>();
  #closed = false;

  /** Writes the head of the section at once. @param write  takes the bytes over; they are not changed any more */
  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
    const head = Buffer.alloc(16);
    head.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
    head.writeUInt16LE(1, 4);
    // The length of the section is not known yet.
    head.writeBigInt64LE(-1n, 8);
    write(block(BLOCK.section, [head, option(OPTION.section.application, Buffer.from(APPLICATION)), END]));
  }

  /** What was recorded so far. */
  get figures(): readonly LinkFigures[] {
    return [...this.#links.values()].map(({ name, recorded, lost }) => ({ link: name, recorded, lost }));
  }

  /** @throws RecordingError for bytes that are no frame of their class, a time that is none, or a closed recording */
  frame({ time, link, class: frameClass, direction, bytes, length, comment }: RecordedFrame): void {
    if (!(time >= 0 && time <= MOST_MICROS)) throw new RecordingError(`${time} is no time in microseconds since 1970`);
    const data = toLinkLayer(frameClass, bytes, direction);
    const { number } = this.#link(link, frameClass, 1, 0);
    const micros = BigInt(Math.floor(time));
    const head = Buffer.alloc(20);
    head.writeUInt32LE(number, 0);
    head.writeUInt32LE(Number(micros >> 32n), 4);
    head.writeUInt32LE(Number(micros & 0xffff_ffffn), 8);
    head.writeUInt32LE(data.length, 12);
    head.writeUInt32LE(length ?? data.length, 16);
    this.#write(block(BLOCK.packet, [head, data, zeros(data.length), ...packetOptions(direction, comment)]));
  }

  /** Counts frames of a link that were not recorded; they are told at the end. @throws RecordingError when closed */
  lost(link: string, frameClass: RecordedClass, frames: number): void {
    this.#link(link, frameClass, 0, frames);
  }

  /** Writes what each link lost. @param time  microseconds since 1970 */
  close(time: number): void {
    if (this.#closed) return;
    this.#closed = true;
    const micros = BigInt(Math.floor(time));
    for (const { number, recorded, lost } of this.#links.values()) {
      const head = Buffer.alloc(12);
      head.writeUInt32LE(number, 0);
      head.writeUInt32LE(Number(micros >> 32n), 4);
      head.writeUInt32LE(Number(micros & 0xffff_ffffn), 8);
      const figures = [
        option(OPTION.statistics.received, long(recorded + lost)),
        option(OPTION.statistics.lost, long(lost)),
      ];
      this.#write(block(BLOCK.statistics, [head, ...figures, END]));
    }
  }

  /**
   * Tells of a link before anything goes over it.
   * @param about  who it is, for people
   * @param most   bytes that are taken of each frame; 0 = all
   * @throws RecordingError as `frame` does
   */
  introduce(name: string, frameClass: RecordedClass, about: string, most = 0): void {
    const key = `${frameClass} ${name}`;
    if (!this.#links.has(key)) this.#introduce(key, name, frameClass, about, most);
  }

  #link(name: string, frameClass: RecordedClass, recorded: number, lost: number): Link {
    if (this.#closed) throw new RecordingError('the recording is closed');
    const key = `${frameClass} ${name}`;
    const link = this.#links.get(key) ?? this.#introduce(key, name, frameClass);
    link.recorded += recorded;
    link.lost += lost;
    return link;
  }

  #introduce(key: string, name: string, frameClass: RecordedClass, about?: string, most = 0): Link {
    const bytes = Buffer.from(name);
    if (bytes.length > MOST_NAME_BYTES) throw new RecordingError(`a link's name has at most ${MOST_NAME_BYTES} bytes`);
    if (this.#links.size === MOST_LINKS) throw new RecordingError(`a recording has at most ${MOST_LINKS} links`);
    const link = { number: this.#links.size, name, recorded: 0, lost: 0 };
    this.#links.set(key, link);
    const head = Buffer.alloc(8);
    head.writeUInt16LE(LINK_TYPE_OF[frameClass], 0);
    head.writeUInt32LE(most, 4);
    const words = about === undefined ? [] : [option(OPTION.interface.description, Buffer.from(about))];
    // Times are in microseconds when nothing else is said.
    this.#write(block(BLOCK.interface, [head, option(OPTION.interface.name, bytes), ...words, END]));
    return link;
  }
}

const END = Buffer.alloc(4);

function packetOptions(direction: Direction | undefined, comment: string | undefined): readonly Uint8Array[] {
  const options = [
    ...(comment === undefined ? [] : [option(OPTION.packet.comment, Buffer.from(comment))]),
    ...(direction === undefined
      ? []
      : [option(OPTION.packet.flags, word(direction === 'to-device' ? OUTBOUND : INBOUND))]),
  ];
  return options.length === 0 ? [] : [...options, END];
}

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, BLOCK_FRAME_BYTES);
  const [before, after] = [Buffer.alloc(8), word(length)];
  before.writeUInt32LE(type, 0);
  before.writeUInt32LE(length, 4);
  return Buffer.concat([before, ...parts, after], length);
}

function option(number: number, value: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4 + padded(value.length));
  bytes.writeUInt16LE(number, 0);
  bytes.writeUInt16LE(value.length, 2);
  bytes.set(value, 4);
  return bytes;
}

function zeros(length: number): Uint8Array {
  return new Uint8Array(padded(length) - length);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
