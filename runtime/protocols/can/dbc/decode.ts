// The signals in a frame, as a DBC file tells them.
// WHY not a package: candied, the one kept npm library for these files, decodes the signals of every multiplexer value at once.
import type { CanFrame } from '../frame.ts';
import { bitsOf } from './bits.ts';
import type { DbcDatabase, DbcMessage, DbcSignal } from './database.ts';

export interface DecodedSignal {
  readonly signal: DbcSignal;
  /** The bits as a number, before factor and offset; a bigint when a number cannot hold them exactly. */
  readonly raw: number | bigint;
  /** In the unit of the signal; not finite when a float is not. */
  readonly value: number;
  /** Name of the raw value, where the file has one. */
  readonly label?: string;
}

export interface DecodedMessage {
  readonly message: DbcMessage;
  /** Those that are there: multiplexed ones that are not now, and those behind the end of a short frame, are left out. */
  readonly signals: readonly DecodedSignal[];
}

/** @returns `undefined` for a remote frame, and a message that the file does not have */
export function decodeFrame(database: DbcDatabase, { id, ext, rtr, data }: CanFrame): DecodedMessage | undefined {
  const message = rtr ? undefined : database.find(id, ext);
  if (message === undefined) return undefined;
  const found = new Map<string, DecodedSignal>();
  for (const signal of message.signals) {
    const raw = isThere(signal, found) ? rawOf(signal, data) : undefined;
    if (raw !== undefined) found.set(signal.name, decoded(signal, raw));
  }
  return { message, signals: [...found.values()] };
}

/** A signal stands behind the one that multiplexes it, so that one is decoded already when it is there. */
function isThere({ multiplexed }: DbcSignal, found: ReadonlyMap<string, DecodedSignal>): boolean {
  if (multiplexed === undefined) return true;
  const raw = found.get(multiplexed.by)?.raw;
  return raw !== undefined && multiplexed.ranges.some(([low, high]) => raw >= low && raw <= high);
}

/** The bits; `undefined` when the frame ends before. */
function rawOf(signal: DbcSignal, data: Uint8Array): bigint | undefined {
  let raw = 0n;
  for (const { byte, shift, bits, place } of bitsOf(signal)) {
    const value = data[byte];
    if (value === undefined) return undefined;
    raw |= BigInt((value >>> shift) & ((1 << bits) - 1)) << BigInt(place);
  }
  return signal.type === 'signed' ? BigInt.asIntN(signal.length, raw) : raw;
}

function decoded(signal: DbcSignal, raw: bigint): DecodedSignal {
  const exact = raw >= Number.MIN_SAFE_INTEGER && raw <= Number.MAX_SAFE_INTEGER;
  const label = exact ? signal.labels.get(Number(raw)) : undefined;
  const value = numberOf(signal, raw) * signal.factor + signal.offset;
  return { signal, raw: exact ? Number(raw) : raw, value, ...(label === undefined ? {} : { label }) };
}

function numberOf({ type }: DbcSignal, raw: bigint): number {
  if (type !== 'float' && type !== 'double') return Number(raw);
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, raw);
  return type === 'double' ? view.getFloat64(0) : view.getFloat32(4);
}
