// What goes over the card of a VM, as those see it who only listen: on the VM's side of all rules.

/** Bytes of a frame that are taken at most, and at least. */
export const SNAPLEN = { least: 64, most: 65_535 } as const;
/** Of one telling; what is more comes with the next, or is counted as lost. */
export const MOST_TOLD_FRAMES = 32_768;

export interface PortOrder {
  /** Bytes that are taken of each frame, from its beginning. */
  readonly snaplen: number;
}

export interface PortFrame {
  /** When it was there, microseconds since 1970. */
  readonly atUs: number;
  /** `from-vm`: as the VM sent it, before its rules. `to-vm`: what reaches it after them. */
  readonly direction: 'from-vm' | 'to-vm';
  /** Bytes it has, without check sequence. */
  readonly length: number;
  /** Its beginning; all of it where that is as long as {@link length}. Not changed any more. */
  readonly bytes: Uint8Array;
}

/**
 * @param lost  frames that could not be told since the last call: who listens slowly loses, and holds nobody up
 */
export type HeardPortFrames = (frames: readonly PortFrame[], lost: number) => void;
