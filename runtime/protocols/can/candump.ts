// Logs as candump of can-utils writes and canplayer reads them [can-utils: lib.c, parse_canframe]: `(1543509533.000838) can0
// 0CF00400#207D87481400F087`, and with one more # and a digit of flags for CAN FD.
import { type CanFrame, CanFrameError, checkFrame, FD_FLAG } from './frame.ts';

export interface CandumpEntry {
  /** Microseconds since 1970, as the log has it: its clock may begin at 0. */
  readonly time: number;
  /** Interface on which the frame was seen. */
  readonly link: string;
  readonly frame: CanFrame;
}

/** Longest line: an interface of 15 characters, 64 bytes of data, and room. */
const MOST_LINE_CHARACTERS = 256;
const LINE = /^\((\d{1,10})\.(\d{1,9})\)\s+(\S{1,15})\s+([0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(\S*)(?:\s+[RT])?$/;
const FRAME = /^([0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(\S*)$/;
const ERROR_ID = 0x2000_0000;

/**
 * Reads one line.
 * @returns `undefined` for an empty line, a comment, and an error frame, which says something about a controller and is no message
 * @throws CanFrameError for anything else that is no frame
 */
export function readCandumpLine(line: string): CandumpEntry | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const parts = text.length > MOST_LINE_CHARACTERS ? null : LINE.exec(text);
  if (parts === null) throw new CanFrameError(`no line of a candump log: ${JSON.stringify(text.slice(0, 80))}`);
  const [, seconds = '', fraction = '', link = '', id = '', body = ''] = parts;
  const number = Number.parseInt(id, 16);
  if (id.length === 8 && number >= ERROR_ID) return undefined;
  const time = Number(seconds) * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
  return { time, link, frame: checkFrame({ id: number, ext: id.length === 8, ...bodyOf(body) }) };
}

/**
 * Reads a log.
 * @param lines  in order, without their ends
 * @throws CanFrameError with the number of the line
 */
export function* readCandump(lines: Iterable<string>): Generator<CandumpEntry> {
  let number = 0;
  for (const line of lines) {
    number += 1;
    let entry: CandumpEntry | undefined;
    try {
      entry = readCandumpLine(line);
    } catch (error) {
      throw error instanceof CanFrameError ? new CanFrameError(`line ${number}: ${error.message}`) : error;
    }
    if (entry !== undefined) yield entry;
  }
}

/**
 * Reads a frame as {@link frameText} writes it.
 * @returns `undefined` for a text of another form @throws CanFrameError for one of the form that is no frame
 */
export function readFrameText(text: string): CanFrame | undefined {
  const [, id = '', body = ''] = (text.length > MOST_LINE_CHARACTERS ? null : FRAME.exec(text)) ?? [];
  return id === '' ? undefined : checkFrame({ id: Number.parseInt(id, 16), ext: id.length === 8, ...bodyOf(body) });
}

/** What stands behind the #. */
function bodyOf(body: string): object {
  if (body.startsWith('#')) return fdBody(body.slice(1));
  const remote = /^R([0-8])?$/.exec(body);
  if (remote !== null) return { rtr: true, length: Number(remote[1] ?? 0) };
  // A length code above 8 of a classic frame with 8 bytes, written _9 to _F, changes nothing about them.
  return { data: bytesOf(body.replace(/^([0-9A-Fa-f]{16})_[9A-Fa-f]$/, '$1')) };
}

function fdBody(body: string): object {
  const flags = Number.parseInt(body.slice(0, 1), 16);
  if (Number.isNaN(flags)) throw new CanFrameError('a CAN FD frame needs a digit of flags behind ##');
  return {
    ...{ fd: true, brs: (flags & FD_FLAG.rateSwitch) !== 0, esi: (flags & FD_FLAG.errorState) !== 0 },
    data: bytesOf(body.slice(1)),
  };
}

function bytesOf(text: string): Uint8Array {
  // Dots may stand between bytes.
  const digits = text.replace(/\.(?=[0-9A-Fa-f]{2})/g, '');
  if (!/^([0-9A-Fa-f]{2})*$/.test(digits)) throw new CanFrameError(`${JSON.stringify(text.slice(0, 40))} is no data`);
  return Uint8Array.from(digits.match(/../g) ?? [], byte => Number.parseInt(byte, 16));
}

/** Writes one line, with its end; microseconds, as candump does. @throws CanFrameError for a link that no log can name */
export function writeCandumpLine({ time, link, frame }: CandumpEntry): string {
  if (!/^\S{1,15}$/.test(link))
    throw new CanFrameError(`a log cannot name the link ${JSON.stringify(link.slice(0, 40))}`);
  const seconds = String(Math.floor(time / 1_000_000)).padStart(10, '0');
  const micros = String(Math.floor(time % 1_000_000)).padStart(6, '0');
  return `(${seconds}.${micros}) ${link} ${frameText(frame)}\n`;
}

/** A frame as people who work with CAN write it: `123#DEADBEEF`. */
export function frameText(frame: CanFrame): string {
  const id = frame.id
    .toString(16)
    .toUpperCase()
    .padStart(frame.ext ? 8 : 3, '0');
  return `${id}#${bodyText(frame)}`;
}

function bodyText({ rtr, fd, brs, esi, data, length }: CanFrame): string {
  if (rtr) return length === 0 ? 'R' : `R${length}`;
  const flags = (brs ? FD_FLAG.rateSwitch : 0) + (esi ? FD_FLAG.errorState : 0);
  return `${fd ? `#${flags.toString(16).toUpperCase()}` : ''}${Buffer.from(data).toString('hex').toUpperCase()}`;
}
