// The slots of one tenant domain, in memory that threads share. A tenant never maps another's.
import { FRAMES, FRAMES_MAGIC, HEAD, LAYOUT_VERSION, SLOT } from './layout.ts';

/** Most slots of one memory: half a gigabyte. */
const MOST_SLOTS = 2 ** 18;

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

  /** Where the bytes of a frame begin in {@link bytes}. */
  static at(slot: number): number {
    return (slot << SLOT.shift) + SLOT.headBytes;
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
