// Where everything lies in the shared memory of lanes. The only place that says so: threads, and native code one day, agree
// by this file and its version word alone. All numbers little endian.

/** Changed whenever anything below is; memory of another version is refused. */
export const LAYOUT_VERSION = 2;
/** First word of every shared memory, so that a wrong one is noticed before it is written to. */
export const FRAMES_MAGIC = 0x4657_4701;
export const RING_MAGIC = 0x5257_4701;

/** What two threads write to is this far apart: a cache line, and the one that processors fetch along. */
export const LINE_BYTES = 128;
export const LINE_WORDS = LINE_BYTES / 4;
export const LINE_DOUBLES = LINE_BYTES / 8;

/** Most frames that are handled in one go, and that a producer writes before it publishes. */
export const BURST = 64;

/** A slot holds one frame: its head, then its bytes. */
export const SLOT = {
  bytes: 2048,
  /** The slot's number, shifted by this, is where it begins. */
  shift: 11,
  headBytes: 64,
  dataBytes: 2048 - 64,
} as const;

/** Fields in the head of a slot, bytes from its beginning. The length of a frame on its way is that of its descriptor. */
export const HEAD = {
  /** u16: bytes of the frame as it came in. */
  length: 0,
  /** u16: the port it came in by. */
  port: 2,
  /** u16: {@link FRAME_CLASS}. */
  class: 4,
  /** u16: reserved, 0. */
  flags: 6,
  /** u32: whose it is. */
  tenant: 8,
  /** u32: position in the ring of its entrance. */
  sequence: 12,
  /** u32: set by nodes. */
  mark: 16,
  /** u32: reserved, 0. */
  spare: 20,
  /** f64: when it came in, in microseconds since 1970; exact, and no object in JavaScript as a 64-bit integer would be. */
  time: 24,
} as const;

/** What the bytes of a frame are. One class per link, so that one filter serves all carriers. */
export const FRAME_CLASS = {
  /** As they came from the line. */
  bytes: 0,
  /** A Modbus TCP ADU, on serial lines too. */
  modbus: 1,
  /** Linux's `struct canfd_frame`: 16 bytes for a classic frame, 72 for FD. */
  can: 2,
  ethernet: 3,
} as const;
export type FrameClass = keyof typeof FRAME_CLASS;

/** A frame in a ring or a list: slot u32, length u16, class u16; two 32-bit words. */
export const DESCRIPTOR_BYTES = 8;
export const LENGTH_MASK = 0xffff;
export const CLASS_SHIFT = 16;

/** Memory of frames: one line of words, then the slots. */
export const FRAMES = { magic: 0, version: 1, slots: 2, headerBytes: SLOT.bytes } as const;

/** Consumers that a ring may wait for. */
export const MOST_SEATS = 8;

/** Lines of a ring's control memory. */
export const RING_LINE = {
  /** Never changed: see {@link RING_FACT}. */
  facts: 0,
  /** Word 0: position behind the last published frame. Written by the producer only. */
  head: 1,
  /** {@link RING_FIGURE}, doubles of the producer. */
  figures: 2,
  /** One line per seat: {@link SEAT}. */
  seats: 3,
  descriptors: 3 + MOST_SEATS,
} as const;

export const RING_FACT = { magic: 0, version: 1, capacity: 2, seats: 3, firstSlot: 4 } as const;

/** Doubles in the producer's line. */
export const RING_FIGURE = { published: 0, dropped: 1, evictions: 2 } as const;

/** In a seat's line: words, then doubles of the consumer. */
export const SEAT = {
  /** Word: position of the next frame that the consumer has not released. */
  tail: 0,
  /** Word: {@link SEAT_STATE}. */
  state: 1,
  /** Double: frames released. */
  released: 8,
  /** Double: frames that it never got because it was evicted. */
  gap: 9,
} as const;

/** An empty or evicted seat is not waited for. */
export const SEAT_STATE = { empty: 0, gating: 1, evicted: 2 } as const;

/** A doorbell: one line. */
export const BELL = {
  /** A value of {@link SLEEP}. */
  sleeping: 0,
  /** 1 while a message waits that the thread is to read between two bursts. */
  called: 1,
  /** Number of its alarm plus one, 0 = it has none. */
  alarm: 2,
} as const;

/** How a thread sleeps: not at all, in the memory of its bell, or in the kernel, where only an alarm reaches it. */
export const SLEEP = { awake: 0, memory: 1, kernel: 2 } as const;
