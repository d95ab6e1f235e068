// `gatewright play LINE --recording FILE`: says a recording on a line again, as messages of the flow may say things there.
import { replay } from '../../lanes/recording/replay.ts';
import { LINK_CODES } from '../../model/codes/links.ts';
import { MODBUS_CODES } from '../../model/codes/modbus.ts';
import { CODES, type Code } from '../../model/codes.ts';
import { isGatewrightError } from '../../model/errors.ts';
import { WORDS } from '../../protocols/catalog.ts';
import type { ProtocolRecording, SpokenFrame, SpokenOptions } from '../../protocols/recording.ts';
import { RECORDINGS } from '../../protocols/recordings.ts';
import type { CliContext } from '../context.ts';
import { counted } from '../counted.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { interruptible } from '../interruption.ts';
import { LinkCounts } from '../link-counts.ts';
import { type NamedLine, type NamedLineOption, withNamedLine } from '../named-line.ts';
import { RecordingFile } from '../recording-file.ts';
import type { Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';

const MOST_SPEED = 1_000_000;
/** What is less late nobody notices. */
const LATE_MS = 10;

export interface PlayOption extends NamedLineOption {
  readonly recording: string;
  /** `original`, `max`, or how many times faster. */
  readonly speed: string;
  /** Name of a link in the recording; absent = all of them. */
  readonly link?: string;
  readonly port?: string;
  /** Do not ask. */
  readonly yes?: boolean;
}

/** What the devices and the line of a recording made of it. */
class Tally {
  said = 0;
  answered = 0;
  /** Answers that are a refusal of the device. */
  exceptions = 0;
  readonly #failed = new Map<Code, { readonly code: Code; readonly message: string; frames: number }>();

  /** By code, with the message of the first. */
  get failed() {
    return [...this.#failed.values()];
  }

  fail(code: Code, message: string): void {
    const known = this.#failed.get(code);
    if (known === undefined) this.#failed.set(code, { code, message, frames: 1 });
    else known.frames += 1;
  }
}

/**
 * Exits with 3 when something could not be said, with 1 when it was not said to the end.
 * @throws UsageError for options that do not fit; GatewrightError GW_LINE_MESSAGES and whatever ends all asking
 */
export async function play(context: CliContext, text: string, option: PlayOption): Promise<ExitCode> {
  const speed = speedOf(option.speed);
  const port = option.port === undefined ? {} : { port: wholeNumber('--port', option.port, 1, 0xffff) };
  return withNamedLine(context, text, option, async line => {
    const recording = RECORDINGS[line.protocol];
    if (recording === undefined)
      throw new UsageError(`${line.address} speaks ${line.protocol}, which is not recorded; name another line`);
    if (!(await mayPlay(context.terminal, line, option))) return EXIT.findings;
    const file = new RecordingFile(option.recording, () => {});
    const spoken = spokenIn(file, recording.reader, { link: option.link, ...port });
    return run(context.terminal, line, { spoken, speed, file });
  });
}

function speedOf(text: string): number {
  if (text === 'original') return 1;
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = /^\d{1,7}(?:\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (speed > 0 && speed <= MOST_SPEED) return speed;
  throw new UsageError(`--speed takes original, max, or a number above 0, not ${text}`);
}

/** What is said on a line moves machines: somebody must want it. */
async function mayPlay(terminal: Terminal, { address }: NamedLine, option: PlayOption): Promise<boolean> {
  if (option.yes === true) return true;
  if (terminal.interactive)
    return terminal.confirm(`Say what is in ${option.recording} on ${address}, where devices act on it?`);
  throw new UsageError(
    `nobody can be asked whether to say what is in ${option.recording} on ${address}; give --yes to say it`,
  );
}

interface Chosen extends SpokenOptions {
  /** Absent = every link of the recording. */
  readonly link: string | undefined;
}

/** What is said in a recording, read as it is needed. */
interface Spoken {
  readonly frames: AsyncIterable<SpokenFrame>;
  /** What could not be told from it, when it was read to its end. */
  remarks(): readonly string[];
}

function spokenIn(file: RecordingFile, open: ProtocolRecording['reader'], { link, ...options }: Chosen): Spoken {
  const ready: SpokenFrame[] = [];
  const links = new LinkCounts();
  const reader = open(frame => {
    links.add(frame.link);
    ready.push(frame);
  }, options);
  let remarks: readonly string[] = [];
  async function* frames(): AsyncGenerator<SpokenFrame> {
    for await (const batch of file.batches()) {
      for (const frame of batch) if (link === undefined || frame.link === link) reader.take(frame);
      yield* ready.splice(0);
    }
    remarks = reader.end();
    yield* ready.splice(0);
  }
  return { frames: frames(), remarks: () => [...links.remarks, ...remarks] };
}

interface Playing {
  readonly spoken: Spoken;
  readonly speed: number;
  readonly file: RecordingFile;
}

async function run(terminal: Terminal, line: NamedLine, { spoken, speed, file }: Playing): Promise<ExitCode> {
  const tally = new Tally();
  const say = (frame: SpokenFrame) => ask(line, frame, tally, terminal);
  const work = (signal: AbortSignal) => replay(spoken.frames, say, { speed, signal }).catch(unless(signal));
  const played = await interruptible(terminal, work, 'Stopping after what is being said.');
  if (played?.frames === 0)
    throw new UsageError(
      `${file.name}, a ${file.facts.format}, holds nothing that can be said on ${line.address}; name another recording`,
    );
  return tell(terminal, line, { tally, latestMs: played?.latestMs, remarks: spoken.remarks() });
}

/** A recording that is stopped is no failure. @returns what takes an error and gives nothing when it is that one */
function unless(signal: AbortSignal): (error: unknown) => undefined {
  return error => {
    if (!signal.aborted || isGatewrightError(error)) throw error;
    return undefined;
  };
}

/** @throws GatewrightError what is not about this one frame */
async function ask(line: NamedLine, { request }: SpokenFrame, tally: Tally, terminal: Terminal): Promise<void> {
  try {
    const answer = await line.agent.ask(line.address, request);
    if (answer.length > 0) tally.answered += 1;
    if (isException(line, request, answer)) tally.exceptions += 1;
  } catch (error) {
    if (!isGatewrightError(error) || !isOfOneFrame(error.code)) throw error;
    tally.fail(error.code, error.message);
  }
  tally.said += 1;
  terminal.progress(`${line.address}: ${counted(tally.said, 'frame')}`);
}

/** What a protocol says about one request; anything else would be said about all that follow. */
function isOfOneFrame(code: Code): boolean {
  return code in LINK_CODES || code in MODBUS_CODES;
}

function isException({ protocol }: NamedLine, request: Uint8Array, answer: Uint8Array): boolean {
  const [frame, answered] = [request, answer].map(bytes => Buffer.from(bytes).toString('hex'));
  const heard = { atMs: 0, end: 'messages', direction: 'in', frame: frame ?? '', answer: answered ?? '' } as const;
  return WORDS[protocol]?.describe(heard).exception !== undefined;
}

interface Played {
  readonly tally: Tally;
  /** Absent when it was stopped. */
  readonly latestMs: number | undefined;
  readonly remarks: readonly string[];
}

function tell(terminal: Terminal, { address, protocol }: NamedLine, { tally, latestMs, remarks }: Played): ExitCode {
  const { said, answered, exceptions, failed } = tally;
  const stopped = latestMs === undefined;
  const ok = !stopped && failed.length === 0;
  const figures = { said, answered, exceptions, failed, stopped, ...(stopped ? {} : { latestMs }) };
  terminal.result({ version: 1, command: 'play', ok, line: address, protocol, ...figures, remarks: [...remarks] }, [
    `${address}: ${counted(said, 'frame')} said, ${answered} answered${exceptions > 0 ? `, ${exceptions} of them refused` : ''}`,
    ...remarks.map(remark => `  ${remark}`),
    ...(!stopped && latestMs >= LATE_MS ? [`  the most that one came late is ${Math.round(latestMs)} ms`] : []),
    ...failed.flatMap(({ code, message, frames }) => [
      `  ${frames} not done: ${message} [${code}]`,
      `    ${CODES[code].remedy}`,
    ]),
    ...(stopped ? ['  Stopped before its end.'] : []),
  ]);
  if (failed.length > 0) return EXIT.host;
  return stopped ? EXIT.findings : EXIT.ok;
}
