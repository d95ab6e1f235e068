// What a protocol makes of recordings: frames of a recording out of what was heard on its lines, and out of a recording what
// can be said on its lines. A folder of a protocol that has lines exports one in its `recording.ts`. Pure. Knows no protocol.
import type { Direction, RecordedClass, RecordedFrame } from '../lanes/recording/recorded-frame.ts';
import type { LineEnd, LineFrame } from '../model/line-frame.ts';

/** Something that somebody said, found in a recording. */
export interface SpokenFrame {
  /** Microseconds since 1970. */
  readonly time: number;
  /** Name of the link in the recording. */
  readonly link: string;
  /** Who said it to whom, where the recording tells: `10.0.0.5 to 10.0.0.9`. */
  readonly between?: string;
  /** As guard programs look at it; see `GuardPrograms` in words.ts. */
  readonly judged: Uint8Array;
  /** In the form of the line: what is asked by messages, and what stands in `LineFrame.frame`. */
  readonly request: Uint8Array;
}

/** Finds in the frames of a recording what was said; takes them in their order. */
export interface SpokenReader {
  /** Frames of other classes are passed over. */
  take(frame: RecordedFrame): void;
  /**
   * The recording has ended; what was not whole may be told now.
   * @returns what could not be told from the recording, a sentence without a full stop each; empty when all could
   */
  end(): readonly string[];
}

export interface SpokenOptions {
  /** TCP port of the devices in the recording, where the protocol has one. */
  readonly port?: number;
}

export interface ProtocolRecording {
  /** The folder of the protocol. */
  readonly name: string;
  /** What its lines are recorded as. */
  readonly frameClass: RecordedClass;
  /**
   * Makes frames of a recording of what one end of a line hears: a request and its answer become two.
   * @param link  name of the end in the recording; see {@link linkOf}
   */
  recorder(link: string): (frame: LineFrame) => readonly RecordedFrame[];
  /** What was said, for people, on one line. @param request  as in {@link SpokenFrame} */
  words(request: Uint8Array): string;
  /** Reads what people of this protocol write for a frame, where they have a form of their own; `undefined` = the text is not in it. */
  written?(text: string): Uint8Array | undefined;
  /** @param spoken  called for each, in the order in which they ended */
  reader(spoken: (frame: SpokenFrame) => void, options?: SpokenOptions): SpokenReader;
}

/** Name of one end of a line in a recording: each end is a link of its own, as it sees other frames. */
export function linkOf(line: string, end: LineEnd): string {
  return `${line} ${end}`;
}

/** Which way a frame went at an end of a line, seen from the device. */
export function directionOf({ end, direction }: Pick<LineFrame, 'end' | 'direction'>): Direction {
  return (end === 'device') === (direction === 'out') ? 'to-device' : 'from-device';
}
