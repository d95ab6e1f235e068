// Sound requests and their answers, and hostile bytes, for property tests.
import fc from 'fast-check';
import type { ModbusRequest, ReadRequest } from '../../../runtime/protocols/modbus/pdu/request.ts';
import { exceptionPdu, type ModbusResponse } from '../../../runtime/protocols/modbus/pdu/response.ts';

const word = fc.integer({ min: 0, max: 0xffff });
const words = (most: number) => fc.array(word, { minLength: 1, maxLength: most });
const bits = (most: number) => fc.array(fc.boolean(), { minLength: 1, maxLength: most });

/** An address from which so many more exist. */
function addressFor(quantity: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 0x1_0000 - quantity });
}

function reading(code: 1 | 2 | 3 | 4, most: number): fc.Arbitrary<ModbusRequest> {
  return fc
    .integer({ min: 1, max: most })
    .chain(quantity => addressFor(quantity).map(address => ({ function: code, address, quantity }) as ReadRequest));
}

/** A record like the ones that our code makes. */
function record<T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

export const soundRequest: fc.Arbitrary<ModbusRequest> = fc.oneof(
  reading(1, 2000),
  reading(2, 2000),
  reading(3, 125),
  reading(4, 125),
  record({ function: fc.constant(5 as const), address: word, value: fc.boolean() }),
  record({ function: fc.constant(6 as const), address: word, value: word }),
  bits(1968).chain(values =>
    addressFor(values.length).map(address => ({ function: 15 as const, address, values }) satisfies ModbusRequest),
  ),
  words(123).chain(values =>
    addressFor(values.length).map(address => ({ function: 16 as const, address, values }) satisfies ModbusRequest),
  ),
  record({ function: fc.constant(22 as const), address: word, andMask: word, orMask: word }),
  fc.tuple(fc.integer({ min: 1, max: 125 }), words(121)).chain(([quantity, values]) =>
    fc.tuple(addressFor(quantity), addressFor(values.length)).map(
      ([address, writeAddress]) =>
        ({
          function: 23 as const,
          address,
          quantity,
          writeAddress,
          values,
        }) satisfies ModbusRequest,
    ),
  ),
  record({
    function: fc.constant(43 as const),
    code: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const),
    object: fc.integer({ min: 0, max: 255 }),
  }),
);

/** An answer that a device may give to a request. */
export function soundAnswer(request: ModbusRequest): fc.Arbitrary<ModbusResponse> {
  const exception = record({
    function: fc.constant(request.function),
    exception: fc.integer({ min: 1, max: 11 }),
  });
  return fc.oneof({ arbitrary: exception, weight: 1 }, { arbitrary: plainAnswer(request), weight: 4 });
}

function plainAnswer(request: ModbusRequest): fc.Arbitrary<ModbusResponse> {
  switch (request.function) {
    case 1:
    case 2:
      return fc
        .array(fc.boolean(), { minLength: request.quantity, maxLength: request.quantity })
        .map(values => ({ function: request.function, bits: values }));
    case 3:
    case 4:
    case 23:
      return fc
        .array(word, { minLength: request.quantity, maxLength: request.quantity })
        .map(registers => ({ function: request.function, registers }));
    case 43:
      return fc
        .array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 })
        .map(values => values.map((value, id) => ({ id, value })))
        .map(objects => ({ function: 43, identification: { code: request.code, conformity: 0x82, objects } }));
    default:
      return fc.constant({ function: request.function });
  }
}

/** Bytes that look like Modbus more often than chance would have it. */
export const hostileBytes: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(
        Uint8Array.of(1, 3, 250),
        Uint8Array.of(1, 16, 0, 0, 0, 1, 255),
        Uint8Array.of(0, 1, 0, 0, 0, 6, 1, 3),
        Uint8Array.of(0, 1, 0, 0, 0xff, 0xff),
        Uint8Array.of(1, 43, 14, 1, 1, 0, 0, 255),
        Uint8Array.of(1, 100),
        exceptionPdu(3, 2),
      ),
    ),
    { maxLength: 12 },
  )
  .map(parts => Uint8Array.from(parts.flatMap(part => [...part])));

/** The bytes in pieces, cut where the numbers say. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(places.map(place => (bytes.length === 0 ? 0 : place % bytes.length)))].sort(
    (a, b) => a - b,
  );
  return [0, ...sorted].map((from, index) => bytes.slice(from, sorted[index] ?? bytes.length));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => [...part]));
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Bytes written as `03 00 6b`. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}
