// Records a line for somebody who downloads it: as long as asked, as much as a browser can keep, and what is not taken fast enough
// is left out and told in the file. Knows no HTTP.
import type { Writable } from 'node:stream';
import type { Address } from '../../model/address.ts';
import type { PlatformPort } from '../../platform/platform-port.ts';
import { type CaptureFilter, type CaptureFormat, type LineCapture, openCapture } from '../../protocols/line-capture.ts';
import type { ProtocolRecording } from '../../protocols/recording.ts';

/** Of one file. */
const MOST_BYTES = 128 * 1024 * 1024;
/** That may wait for who downloads. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

export interface CaptureOrder {
  readonly line: Address<'line'>;
  readonly recording: ProtocolRecording;
  readonly format: CaptureFormat;
  readonly filter: CaptureFilter;
  readonly seconds: number;
}

export interface CaptureLimits {
  readonly bytes: number;
  readonly waitingBytes: number;
}

const LIMITS: CaptureLimits = { bytes: MOST_BYTES, waitingBytes: MOST_WAITING_BYTES };

/**
 * Records into a stream and ends it: after the time, when the file is as large as it may be, when nothing more can be heard, or
 * when the reader is gone.
 * @param begin  called when the line is heard, before the first byte
 * @throws GatewrightError as `Agent.tap` says; nothing is written then
 */
export async function capture(
  platform: Pick<PlatformPort, 'tap'>,
  order: CaptureOrder,
  into: Writable,
  begin: () => void,
  limits: CaptureLimits = LIMITS,
): Promise<void> {
  const over = Promise.withResolvers<void>();
  let file: LineCapture | undefined;
  let bytes = 0;
  const tap = await platform.tap(order.line, (frames, lost) => {
    if (file === undefined || into.destroyed) return;
    const late = into.writableLength > limits.waitingBytes;
    if (!late) file.take(frames);
    file.lost(late ? lost + frames.length : lost);
    if (bytes >= limits.bytes) over.resolve();
  });
  const timer = setTimeout(over.resolve, order.seconds * 1_000);
  into.once('close', over.resolve);
  void tap.ended.then(over.resolve);
  begin();
  file = openCapture(order.format, order.recording, order.line, write, order.filter);
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
