// What a rule has to know of each Modbus request: which frames are one, which data it reaches and which values it writes. Said
// in tests of a filter over the Modbus TCP frame (MBAP header of 7 bytes, then the PDU), which all carriers have in a lane.
// Clauses are those of the Modbus Application Protocol V1.1b3.
import type { Expression, Range, Test } from '../../lanes/filter/ir.ts';
import { byteAt, isIn, isOneOf, rangeWords, sum, wordAt } from '../../lanes/filter/terms.ts';

/** The four tables of a Modbus device (clause 4.3): bits that can be written and only read, 16-bit registers likewise. */
export const TABLES = ['coil', 'discrete', 'holding', 'input'] as const;
export type Table = (typeof TABLES)[number];

/** A row of addresses that a request reads or writes. */
export interface Reach {
  readonly table: Table;
  readonly access: 'read' | 'write';
  readonly first: Expression;
  /** The same object for a single address. */
  readonly last: Expression;
}

export interface Request {
  readonly code: number;
  /** `write single coil`. */
  readonly name: string;
  /** Hold for every sound request of this function, and for no other of it. */
  readonly shape: readonly Test[];
  readonly reaches: readonly Reach[];
  /**
   * Tests for what it writes, each list a way to fit; absent = it writes nothing.
   * @param allowed  values, merged
   * @param which    whether all written values are to be allowed ones, or any of them
   */
  readonly written?: (allowed: readonly Range[], which: 'all' | 'any') => readonly (readonly Test[])[];
}

const [LENGTH, UNIT, FUNCTION, PDU] = [4, 6, 7, 8];
/** Longest frame: header, and the longest PDU (clause 4.1). */
const LONGEST = 7 + 253;
const WORDS_END = 0xffff;

/** The unit a request is for. */
export const unit = byteAt(UNIT);
/** The function of a request. */
export const functionCode = byteAt(FUNCTION);

/** Hold for every sound header; the frame is as long as the header says. */
export const HEADER: readonly Test[] = [
  isOneOf('the header says that it is Modbus', wordAt(2), 0),
  isOneOf('the frame is as long as its header says', sum(0, 'length', [-1, wordAt(LENGTH)]), LENGTH + 2),
  isIn('the frame is no longer than a Modbus frame can be', 'length', [[PDU, LONGEST]]),
];

function quantity(at: number, most: number): Test {
  return isIn(`the quantity is 1 to ${most}`, wordAt(at), [[1, most]]);
}

function hasLength(bytes: number): Test {
  return isOneOf(`the request has ${bytes} bytes`, 'length', bytes);
}

/** Addresses from the one at an offset on, as many as the number behind it says. */
function row(table: Table, access: Reach['access'], at: number): Reach {
  return { table, access, first: sum(0, wordAt(at)), last: sum(-1, wordAt(at), wordAt(at + 2)) };
}

function one(table: Table): Reach {
  const address = sum(0, wordAt(PDU));
  return { table, access: 'write', first: address, last: address };
}

/** Clauses 6.1 to 6.4. */
function read(code: number, name: string, table: Table, most: number): Request {
  return { code, name, shape: [hasLength(12), quantity(PDU + 2, most)], reaches: [row(table, 'read', PDU)] };
}

function valueWords(allowed: readonly Range[]): string {
  return `is ${rangeWords(allowed)}`;
}

/** Ways for a coil, which is 0 or 1, to have a value that is allowed. */
function coilWays(allowed: readonly Range[], one: (value: 0 | 1) => Test): readonly (readonly Test[])[] {
  const has = ([0, 1] as const).filter(value => allowed.some(([least, most]) => least <= value && value <= most));
  return has.length === 2 ? [[]] : has.map(value => [one(value)]);
}

function registers(at: number, count: number) {
  return (allowed: readonly Range[], which: 'all' | 'any'): readonly (readonly Test[])[] => {
    const says =
      which === 'all' ? `every written value ${valueWords(allowed)}` : `a written value ${valueWords(allowed)}`;
    return [[{ kind: 'words', says, which, offset: at, endian: 'big', count: wordAt(count), ranges: [...allowed] }]];
  };
}

/** Frames whose data is as long as the byte in front of it says. */
function dataAfter(at: number): Test {
  return isOneOf('the data is as long as its byte count', sum(0, 'length', [-1, byteAt(at)]), at + 1);
}

function twoBytesEach(count: number, bytes: number): Test {
  return isOneOf('the byte count is twice the quantity', sum(0, byteAt(bytes), [-2, wordAt(count)]), 0);
}

const writeCoil: Request = {
  code: 5,
  name: 'write single coil',
  // Clause 6.5: other values are illegal.
  shape: [hasLength(12), isOneOf('the value is on (FF00) or off (0000)', wordAt(PDU + 2), 0, 0xff00)],
  reaches: [one('coil')],
  written: allowed =>
    coilWays(allowed, value =>
      isOneOf(`the coil is switched ${value === 1 ? 'on' : 'off'}`, wordAt(PDU + 2), value * 0xff00),
    ),
};

const writeRegister: Request = {
  code: 6,
  name: 'write single register',
  shape: [hasLength(12)],
  reaches: [one('holding')],
  written: allowed => [[isIn(`the written value ${valueWords(allowed)}`, wordAt(PDU + 2), allowed)]],
};

const writeCoils: Request = {
  code: 15,
  name: 'write multiple coils',
  shape: [
    quantity(PDU + 2, 0x7b0),
    isIn('the byte count fits the quantity', sum(0, [8, byteAt(PDU + 4)], [-1, wordAt(PDU + 2)]), [[0, 7]]),
    dataAfter(PDU + 4),
  ],
  reaches: [row('coil', 'write', PDU)],
  written: (allowed, which) =>
    coilWays(allowed, value => {
      const says = `${which === 'all' ? 'every' : 'a'} coil is switched ${value === 1 ? 'on' : 'off'}`;
      return { kind: 'bits', says, which, offset: PDU + 5, count: wordAt(PDU + 2), value };
    }),
};

const writeRegisters: Request = {
  code: 16,
  name: 'write multiple registers',
  shape: [quantity(PDU + 2, 0x7b), twoBytesEach(PDU + 2, PDU + 4), dataAfter(PDU + 4)],
  reaches: [row('holding', 'write', PDU)],
  written: registers(PDU + 5, PDU + 2),
};

/**
 * Clause 6.16: the register gets (its value AND one mask) OR (the other mask AND NOT the first). Only when the first mask is 0
 * does the request alone tell what that is; otherwise it may be anything: permitted never, forbidden always.
 */
const maskRegister: Request = {
  code: 22,
  name: 'mask write register',
  shape: [hasLength(14)],
  reaches: [one('holding')],
  written: (allowed, which) => {
    if (allowed.some(([least, most]) => least === 0 && most === WORDS_END)) return [[]];
    const known = isOneOf('the AND mask is 0, so that the value is known', wordAt(PDU + 2), 0);
    const known2 = isIn(`the written value ${valueWords(allowed)}`, wordAt(PDU + 4), allowed);
    const unknown = isIn('the AND mask is not 0, so that the value may be any', wordAt(PDU + 2), [[1, WORDS_END]]);
    return which === 'all' ? [[known, known2]] : [[known, known2], [unknown]];
  },
};

/** Clause 6.17: reads one row of registers and writes another. */
const readWriteRegisters: Request = {
  code: 23,
  name: 'read/write multiple registers',
  shape: [quantity(PDU + 2, 0x7d), quantity(PDU + 6, 0x79), twoBytesEach(PDU + 6, PDU + 8), dataAfter(PDU + 8)],
  reaches: [row('holding', 'read', PDU), row('holding', 'write', PDU + 4)],
  written: registers(PDU + 9, PDU + 6),
};

/** Clause 6.21. */
const readIdentification: Request = {
  code: 43,
  name: 'read device identification',
  shape: [
    hasLength(11),
    isOneOf('it asks for the device identification (MEI type 14)', byteAt(PDU), 14),
    isIn('it asks for a kind of identification that there is', byteAt(PDU + 1), [[1, 4]]),
  ],
  reaches: [],
};

/** The requests whose meaning is known, by their function codes. */
export const REQUESTS: readonly Request[] = [
  read(1, 'read coils', 'coil', 2000),
  read(2, 'read discrete inputs', 'discrete', 2000),
  read(3, 'read holding registers', 'holding', 125),
  read(4, 'read input registers', 'input', 125),
  writeCoil,
  writeRegister,
  writeCoils,
  writeRegisters,
  maskRegister,
  readWriteRegisters,
  readIdentification,
];
