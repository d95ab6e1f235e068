// The four tables of a Modbus device as the command line names them, and values in them.
import type { ModbusClient } from '../protocols/modbus/client/client.ts';
import { MOST } from '../protocols/modbus/pdu/functions.ts';
import { UsageError } from './exit.ts';

const MOST_ADDRESS = 0xffff;

type Value = boolean | number;

interface ReadTable {
  readonly most: number;
  readonly read: (client: ModbusClient, unit: number, address: number, quantity: number) => Promise<readonly Value[]>;
}

/** By the name of the option that chooses it. */
const READ_TABLES = {
  coils: { most: MOST.readBits, read: (client, ...asked) => client.readCoils(...asked) },
  discrete: { most: MOST.readBits, read: (client, ...asked) => client.readDiscreteInputs(...asked) },
  holding: { most: MOST.readRegisters, read: (client, ...asked) => client.readHoldingRegisters(...asked) },
  input: { most: MOST.readRegisters, read: (client, ...asked) => client.readInputRegisters(...asked) },
} satisfies Record<string, ReadTable>;

export type ReadTableName = keyof typeof READ_TABLES;
export const READ_TABLE_NAMES = Object.keys(READ_TABLES) as readonly ReadTableName[];

export const WRITE_TABLE_NAMES = ['coil', 'holding'] as const;
export type WriteTableName = (typeof WRITE_TABLE_NAMES)[number];

/** The one table that was chosen. @throws UsageError for none and for several */
export function tableOf<N extends string>(names: readonly N[], option: Readonly<Partial<Record<N, true>>>): N {
  const [table, another] = names.filter(name => option[name] === true);
  if (table !== undefined && another === undefined) return table;
  throw new UsageError(`choose one table; the command takes ${names.map(name => `--${name}`).join(', ')}`);
}

export interface AddressRange {
  readonly address: number;
  readonly quantity: number;
}

/** @param text  `ADDRESS` or `FIRST-LAST` @throws UsageError when it is neither, or more than one request can read */
export function rangeOf(table: ReadTableName, text: string): AddressRange {
  const [first = '', last = first, more] = text.split('-');
  const [address, end] = [addressOf(first), addressOf(last)];
  const { most } = READ_TABLES[table];
  if (more !== undefined || end < address)
    throw new UsageError(`${text} is no range of addresses; write the first, and behind a - the last one`);
  const quantity = end - address + 1;
  if (quantity > most) throw new UsageError(`one request reads at most ${most} of --${table}; ask in several`);
  return { address, quantity };
}

/** @throws UsageError unless it is a whole number from 0 to 65,535, decimal or with 0x */
export function addressOf(text: string): number {
  return word('an address', text);
}

/** @throws what `ModbusClient` throws */
export function readTable(
  table: ReadTableName,
  client: ModbusClient,
  unit: number,
  { address, quantity }: AddressRange,
) {
  const { read }: ReadTable = READ_TABLES[table];
  return read(client, unit, address, quantity);
}

/** A write that was checked. */
export interface TableWrite {
  readonly values: readonly Value[];
  readonly write: (client: ModbusClient, unit: number) => Promise<void>;
}

/** @throws UsageError for values that the table does not take, and for more than one request can write */
export function tableWrite(table: WriteTableName, address: number, texts: readonly string[]): TableWrite {
  const most = table === 'coil' ? MOST.writeBits : MOST.writeRegisters;
  if (texts.length > most) throw new UsageError(`one request writes at most ${most} of --${table}; write in several`);
  if (address + texts.length - 1 > MOST_ADDRESS)
    throw new UsageError(`${texts.length} values from ${address} end behind address ${MOST_ADDRESS}; write fewer`);
  if (table === 'coil') {
    const values = texts.map(switched);
    return { values, write: (client, unit) => client.writeCoils(unit, address, values) };
  }
  const values = texts.map(text => word('a register', text));
  return { values, write: (client, unit) => client.writeRegisters(unit, address, values) };
}

/** Lines of a table: a register in decimal and hex, a bit in words. */
export function valueLines(address: number, values: readonly Value[]): readonly string[] {
  const bits = typeof values[0] === 'boolean';
  const rows = values.map((value, at) => rowOf(String(address + at), value));
  return [bits ? 'address  value' : 'address  decimal  hex', ...rows];
}

function rowOf(address: string, value: Value): string {
  const start = address.padStart(7);
  if (typeof value === 'boolean') return `${start}  ${value ? 'on' : 'off'}`;
  return `${start}  ${String(value).padStart(7)}  0x${value.toString(16).padStart(4, '0')}`;
}

function switched(text: string): boolean {
  if (text === 'on' || text === '1') return true;
  if (text === 'off' || text === '0') return false;
  throw new UsageError(`a coil takes on, off, 1 or 0, not ${text}`);
}

function word(what: string, text: string): number {
  const number = /^(?:\d{1,5}|0x[\da-f]{1,4})$/i.test(text) ? Number(text) : Number.NaN;
  if (number <= MOST_ADDRESS) return number;
  throw new UsageError(`${what} is a whole number from 0 to 65535, or 0x0 to 0xffff, not ${text}`);
}
