// The slots of one tenant domain, in memory that threads share. A tenant never maps another's.
import { FRAMES, FRAMES_MAGIC, HEAD, LAYOUT_VERSION, SLOT } from './layout.ts';

/** Most slots of one memory: half a gigabyte. */
const MOST_SLOTS = 2 ** 18;

// WHY once more: V8 looks at what is imported again for every frame, while constants of the module itself become part of its code.
const [SHIFT, HEAD_BYTES] = [SLOT.shift, SLOT.headBytes];

/**
 * Copies part of a view. WHY parts: for those Node moves memory as C does, at 30 ns whatever their length; `set`, which it takes for
 * whole views, copies into shared memory word by word, and byte by byte where the source does not begin at a word.
 */
const copyPart = Buffer.prototype.copy;
/** Bytes up to which `set` is faster: where the source begins at a word, and anywhere. */
const [MOST_ALIGNED, MOST_UNALIGNED] = [448, 96];
/** Bytes up to which a loop over words is. */
const MOST_BY_WORDS = 192;

/** Views of one memory of frames; every thread makes its own over the same buffer. */
export class FrameMemory {
  /** Hand this to another thread. */
  readonly shared: SharedArrayBuffer;
  readonly slots: number;
  /** All slots: slot `n` begins at `n << SLOT.shift`. */
  readonly bytes: Uint8Array;
  readonly #u16: Uint16Array;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;

  /**
   * Opens memory that {@link createFrameMemory} made, in any thread.
   * @throws Error when it is something else, or of another version of the layout
   */
  constructor(shared: SharedArrayBuffer) {
    const header = new Int32Array(shared, 0, 3);
    if (header[FRAMES.magic] !== FRAMES_MAGIC || header[FRAMES.version] !== LAYOUT_VERSION)
      throw new Error(`this is not memory of frames of layout version ${LAYOUT_VERSION}`);
    this.shared = shared;
    this.slots = header[FRAMES.slots] ?? 0;
    const bytes = this.slots * SLOT.bytes;
    this.bytes = new Uint8Array(shared, FRAMES.headerBytes, bytes);
    this.#u16 = new Uint16Array(shared, FRAMES.headerBytes, bytes / 2);
    this.#u32 = new Uint32Array(shared, FRAMES.headerBytes, bytes / 4);
    this.#f64 = new Float64Array(shared, FRAMES.headerBytes, bytes / 8);
  }

  /** All slots as 32-bit words, for generated code. */
  get words(): Uint32Array {
    return this.#u32;
  }

  /** The same as 64-bit floating point numbers. */
  get doubles(): Float64Array {
    return this.#f64;
  }

  /** Where the bytes of a frame begin in {@link bytes}. */
  static at(slot: number): number {
    return (slot << SHIFT) + HEAD_BYTES;
  }

  /** The bytes of a frame; valid while the slot is. @param length  in bytes */
  frame(slot: number, length: number): Uint8Array {
    const at = FrameMemory.at(slot);
    return this.bytes.subarray(at, at + length);
  }

  /** Fills the head of a slot. @param time  microseconds since 1970 */
  writeHead(
    slot: number,
    length: number,
    port: number,
    frameClass: number,
    tenant: number,
    sequence: number,
    time: number,
  ): void {
    const at = slot << SLOT.shift;
    const words = this.#u32;
    words[(at + HEAD.length) >> 2] = length | (port << 16);
    words[(at + HEAD.class) >> 2] = frameClass;
    words[(at + HEAD.tenant) >> 2] = tenant;
    words[(at + HEAD.sequence) >> 2] = sequence;
    words[(at + HEAD.mark) >> 2] = 0;
    this.#f64[(at + HEAD.time) >> 3] = time;
  }

  /** Takes over the head of another slot, such as another domain's, with a position of its own. */
  copyHead(slot: number, from: FrameMemory, source: number, sequence: number): void {
    const [at, other] = [(slot << SLOT.shift) >> 2, (source << SLOT.shift) >> 2];
    for (let word = 0; word < SLOT.headBytes / 4; word += 1) this.#u32[at + word] = from.#u32[other + word] ?? 0;
    this.#u32[at + HEAD.sequence / 4] = sequence;
  }

  /** Copies a frame in. @param frame  no longer than a slot */
  copyIn(slot: number, frame: Uint8Array): void {
    const { length } = frame;
    const to = (slot << SHIFT) + HEAD_BYTES;
    if (length <= MOST_UNALIGNED || (length <= MOST_ALIGNED && (frame.byteOffset & 7) === 0)) this.bytes.set(frame, to);
    else {
      copyPart.call(frame as Buffer, this.bytes, to, 0, length - 1);
      this.bytes[to + length - 1] = frame[length - 1] as number;
    }
  }

  /** Takes over the bytes of a frame of any memory. WHY not a word beyond the end: what lies there may be another tenant's. */
  copyFrame(slot: number, from: FrameMemory, source: number, length: number): void {
    const to = (slot << SHIFT) + HEAD_BYTES;
    const at = (source << SHIFT) + HEAD_BYTES;
    if (length > MOST_BY_WORDS) copyPart.call(from.bytes as Buffer, this.bytes, to, at, at + length);
    else {
      const words = this.#u32;
      const others = from.#u32;
      const whole = length >> 2;
      for (let word = 0; word < whole; word += 1) words[(to >> 2) + word] = others[(at >> 2) + word] as number;
      for (let byte = whole << 2; byte < length; byte += 1) this.bytes[to + byte] = from.bytes[at + byte] as number;
    }
  }

  port(slot: number): number {
    return this.#u16[((slot << SLOT.shift) + HEAD.port) >> 1] ?? 0;
  }

  tenant(slot: number): number {
    return this.#u32[((slot << SLOT.shift) + HEAD.tenant) >> 2] ?? 0;
  }

  sequence(slot: number): number {
    return this.#u32[((slot << SLOT.shift) + HEAD.sequence) >> 2] ?? 0;
  }

  mark(slot: number): number {
    return this.#u32[((slot << SLOT.shift) + HEAD.mark) >> 2] ?? 0;
  }

  /** When the frame came in, in microseconds since 1970. */
  time(slot: number): number {
    return this.#f64[((slot << SLOT.shift) + HEAD.time) >> 3] ?? 0;
  }
}

/**
 * Makes memory for frames, all zero.
 * @param slots  how many frames it holds, 1 to 262,144
 */
export function createFrameMemory(slots: number): FrameMemory {
  if (!Number.isInteger(slots) || slots < 1 || slots > MOST_SLOTS)
    throw new Error(`a memory of frames has 1 to ${MOST_SLOTS} slots, not ${slots}`);
  const shared = new SharedArrayBuffer(FRAMES.headerBytes + slots * SLOT.bytes);
  const header = new Int32Array(shared, 0, 3);
  header[FRAMES.magic] = FRAMES_MAGIC;
  header[FRAMES.version] = LAYOUT_VERSION;
  header[FRAMES.slots] = slots;
  return new FrameMemory(shared);
}
