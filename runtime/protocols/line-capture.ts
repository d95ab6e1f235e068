// What was heard on a line as a file for other tools: pcapng for Wireshark, candump for can-utils. Each end is a link of its own.
import { PcapngWriter } from '../lanes/recording/pcapng/writer.ts';
import type { RecordedFrame } from '../lanes/recording/recorded-frame.ts';
import type { LineEnd, LineFrame } from '../model/line-frame.ts';
import { CandumpExport } from './can/recording.ts';
import type { CaptureFile } from './capture-file.ts';
import { linkOf, type ProtocolRecording } from './recording.ts';

export const CAPTURE_FORMATS = ['pcapng', 'candump'] as const;
export type CaptureFormat = (typeof CAPTURE_FORMATS)[number];

/** Which frames; what is absent does not matter. */
export interface CaptureFilter {
  readonly end?: LineEnd | undefined;
  readonly direction?: LineFrame['direction'] | undefined;
}

/** Whether a protocol has files of a format. */
export function canCapture({ frameClass }: ProtocolRecording, format: CaptureFormat): boolean {
  return format === 'pcapng' || frameClass === 'can';
}

/**
 * Begins a file.
 * @param line   its address or name, for the names of links
 * @param write  takes the bytes over, in order
 */
export function openCapture(
  format: CaptureFormat,
  recording: ProtocolRecording,
  line: string,
  write: (bytes: Uint8Array) => void,
  { end, direction }: CaptureFilter = {},
): CaptureFile<LineFrame> {
  const file = format === 'pcapng' ? pcapngFile(recording, line, write) : candumpFile(write);
  const recorders = new Map<LineEnd, (frame: LineFrame) => readonly RecordedFrame[]>();
  const recorderOf = (at: LineEnd) => {
    const link = format === 'pcapng' ? linkOf(line, at) : nameOf(at);
    const recorder = recorders.get(at) ?? recording.recorder(link);
    recorders.set(at, recorder);
    return recorder;
  };
  let count = 0;
  return {
    get frames() {
      return count;
    },
    take(frames) {
      for (const frame of frames) {
        if ((end !== undefined && frame.end !== end) || (direction !== undefined && frame.direction !== direction))
          continue;
        const { refusedBy } = frame;
        for (const recorded of recorderOf(frame.end)(frame)) file.frame(recorded, refusedBy);
        count += 1;
      }
    },
    lost: frames => file.lost(frames),
    close: atMs => file.close(atMs),
  };
}

/** What a log of can-utils has room for. */
function nameOf(end: LineEnd): string {
  return end.slice(end.indexOf('/') + 1);
}

interface FormatFile {
  /** @param refusedBy  the firewall that let it not pass: it was at the end of the line, and not on the line */
  frame(frame: RecordedFrame, refusedBy: string | undefined): void;
  lost(frames: number): void;
  close(atMs: number): void;
}

function pcapngFile({ frameClass }: ProtocolRecording, line: string, write: (bytes: Uint8Array) => void): FormatFile {
  const writer = new PcapngWriter(write);
  return {
    frame: (frame, refusedBy) =>
      writer.frame(refusedBy === undefined ? frame : { ...frame, comment: `refused by ${refusedBy}` }),
    lost: frames => writer.lost(line, frameClass, frames),
    close: atMs => writer.close(atMs * 1_000),
  };
}

/**
 * A log holds what was on the bus, as it may be put onto a bus again; a comment at its end says what it does not hold, because the
 * format has no other place for it.
 */
function candumpFile(write: (bytes: Uint8Array) => void): FormatFile {
  const log = new CandumpExport();
  let [refused, lost] = [0, 0];
  const remark = (count: number, what: string) => {
    if (count > 0) write(Buffer.from(`# ${count} frames that ${what} are not in this log\n`));
  };
  return {
    frame(frame, refusedBy) {
      const line = refusedBy === undefined ? log.line(frame) : undefined;
      if (refusedBy !== undefined) refused += 1;
      if (line !== undefined) write(Buffer.from(line));
    },
    lost(frames) {
      lost += frames;
    },
    close() {
      remark(refused, 'a firewall refused');
      remark(lost, 'nobody had time for');
    },
  };
}
