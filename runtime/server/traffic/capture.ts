// Records a line, or the card of a VM, for somebody who downloads it: as long as asked, as much as a browser can keep, and what is not
// taken fast enough is left out and told in the file. Knows no HTTP.
import type { Writable } from 'node:stream';
import type { LineTap } from '../../model/line-frame.ts';
import type { CaptureFile } from '../../protocols/capture-file.ts';

/** Of one file. */
const MOST_BYTES = 128 * 1024 * 1024;
/** That may wait for who downloads. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

export interface CaptureOrder<F> {
  /** @throws GatewrightError when it cannot be listened to */
  readonly listen: (heard: (frames: readonly F[], lost: number) => void) => Promise<LineTap>;
  readonly open: (write: (bytes: Uint8Array) => void) => CaptureFile<F>;
  readonly seconds: number;
  /** Frames; absent = as many as come. */
  readonly count?: number | undefined;
}

export interface CaptureLimits {
  readonly bytes: number;
  readonly waitingBytes: number;
}

const LIMITS: CaptureLimits = { bytes: MOST_BYTES, waitingBytes: MOST_WAITING_BYTES };

/**
 * Records into a stream and ends it: after the time or the frames, when the file is as large as it may be, when nothing more can be
 * heard, or when the reader is gone.
 * @param begin  called when it is heard, before the first byte
 * @throws GatewrightError as listening does; nothing is written then
 */
export async function capture<F>(
  { listen, open, seconds, count = Number.POSITIVE_INFINITY }: CaptureOrder<F>,
  into: Writable,
  begin: () => void,
  limits: CaptureLimits = LIMITS,
): Promise<void> {
  const over = Promise.withResolvers<void>();
  let file: CaptureFile<F> | undefined;
  let bytes = 0;
  const tap = await listen((frames, lost) => {
    if (file === undefined || into.destroyed) return;
    const late = into.writableLength > limits.waitingBytes;
    if (!late) takeUpTo(count, file, frames);
    file.lost(late ? lost + frames.length : lost);
    if (bytes >= limits.bytes || file.frames >= count) over.resolve();
  });
  const timer = setTimeout(over.resolve, seconds * 1_000);
  into.once('close', over.resolve);
  void tap.ended.then(over.resolve);
  begin();
  file = open(write);
  await over.promise;
  clearTimeout(timer);
  tap.close();
  const ended = file;
  file = undefined;
  ended.close(Date.now());
  into.end();

  function write(piece: Uint8Array): void {
    bytes += piece.length;
    if (!into.destroyed) into.write(piece);
  }
}

/** WHY one by one: a file does not take every frame, so only it knows when there are enough. */
function takeUpTo<F>(count: number, file: CaptureFile<F>, frames: readonly F[]): void {
  if (count === Number.POSITIVE_INFINITY) file.take(frames);
  else for (const frame of frames) if (file.frames < count) file.take([frame]);
}
