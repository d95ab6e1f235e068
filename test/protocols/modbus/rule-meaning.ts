// What a Modbus rule says, asked in words: the request is decoded address by address and value by value, and the rule is asked
// about each. Knows nothing of filter programs; those are held against it.
import type { ModbusFirewall, ModbusRule } from '../../../runtime/protocols/modbus/rules.ts';

interface Row {
  readonly table: 'coil' | 'discrete' | 'holding' | 'input';
  readonly addresses: readonly number[];
}

interface Asked {
  readonly unit: number;
  readonly code: number;
  /** The meaning of the function is not known. */
  readonly strange: boolean;
  readonly reads?: Row;
  /** `unknown`: what the register will hold depends on what it holds. */
  readonly writes?: Row & { readonly values: readonly number[] | 'unknown' };
}

/** Decodes a request as the Modbus Application Protocol V1.1b3 describes it; `undefined` for what is none. */
export function decode(frame: Uint8Array): Asked | undefined {
  if (frame.length < 8 || frame.length > 260) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint16(2) !== 0 || view.getUint16(4) !== frame.length - 6) return undefined;
  const [unit, code] = [view.getUint8(6), view.getUint8(7)];
  if (code === 0 || code > 127) return undefined;
  const body = new DataView(frame.buffer, frame.byteOffset + 8, frame.length - 8);
  try {
    const meaning = MEANINGS[code]?.(body);
    if (code in MEANINGS && meaning === undefined) return undefined;
    return { unit, code, strange: meaning === undefined, ...meaning };
  } catch (error) {
    // The view is asked for bytes behind its end: the request is cut off.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type Meaning = Pick<Asked, 'reads' | 'writes'> | undefined;

function row(table: Row['table'], first: number, count: number, most: number): Row | undefined {
  if (count < 1 || count > most || first + count > 65_536) return undefined;
  return { table, addresses: Array.from({ length: count }, (_, index) => first + index) };
}

function reading(table: Row['table'], most: number) {
  return (body: DataView): Meaning => {
    const reads = row(table, body.getUint16(0), body.getUint16(2), most);
    return reads === undefined || body.byteLength !== 4 ? undefined : { reads };
  };
}

function words(body: DataView, at: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => body.getUint16(at + 2 * index));
}

const MEANINGS: Record<number, (body: DataView) => Meaning> = {
  1: reading('coil', 2000),
  2: reading('discrete', 2000),
  3: reading('holding', 125),
  4: reading('input', 125),
  5: body => {
    const value = body.getUint16(2);
    if (body.byteLength !== 4 || (value !== 0 && value !== 0xff00)) return undefined;
    return { writes: { table: 'coil', addresses: [body.getUint16(0)], values: [value === 0 ? 0 : 1] } };
  },
  6: body =>
    body.byteLength === 4
      ? { writes: { table: 'holding', addresses: [body.getUint16(0)], values: [body.getUint16(2)] } }
      : undefined,
  15: body => {
    const count = body.getUint16(2);
    const place = row('coil', body.getUint16(0), count, 1968);
    const bytes = body.getUint8(4);
    if (place === undefined || bytes !== Math.ceil(count / 8) || body.byteLength !== 5 + bytes) return undefined;
    const values = place.addresses.map((_, index) => (body.getUint8(5 + Math.floor(index / 8)) >> (index % 8)) & 1);
    return { writes: { ...place, values } };
  },
  16: body => {
    const count = body.getUint16(2);
    const place = row('holding', body.getUint16(0), count, 123);
    if (place === undefined || body.getUint8(4) !== 2 * count || body.byteLength !== 5 + 2 * count) return undefined;
    return { writes: { ...place, values: words(body, 5, count) } };
  },
  22: body => {
    if (body.byteLength !== 6) return undefined;
    const values = body.getUint16(2) === 0 ? [body.getUint16(4)] : ('unknown' as const);
    return { writes: { table: 'holding', addresses: [body.getUint16(0)], values } };
  },
  23: body => {
    const count = body.getUint16(6);
    const reads = row('holding', body.getUint16(0), body.getUint16(2), 125);
    const place = row('holding', body.getUint16(4), count, 121);
    if (reads === undefined || place === undefined) return undefined;
    if (body.getUint8(8) !== 2 * count || body.byteLength !== 9 + 2 * count) return undefined;
    return { reads, writes: { ...place, values: words(body, 9, count) } };
  },
  43: body =>
    body.byteLength === 3 && body.getUint8(0) === 14 && body.getUint8(1) >= 1 && body.getUint8(1) <= 4 ? {} : undefined,
};

/** Place of the first rule that a frame matches, -1 = none. Rates are not looked at. */
export function meant({ rules }: ModbusFirewall, frame: Uint8Array): number {
  const asked = decode(frame);
  return asked === undefined ? -1 : rules.findIndex(rule => matches(rule, asked));
}

function matches(rule: ModbusRule, asked: Asked): boolean {
  if (rule.units.length > 0 && !rule.units.some(({ first, last }) => first <= asked.unit && asked.unit <= last))
    return false;
  if (rule.functions.length > 0 && !rule.functions.includes(asked.code)) return false;
  if (asked.strange) return rule.registers.length === 0 && rule.values.length === 0;
  return rule.action === 'accept' ? permits(rule, asked) : forbids(rule, asked);
}

function named(rule: ModbusRule, table: Row['table'], address: number): boolean {
  return rule.registers.some(range => range.table === table && range.first <= address && address <= range.last);
}

function isValue(rule: ModbusRule, value: number): boolean {
  return rule.values.some(({ least, most }) => least <= value && value <= most);
}

/** Everything the request touches and writes is named. */
function permits(rule: ModbusRule, { reads, writes }: Asked): boolean {
  const rows = [reads, writes].filter(each => each !== undefined);
  if (rule.registers.length > 0) {
    if (rows.length === 0) return false;
    if (!rows.every(({ table, addresses }) => addresses.every(address => named(rule, table, address)))) return false;
  }
  if (rule.values.length === 0 || writes === undefined) return true;
  if (writes.values === 'unknown') return anyWord.every(value => isValue(rule, value));
  return writes.values.every(value => isValue(rule, value));
}

/** Something the request touches is named, and something it writes, if values are. */
function forbids(rule: ModbusRule, { reads, writes }: Asked): boolean {
  const rows = [...(rule.values.length === 0 && reads !== undefined ? [reads] : []), ...(writes ? [writes] : [])];
  const touches = rows.some(({ table, addresses }) => addresses.some(address => named(rule, table, address)));
  if (rule.registers.length > 0 && !touches) return false;
  if (rule.values.length === 0) return true;
  if (writes === undefined) return false;
  return writes.values === 'unknown' || writes.values.some(value => isValue(rule, value));
}

const anyWord = Array.from({ length: 65_536 }, (_, value) => value);
