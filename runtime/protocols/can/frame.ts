// CAN frames in the form they have inside lanes, Linux' struct canfd_frame in little endian, and in the form in which people
// write and read them. Everything that a driver would refuse by ending the process, or would change without a word, is refused
// here with the reason.

/** Bytes of a classic frame in a lane [linux/can.h: CAN_MTU]. */
export const CLASSIC_BYTES = 16;
/** Bytes of a CAN FD frame in a lane [linux/can.h: CANFD_MTU]. */
export const FD_BYTES = 72;
/** Where the data begin in either. */
export const DATA_AT = 8;

/** Bits of the first word beside the identifier [linux/can.h]. */
export const ID_FLAG = { extended: 0x8000_0000, remote: 0x4000_0000, error: 0x2000_0000 } as const;
/** Bits of the flags byte of CAN FD [linux/can.h]. */
export const FD_FLAG = { rateSwitch: 1, errorState: 2, fd: 4 } as const;

export const MOST_STANDARD_ID = 0x7ff;
export const MOST_EXTENDED_ID = 0x1fff_ffff;
/** What the four bits of a length code mean [ISO 11898-1 table 5]; up to 8 they are the length itself. */
export const FD_LENGTHS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64];

/** A frame as messages carry it. */
export interface CanFrame {
  /** 11 bits, 29 when `ext`. */
  readonly id: number;
  /** Extended: an identifier of 29 bits. */
  readonly ext: boolean;
  /** A remote frame asks for data and carries none. */
  readonly rtr: boolean;
  readonly fd: boolean;
  /** FD only: the data go at the second bit rate. */
  readonly brs: boolean;
  /** FD only: the sender is error passive. */
  readonly esi: boolean;
  readonly data: Uint8Array;
  /** Bytes of data; of a remote frame, how many it asks for. */
  readonly length: number;
}

/** A frame that cannot be on a bus; the message says what is wrong with it and what would be right. */
export class CanFrameError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CanFrameError';
  }
}

const FLAGS = ['ext', 'rtr', 'fd', 'brs', 'esi'] as const;
const KNOWN: ReadonlySet<string> = new Set(['id', 'data', 'length', ...FLAGS]);

/**
 * Checks what somebody wants to send.
 * @param message  `{ id, ext?, rtr?, fd?, brs?, esi?, data?, length? }`; `data` are bytes in an array or a Uint8Array
 * @throws CanFrameError
 */
export function checkFrame(message: unknown): CanFrame {
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    throw new CanFrameError('a CAN frame is an object with an id and data');
  const given = message as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(given))
    if (!KNOWN.has(key)) throw new CanFrameError(`a CAN frame has no ${quote(key)}; it has ${[...KNOWN].join(', ')}`);
  const [ext, rtr, fd, brs, esi] = FLAGS.map(name => flagOf(given, name)) as [
    boolean,
    boolean,
    boolean,
    boolean,
    boolean,
  ];
  if (rtr && fd) throw new CanFrameError('CAN FD has no remote frames; leave out rtr or fd');
  if ((brs || esi) && !fd) throw new CanFrameError('brs and esi are of CAN FD; add fd: true or leave them out');
  const data = dataOf(given.data);
  return { id: idOf(given.id, ext), ext, rtr, fd, brs, esi, data, length: lengthOf(given.length, data, rtr, fd) };
}

function flagOf(given: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = given[name] ?? false;
  if (typeof value !== 'boolean') throw new CanFrameError(`${name} is true or false, not ${quote(value)}`);
  return value;
}

function idOf(id: unknown, ext: boolean): number {
  if (id === undefined) throw new CanFrameError('a CAN frame needs an id');
  if (typeof id !== 'number') throw new CanFrameError(`the id is a number, not ${quote(id)}`);
  if (!Number.isInteger(id) || id < 0) throw new CanFrameError(`the id is a whole number from 0, not ${id}`);
  if (id > MOST_EXTENDED_ID)
    throw new CanFrameError(`the id ${hex(id)} has more than 29 bits; flags are not part of it`);
  if (!ext && id > MOST_STANDARD_ID)
    throw new CanFrameError(`the id ${hex(id)} has more than 11 bits; add ext: true for an extended frame`);
  return id;
}

const NOTHING = new Uint8Array(0);

function dataOf(data: unknown): Uint8Array {
  if (data === undefined) return NOTHING;
  if (data instanceof Uint8Array) return data;
  if (!Array.isArray(data)) throw new CanFrameError(`data are bytes in an array or a Buffer, not ${quote(data)}`);
  const wrong = data.findIndex(byte => !Number.isInteger(byte) || byte < 0 || byte > 255);
  if (wrong !== -1) throw new CanFrameError(`byte ${wrong} of the data is ${quote(data[wrong])}; a byte is 0 to 255`);
  return Uint8Array.from(data as number[]);
}

function lengthOf(length: unknown, { length: bytes }: Uint8Array, rtr: boolean, fd: boolean): number {
  if (rtr) {
    if (bytes > 0) throw new CanFrameError('a remote frame carries no data; say by length how many it asks for');
    const asked = length ?? 0;
    if (typeof asked === 'number' && Number.isInteger(asked) && asked >= 0 && asked <= 8) return asked;
    throw new CanFrameError(`a remote frame asks for 0 to 8 bytes, not ${quote(asked)}`);
  }
  if (length !== undefined && length !== bytes)
    throw new CanFrameError(`length is ${quote(length)}, but there are ${bytes} bytes of data`);
  if (!fd && bytes > 8) throw new CanFrameError(`a classic frame carries at most 8 bytes, not ${bytes}; use fd: true`);
  if (fd && !FD_LENGTHS.includes(bytes))
    throw new CanFrameError(`no CAN FD frame has ${bytes} bytes; ${paddingFor(bytes)}`);
  return bytes;
}

function paddingFor(bytes: number): string {
  const next = FD_LENGTHS.find(length => length > bytes);
  return next === undefined ? 'the most is 64' : `fill the data up to ${next} yourself`;
}

/**
 * Writes a frame as it is in a lane.
 * @param into  at least 72 bytes from `at` for FD, 16 otherwise
 * @returns bytes written: 16 or 72; the unused ones are zero
 */
export function writeFrame(frame: CanFrame, into: Uint8Array, at = 0): number {
  const bytes = frame.fd ? FD_BYTES : CLASSIC_BYTES;
  into.fill(0, at, at + bytes);
  const word = frame.id + (frame.ext ? ID_FLAG.extended : 0) + (frame.rtr ? ID_FLAG.remote : 0);
  putWord(into, at, word);
  into[at + 4] = frame.length;
  if (frame.fd) into[at + 5] = FD_FLAG.fd + (frame.brs ? FD_FLAG.rateSwitch : 0) + (frame.esi ? FD_FLAG.errorState : 0);
  into.set(frame.data, at + DATA_AT);
  return bytes;
}

/**
 * Reads a frame as it is in a lane.
 * @param bytes  16 or 72
 * @returns with data of its own
 * @throws CanFrameError for bytes that are none, and for an error frame: what a controller says about its bus
 */
export function readFrame(bytes: Uint8Array): CanFrame {
  const problem = frameProblem(bytes);
  if (problem !== undefined) throw new CanFrameError(problem);
  const word = wordOf(bytes);
  const ext = word >= ID_FLAG.extended;
  const rtr = (word & ID_FLAG.remote) !== 0;
  const fd = bytes.length === FD_BYTES;
  const flags = fd ? (bytes[5] as number) : 0;
  const length = bytes[4] as number;
  return {
    ...{ id: word & (ext ? MOST_EXTENDED_ID : MOST_STANDARD_ID), ext, rtr, fd },
    ...{ brs: (flags & FD_FLAG.rateSwitch) !== 0, esi: (flags & FD_FLAG.errorState) !== 0 },
    ...{ data: rtr ? NOTHING : Uint8Array.from(bytes.subarray(DATA_AT, DATA_AT + length)), length },
  };
}

/** Why these bytes are no frame that may travel; `undefined` when they are one. Allocates nothing for one that may. */
export function frameProblem(bytes: Uint8Array): string | undefined {
  if (bytes.length !== CLASSIC_BYTES && bytes.length !== FD_BYTES) return `${bytes.length} bytes are no CAN frame`;
  const fd = bytes.length === FD_BYTES;
  const word = wordOf(bytes);
  if ((word & ID_FLAG.error) !== 0) return 'an error frame is no message';
  if (word < ID_FLAG.extended && (word & MOST_EXTENDED_ID) > MOST_STANDARD_ID) return 'the id has more than 11 bits';
  if (fd && (word & ID_FLAG.remote) !== 0) return 'CAN FD has no remote frames';
  const length = bytes[4] as number;
  if (fd ? !FD_LENGTHS.includes(length) : length > 8) return `${length} is no length of a frame`;
  return undefined;
}

/** The first word: identifier and flags. */
export function wordOf(bytes: Uint8Array, at = 0): number {
  return (
    (((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16)) +
      (bytes[at + 3] as number) * 0x100_0000) >>>
    0
  );
}

/** Writes the first word. */
export function putWord(into: Uint8Array, at: number, word: number): void {
  into[at] = word;
  into[at + 1] = word >>> 8;
  into[at + 2] = word >>> 16;
  into[at + 3] = word >>> 24;
}

function hex(id: number): string {
  return `0x${id.toString(16).toUpperCase()}`;
}

/** What was given, short. WHY no text of an object: its own toString may throw. */
function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 40);
}
