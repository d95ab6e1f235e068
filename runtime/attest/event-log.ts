// The log of a measured boot in the crypto-agile format (TCG PC Client Platform Firmware Profile, "Event Logging"): what was
// measured into which PCR. All numbers are little-endian. Whoever hands the log over may have changed it: only what leads to
// the quoted PCRs counts, and of that only the digests.
import { createHash } from 'node:crypto';
import { HASH_BYTES, type HashName, hashNamed } from './tpm/algorithms.ts';
import { malformed } from './tpm/reader.ts';

export interface LogEvent {
  readonly pcr: number;
  /** See event-types.ts. */
  readonly type: number;
  /** What was extended, by bank. */
  readonly digests: Readonly<Partial<Record<HashName, Buffer>>>;
  /** What the firmware tells about it. Proven by nothing, unless it is what the digest was made of. */
  readonly data: Buffer;
}

export interface EventLog {
  readonly banks: readonly HashName[];
  /** Without the one that describes the log. */
  readonly events: readonly LogEvent[];
}

const WHAT = 'the event log';
/** EV_NO_ACTION: tells something and extends nothing. */
export const NO_ACTION = 0x3;
const MOST_PCR = 23;
/** No firmware makes as many; what has more is made to keep us busy. */
export const MOST_EVENTS = 20_000;
const SIGNATURE = 'Spec ID Event03\0';

/** Little-endian, otherwise as the reader of TPM structures. */
class LogReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(length: number): Buffer {
    if (length > this.left) throw malformed(WHAT, `ends early: ${length - this.left} bytes are missing`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u8(): number {
    return this.take(1).readUInt8();
  }

  u16(): number {
    return this.take(2).readUInt16LE();
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }
}

/**
 * @param bytes  as Linux offers them in `binary_bios_measurements`
 * @throws GatewrightError GW_ATTEST_MALFORMED
 */
export function parseEventLog(bytes: Uint8Array): EventLog {
  const reader = new LogReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const sizes = readHeader(reader);
  const events: LogEvent[] = [];
  while (reader.left > 0) {
    if (events.length >= MOST_EVENTS) throw malformed(WHAT, `has more than ${MOST_EVENTS} events`);
    events.push(readEvent(reader, sizes));
  }
  return { banks: [...sizes.keys()].flatMap(id => hashNamed(id) ?? []), events };
}

/** TCG_PCClientPCREvent with TCG_EfiSpecIDEvent in it. @returns size of a digest, by number of its hash */
function readHeader(reader: LogReader): ReadonlyMap<number, number> {
  const [pcr, type] = [reader.u32(), reader.u32()];
  reader.take(HASH_BYTES.sha1);
  const body = new LogReader(reader.take(reader.u32()));
  if (pcr !== 0 || type !== NO_ACTION || body.take(16).toString('latin1') !== SIGNATURE)
    throw malformed(WHAT, 'is not in the crypto-agile format');
  body.take(8); // platform class, version, errata, size of a pointer
  const count = body.u32();
  if (count < 1 || count > 16) throw malformed(WHAT, `has digests of ${count} banks`);
  const sizes = new Map(Array.from({ length: count }, () => [body.u16(), body.u16()] as const));
  body.take(body.u8());
  if (body.left > 0 || sizes.size < count) throw malformed(WHAT, 'describes itself wrongly');
  for (const [id, size] of sizes) {
    const name = hashNamed(id);
    if (name !== undefined && HASH_BYTES[name] !== size) throw malformed(WHAT, `has ${name} digests of ${size} bytes`);
  }
  return sizes;
}

/** TCG_PCR_EVENT2. */
function readEvent(reader: LogReader, sizes: ReadonlyMap<number, number>): LogEvent {
  const [pcr, type, count] = [reader.u32(), reader.u32(), reader.u32()];
  if (pcr > MOST_PCR && type !== NO_ACTION) throw malformed(WHAT, `has an event of PCR ${pcr}`);
  // Some firmware leaves banks out; then the log leads to no PCR of theirs.
  if (count < 1 || count > sizes.size)
    throw malformed(WHAT, `has an event with ${count} digests where ${sizes.size} are the most`);
  const digests = new Map<number, Buffer>();
  for (let index = 0; index < count; index += 1) {
    const id = reader.u16();
    const size = sizes.get(id);
    if (size === undefined || digests.has(id)) throw malformed(WHAT, `has an event of a bank 0x${id.toString(16)}`);
    digests.set(id, reader.take(size));
  }
  const named = [...digests].flatMap(([id, digest]) => {
    const name = hashNamed(id);
    return name === undefined ? [] : [[name, digest] as const];
  });
  return { pcr, type, digests: Object.fromEntries(named), data: reader.take(reader.u32()) };
}

/** A PCR as it is before the first event: zero, but for those of a late launch. */
export function initialPcr(pcr: number, bank: HashName, locality = 0): Buffer {
  const value = Buffer.alloc(HASH_BYTES[bank], pcr >= 17 && pcr <= 22 ? 0xff : 0);
  if (pcr === 0) value[value.length - 1] = locality;
  return value;
}

/**
 * Does again what the TPM did.
 * @returns the PCRs that were extended; the others are as {@link initialPcr} says
 */
export function replay({ events }: EventLog, bank: HashName): ReadonlyMap<number, Buffer> {
  const values = new Map<number, Buffer>();
  const locality = startupLocality(events);
  for (const { pcr, type, digests } of events) {
    const digest = digests[bank];
    if (type === NO_ACTION || digest === undefined) continue;
    const before = values.get(pcr) ?? initialPcr(pcr, bank, locality);
    values.set(pcr, createHash(bank).update(before).update(digest).digest());
  }
  return values;
}

/** A firmware that starts the TPM from another locality says so in an event ("Startup Locality Event"). */
function startupLocality(events: readonly LogEvent[]): number {
  const prefix = Buffer.from('StartupLocality\0');
  const event = events.find(
    ({ type, pcr, data }) =>
      type === NO_ACTION && pcr === 0 && data.length === 17 && data.subarray(0, 16).equals(prefix),
  );
  return event?.data[16] ?? 0;
}
