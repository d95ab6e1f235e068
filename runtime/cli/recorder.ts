// Records something that can be listened to into a file or standard output, until one of its limits, its end, or a signal.
import type { Writable } from 'node:stream';
import type { LineTap } from '../model/line-frame.ts';
import type { CaptureFile } from '../protocols/capture-file.ts';
import { counted } from './counted.ts';
import { interruptible } from './interruption.ts';
import { outputOf } from './recording-output.ts';
import type { CliDocument } from './shapes.ts';
import type { Terminal } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

const MOST_SECONDS = 1_000_000;
const MOST_FRAMES = 1_000_000_000;
/** A recording that somebody forgot must not fill a disk. */
const MOST_BYTES = 4 * 1024 ** 3;
/** Bytes that may wait for whoever reads them; frames beyond are left out and counted. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

export interface RecorderOption {
  readonly seconds?: string;
  readonly count?: string;
  /** File; absent = standard output. */
  readonly output?: string;
}

export interface RecorderLimits {
  readonly seconds: number | undefined;
  readonly count: number;
}

export interface Recordable<F> {
  /** For people. */
  readonly name: string;
  /** What goes away when it does, at the beginning of a sentence. */
  readonly kind: 'The line' | 'The card';
  listen(heard: (frames: readonly F[], lost: number) => void): Promise<LineTap>;
  open(write: (piece: Uint8Array) => void): CaptureFile<F>;
}

/** Why a recording ended; see its shape. */
export type Ending = CliDocument<'capture'>['ending'];

export interface Recorded {
  readonly frames: number;
  /** Frames that could not be recorded. */
  readonly lost: number;
  readonly seconds: number;
  readonly ending: Ending;
}

/** @throws UsageError for numbers that are none */
export function limitsOf({ seconds, count }: RecorderOption): RecorderLimits {
  return {
    seconds: seconds === undefined ? undefined : wholeNumber('--seconds', seconds, 1, MOST_SECONDS),
    count: count === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--count', count, 1, MOST_FRAMES),
  };
}

/** @throws UsageError for a file that cannot be written; whatever listening throws; GatewrightError GW_HOST_IO */
export async function record<F>(
  terminal: Terminal,
  what: Recordable<F>,
  limits: RecorderLimits,
  output: string | undefined,
): Promise<Recorded> {
  const { stream, finish } = await outputOf(output);
  let bytes = 0;
  const file = what.open(piece => {
    bytes += piece.length;
    stream.write(piece);
  });
  const work = (signal: AbortSignal) =>
    listen(what, file, { ...limits, stream, isFull: () => bytes >= MOST_BYTES, terminal, signal });
  const { ending, lost, beganMs } = await interruptible(terminal, work, 'Ending the recording.');
  const endedMs = Date.now();
  file.close(endedMs);
  await finish();
  return { frames: file.frames, lost, seconds: (endedMs - beganMs) / 1_000, ending };
}

/** What was recorded, in words. */
export function recordedWords(
  { name, kind }: Pick<Recordable<unknown>, 'name' | 'kind'>,
  { frames, lost, seconds, ending }: Recorded,
): readonly string[] {
  return [
    `${name}: ${counted(frames, 'frame')} in ${seconds.toFixed(1)} s${lost > 0 ? `, ${lost} lost` : ''}`,
    ...(ending === 'line' ? [`  ${kind} or its agent went away. Look with gatewright observe, and record again.`] : []),
  ];
}

interface Listening extends RecorderLimits {
  readonly stream: Writable;
  readonly isFull: () => boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

interface Heard extends Pick<Recorded, 'ending' | 'lost'> {
  /** Unix time in ms. */
  readonly beganMs: number;
}

async function listen<F>(
  what: Recordable<F>,
  file: CaptureFile<F>,
  { seconds, count, stream, isFull, terminal, signal }: Listening,
): Promise<Heard> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let lost = 0;
  const lose = (frames: number) => {
    lost += frames;
    if (frames > 0) file.lost(frames);
  };
  const take = (frames: readonly F[]) => {
    for (const frame of frames) if (file.frames < count) file.take([frame]);
    if (file.frames >= count) resolve('count');
    if (isFull()) resolve('size');
  };
  const tap = await what.listen((frames, missed) => {
    lose(missed);
    if (stream.writableLength > MOST_WAITING_BYTES) lose(frames.length);
    else take(frames);
    terminal.progress(`${what.name}: ${counted(file.frames, 'frame')}`);
  });
  terminal.notice(`Recording ${what.name}. Press Ctrl-C to end it.`);
  const timer = seconds === undefined ? undefined : setTimeout(() => resolve('seconds'), seconds * 1_000);
  if (signal.aborted) resolve('interrupted');
  else signal.addEventListener('abort', () => resolve('interrupted'));
  stream.once('error', () => resolve('reader'));
  void tap.ended.then(() => resolve('line'));
  const beganMs = Date.now();
  const ending = await promise;
  clearTimeout(timer);
  tap.close();
  return { ending, lost, beganMs };
}
