// Reads recordings in the older pcap format [draft-ietf-opsawg-pcap], as tcpdump writes them: one link, whose name is not told.
import { Cutter } from '../cutter.ts';
import { LINK_TYPE, type LinkType } from '../pcapng/blocks.ts';
import { fromLinkLayer } from '../pcapng/link-layer.ts';
import { type RecordingEars, RecordingError, type RecordingReader } from '../recorded-frame.ts';

const HEAD_BYTES = 24;
const RECORD_HEAD_BYTES = 16;
const MOST_PACKET_BYTES = 1024 * 1024;
/** The first word, which also tells the order of bytes and the unit of the second half of times. */
const MAGIC = { micros: 0xa1b2_c3d4, nanos: 0xa1b2_3c4d } as const;
/** The upper bits of the type of the link say other things. */
const TYPE_MASK = 0x0fff_ffff;

/** Whether a file begins as pcap does. @param bytes  at least 4 */
export function isPcap(bytes: Buffer): boolean {
  return [bytes.readUInt32LE(0), bytes.readUInt32BE(0)].some(word => word === MAGIC.micros || word === MAGIC.nanos);
}

interface Head {
  readonly little: boolean;
  /** Units of the second half of times in a microsecond. */
  readonly perMicro: number;
  /** `undefined`: a type of link that lanes have no class for. */
  readonly type: LinkType | undefined;
}

export class PcapReader implements RecordingReader {
  readonly #ears: RecordingEars;
  readonly #link: string;
  readonly #cutter = new Cutter({ length: bytes => this.#length(bytes), unit: bytes => this.#unit(bytes) });
  #head: Head | undefined;
  #foreign = 0;

  /** @param link  name for the link of the recording */
  constructor(ears: RecordingEars, link = 'link') {
    this.#ears = ears;
    this.#link = link;
  }

  get foreign(): number {
    return this.#foreign;
  }

  take(chunk: Uint8Array): void {
    this.#cutter.take(chunk);
  }

  end(): number {
    if (this.#head === undefined) throw this.#wrong('there is no pcap recording in it');
    return this.#cutter.held;
  }

  #length(bytes: Buffer): number {
    if (this.#head === undefined) {
      if (bytes.length >= 4 && !isPcap(bytes)) throw this.#wrong('it does not begin as pcap does');
      return HEAD_BYTES;
    }
    if (bytes.length < RECORD_HEAD_BYTES) return RECORD_HEAD_BYTES;
    const length = word(bytes, 8, this.#head);
    if (length > MOST_PACKET_BYTES) throw this.#wrong(`a packet of ${length} bytes is too large`);
    return RECORD_HEAD_BYTES + length;
  }

  #unit(bytes: Buffer): void {
    if (this.#head === undefined) this.#head = headOf(bytes);
    else this.#packet(bytes, this.#head);
  }

  #packet(bytes: Buffer, head: Head): void {
    const time = word(bytes, 0, head) * 1_000_000 + Math.floor(word(bytes, 4, head) / head.perMicro);
    const length = word(bytes, 12, head);
    const isWhole = word(bytes, 8, head) === length;
    const isWanted = isWhole || (this.#ears.cutOff === true && head.type === LINK_TYPE.ethernet);
    const packet = bytes.subarray(RECORD_HEAD_BYTES);
    const read = head.type === undefined || !isWanted ? undefined : fromLinkLayer(head.type, packet);
    if (read === undefined) this.#foreign += 1;
    else {
      const frame = { time, link: this.#link, class: read.frameClass, bytes: Uint8Array.from(read.bytes) };
      this.#ears.frame(isWhole ? frame : { ...frame, length });
    }
  }

  #wrong(why: string): RecordingError {
    return new RecordingError(`byte ${this.#cutter.at} of the recording: ${why}`);
  }
}

function headOf(bytes: Buffer): Head {
  const first = bytes.readUInt32LE(0);
  const little = first === MAGIC.micros || first === MAGIC.nanos;
  const magic = little ? first : bytes.readUInt32BE(0);
  const number = (little ? bytes.readUInt32LE(20) : bytes.readUInt32BE(20)) & TYPE_MASK;
  const type = Object.values(LINK_TYPE).find(each => each === number);
  return { little, perMicro: magic === MAGIC.nanos ? 1_000 : 1, type };
}

function word(bytes: Buffer, at: number, { little }: Head): number {
  return little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}
