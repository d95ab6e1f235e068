// `gatewright capture LINE > FILE`: records what goes over a line, for Wireshark, can-utils, and for `replay` and `play`.
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import type { LineEnd, LineFrame } from '../../model/line-frame.ts';
import {
  CAPTURE_FORMATS,
  type CaptureFormat,
  canCapture,
  type LineCapture,
  openCapture,
} from '../../protocols/line-capture.ts';
import type { ProtocolRecording } from '../../protocols/recording.ts';
import { RECORDINGS } from '../../protocols/recordings.ts';
import type { CliContext } from '../context.ts';
import { counted } from '../counted.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { interruptible } from '../interruption.ts';
import { type NamedLine, type NamedLineOption, withNamedLine } from '../named-line.ts';
import type { CliDocument } from '../shapes.ts';
import type { Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';

const MOST_SECONDS = 1_000_000;
const MOST_FRAMES = 1_000_000_000;
/** A recording that somebody forgot must not fill a disk. */
const MOST_BYTES = 4 * 1024 ** 3;
/** Bytes that may wait for whoever reads them; frames beyond are left out and counted. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

export interface CaptureOption extends NamedLineOption {
  readonly format: string;
  /** `device`, `messages`, or a VM; absent = all ends. */
  readonly end?: string;
  readonly direction?: string;
  readonly seconds?: string;
  readonly count?: string;
  /** File; absent = standard output. */
  readonly output?: string;
}

/** Why a recording ended; see its shape. */
type Ending = CliDocument<'capture'>['ending'];

/** @throws UsageError for options that do not fit, and whatever listening throws */
export async function capture(context: CliContext, text: string, option: CaptureOption): Promise<ExitCode> {
  const { terminal } = context;
  const format = oneOf('--format', option.format, CAPTURE_FORMATS);
  const limits = {
    seconds: option.seconds === undefined ? undefined : wholeNumber('--seconds', option.seconds, 1, MOST_SECONDS),
    count: option.count === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--count', option.count, 1, MOST_FRAMES),
  };
  const direction = option.direction === undefined ? undefined : oneOf('--direction', option.direction, ['in', 'out']);
  if (option.output === undefined) checkOutput(terminal, format);
  return withNamedLine(context, text, option, async line => {
    const recording = recordingOf(line, format);
    const filter = { end: endOf(option.end, line), direction };
    const { stream, finish } = await outputOf(option.output);
    let bytes = 0;
    const write = (piece: Uint8Array) => {
      bytes += piece.length;
      stream.write(piece);
    };
    const file = openCapture(format, recording, line.address, write, filter);
    const work = (signal: AbortSignal) =>
      listen(line, file, { ...limits, stream, isFull: () => bytes >= MOST_BYTES, terminal, signal });
    const { ending, lost, beganMs } = await interruptible(terminal, work, 'Ending the recording.');
    const endedMs = Date.now();
    file.close(endedMs);
    await finish();
    const seconds = (endedMs - beganMs) / 1_000;
    tell(terminal, line, option.output, { format, frames: file.frames, lost, seconds, ending });
    return ending === 'line' ? EXIT.host : EXIT.ok;
  });
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find(choice => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`${name} takes ${choices.join(' or ')}, not ${text}`);
}

function checkOutput(terminal: Terminal, format: CaptureFormat): void {
  if (terminal.json)
    throw new UsageError('a document and a recording do not go into one stream; name a file by --output');
  if (format === 'pcapng' && process.stdout.isTTY)
    throw new UsageError('a pcapng recording is no text; send it into a file, or name one by --output');
}

function recordingOf({ address, protocol }: NamedLine, format: CaptureFormat): ProtocolRecording {
  const recording = RECORDINGS[protocol];
  if (recording === undefined)
    throw new UsageError(`${address} speaks ${protocol}, which is not recorded; name another line`);
  if (canCapture(recording, format)) return recording;
  throw new UsageError(`${address} speaks ${protocol}, and there are no candump logs of it; choose --format pcapng`);
}

/** @throws UsageError for what is no end of the line */
function endOf(text: string | undefined, { address, gateway, vms }: NamedLine): LineEnd | undefined {
  if (text === undefined || text === 'device' || text === 'messages') return text;
  const end = vms.find(vm => vm === text || vm === `vm.${gateway}/${text}`);
  if (end !== undefined) return end;
  throw new UsageError(`${text} is no end of ${address}; it has ${[...vms, 'device', 'messages'].join(', ')}`);
}

interface Output {
  readonly stream: Writable;
  /** Resolves when all is written. @throws GatewrightError GW_HOST_IO */
  finish(): Promise<void>;
}

async function outputOf(path: string | undefined): Promise<Output> {
  if (path === undefined) return { stream: process.stdout, finish: async () => {} };
  const file = await open(path, 'w').catch(cause => {
    throw new UsageError(`${path} cannot be written (${messageOf(cause)}); name another file`);
  });
  const stream = file.createWriteStream();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.once('close', resolve);
  stream.once('error', cause =>
    reject(new GatewrightError('GW_HOST_IO', `${path} cannot be written (${cause.message})`, { cause })),
  );
  promise.catch(() => {}); // told when it is finished
  return {
    stream,
    finish() {
      stream.end();
      return promise;
    },
  };
}

interface Listening {
  readonly seconds: number | undefined;
  readonly count: number;
  readonly stream: Writable;
  readonly isFull: () => boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

interface Heard {
  readonly ending: Ending;
  /** Frames that could not be recorded. */
  readonly lost: number;
  /** Unix time in ms. */
  readonly beganMs: number;
}

/** Records until one of the limits, the end of the line, or a signal. */
async function listen(
  { agent, address }: NamedLine,
  file: LineCapture,
  { seconds, count, stream, isFull, terminal, signal }: Listening,
): Promise<Heard> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let lost = 0;
  const lose = (frames: number) => {
    lost += frames;
    if (frames > 0) file.lost(frames);
  };
  const take = (frames: readonly LineFrame[]) => {
    for (const frame of frames) if (file.frames < count) file.take([frame]);
    if (file.frames >= count) resolve('count');
    if (isFull()) resolve('size');
  };
  const tap = await agent.tap(address, (frames, missed) => {
    lose(missed);
    if (stream.writableLength > MOST_WAITING_BYTES) lose(frames.length);
    else take(frames);
    terminal.progress(`${address}: ${counted(file.frames, 'frame')}`);
  });
  terminal.notice(`Recording ${address}. Press Ctrl-C to end it.`);
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

interface Recorded extends Pick<Heard, 'ending' | 'lost'> {
  readonly format: CaptureFormat;
  readonly frames: number;
  readonly seconds: number;
}

function tell(terminal: Terminal, { address, protocol }: NamedLine, output: string | undefined, told: Recorded): void {
  const ok = told.ending !== 'line';
  const words = [
    `${address}: ${counted(told.frames, 'frame')} in ${told.seconds.toFixed(1)} s${told.lost > 0 ? `, ${told.lost} lost` : ''}`,
    ...(ok ? [] : ['  The line or its agent went away. Look with gatewright observe, and record again.']),
  ];
  if (output === undefined) terminal.notice(...words);
  else terminal.result({ version: 1, command: 'capture', ok, line: address, protocol, output, ...told }, words);
}
