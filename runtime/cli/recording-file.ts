// A recording that somebody named on the command line, read in pieces: however large it is, memory is not.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type OpenRecording, openRecording } from '../lanes/recording/open.ts';
import { type RecordedFrame, RecordingError } from '../lanes/recording/recorded-frame.ts';
import { RECORDING_FORMATS } from '../protocols/recording-formats.ts';
import { unreadable } from './bounded-file.ts';
import { UsageError } from './exit.ts';

const RECORDING = { file: 'a recording', inFolder: 'the recording' };
const PIECE_BYTES = 256 * 1024;
const MEGABYTE = 1_000_000;

export class RecordingFile {
  readonly #path: string;
  readonly #progress: (text: string) => void;
  readonly #frames: RecordedFrame[] = [];
  readonly #reader: OpenRecording;
  #bytes = 0;
  #cutOff = 0;

  /**
   * @param path      `-` reads standard input
   * @param progress  told in words how far it is read
   * @param cutOff    Ethernet frames that their recorder has cut off are wanted too
   */
  constructor(path: string, progress: (text: string) => void, cutOff = false) {
    this.#path = path;
    this.#reader = openRecording({ frame: frame => void this.#frames.push(frame), cutOff }, RECORDING_FORMATS);
    this.#progress = progress;
  }

  /** For people. */
  get name(): string {
    return this.#path === '-' ? 'standard input' : this.#path;
  }

  /** What it is, and what of it is no frame; complete when all is read. */
  get facts() {
    const { format = '', foreign } = this.#reader;
    return { format, bytes: this.#bytes, foreign, cutOffBytes: this.#cutOff };
  }

  /** Frames in their order, as many at a time as a piece of the file holds. @throws UsageError when it is no recording */
  async *batches(): AsyncGenerator<readonly RecordedFrame[]> {
    try {
      const size = this.#path === '-' ? undefined : (await stat(this.#path)).size;
      const options = { highWaterMark: PIECE_BYTES };
      for await (const piece of this.#path === '-' ? process.stdin : createReadStream(this.#path, options)) {
        this.#bytes += (piece as Buffer).length;
        this.#reader.take(piece as Buffer);
        this.#progress(
          `${this.name}: ${megabytes(this.#bytes)}${size === undefined ? '' : ` of ${megabytes(size)}`} MB`,
        );
        yield this.#frames.splice(0);
      }
      this.#cutOff = this.#reader.end();
      // The end may bring a last one.
      yield this.#frames.splice(0);
    } catch (error) {
      if (error instanceof RecordingError)
        throw new UsageError(`${this.name}, ${error.message}; name a pcap or pcapng file, or a candump log`);
      if (isOfTheSystem(error)) throw unreadable(this.#path, RECORDING, error);
      throw error;
    }
  }

  /** The same, one by one. */
  async *frames(): AsyncGenerator<RecordedFrame> {
    for await (const batch of this.batches()) yield* batch;
  }
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(1);
}

/** Told by the kernel: anything else is a bug, and is not told as the file's. */
function isOfTheSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
