// One frame of a recording, as it was on a link.
import type { FrameClass } from '../memory/layout.ts';

/** Which way a frame went, seen from the link's field device; absent where no end is the device, as on a bus. */
export type Direction = 'to-device' | 'from-device';

/** What the bytes of a frame are: as in a lane, or a message in JSON, which lanes do not carry. */
export type RecordedClass = FrameClass | 'json';

export interface RecordedFrame {
  /** Microseconds since 1970, as in the head of a slot; may have a fraction, which recordings do not keep. */
  readonly time: number;
  /** Name of the link. */
  readonly link: string;
  readonly class: RecordedClass;
  readonly direction?: Direction | undefined;
  readonly bytes: Uint8Array;
  /** Bytes it had on the link, where its recorder has cut it off; of Ethernet only. */
  readonly length?: number | undefined;
  /** What people should know of this frame; of what is written only, where the format has a place for it. */
  readonly comment?: string | undefined;
}

/** What the links of a recording saw in all. */
export interface LinkFigures {
  readonly link: string;
  readonly recorded: number;
  /** Frames that passed while the recorder was busy. */
  readonly lost: number;
}

export interface RecordingEars {
  /** @param frame  with bytes of its own */
  readonly frame: (frame: RecordedFrame) => void;
  /** Wants Ethernet frames too that their recorder has cut off; others are foreign, as a rule. */
  readonly cutOff?: boolean;
  /** What a link saw in all, at the end of a recording that tells it. */
  readonly figures?: (figures: LinkFigures) => void;
}

/** Reads a recording in pieces, as they come from a file. */
export interface RecordingReader {
  /** Packets left out so far: of other types of links, without a time, or cut off by their recorder. */
  readonly foreign: number;
  /** @throws RecordingError with the place, after which the reader is of no use any more */
  take(chunk: Uint8Array): void;
  /**
   * The file has ended.
   * @returns bytes of something that was cut off, as when the recorder was killed; 0 when nothing was
   * @throws RecordingError when there was no recording in it
   */
  end(): number;
}

/** A recording, or a frame for one, that is none; the message says where and why. */
export class RecordingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RecordingError';
  }
}
