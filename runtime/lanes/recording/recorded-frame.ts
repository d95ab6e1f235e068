// One frame of a recording, as it was on a link.
import type { FrameClass } from '../memory/layout.ts';

/** Which way a frame went, seen from the link's field device; absent where no end is the device, as on a bus. */
export type Direction = 'to-device' | 'from-device';

export interface RecordedFrame {
  /** Microseconds since 1970, as in the head of a slot; may have a fraction, which recordings do not keep. */
  readonly time: number;
  /** Name of the link. */
  readonly link: string;
  readonly class: FrameClass;
  readonly direction?: Direction | undefined;
  /** As in a lane. */
  readonly bytes: Uint8Array;
}

/** What the links of a recording saw in all. */
export interface LinkFigures {
  readonly link: string;
  readonly recorded: number;
  /** Frames that passed while the recorder was busy. */
  readonly lost: number;
}

/** A recording, or a frame for one, that is none; the message says where and why. */
export class RecordingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RecordingError';
  }
}
