// The firewalls of a converted flow let pass exactly what the flow did.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { explainFrame } from '../../runtime/explain/frame.ts';
import { buildRequest, type ModbusRequest } from '../../runtime/protocols/modbus/pdu/request.ts';
import { foreignText } from '../../scripts/golden.ts';
import { converted, linesOf } from './converted.ts';

const READS = ['Coil', 'Input', 'HoldingRegister', 'InputRegister'] as const;
const WRITES = [
  ['Coil', 5],
  ['HoldingRegister', 6],
  ['MCoils', 15],
  ['MHoldingRegisters', 16],
] as const;

interface Asked {
  readonly unit: number;
  readonly function: number;
  readonly first: number;
  readonly count: number;
}

const asked: fc.Arbitrary<Asked> = fc
  .record({
    unit: fc.integer({ min: 1, max: 3 }),
    function: fc.constantFrom(1, 2, 3, 4, 5, 6, 15, 16),
    first: fc.integer({ min: 0, max: 20 }),
    count: fc.integer({ min: 1, max: 8 }),
  })
  .map(one => (one.function === 5 || one.function === 6 ? { ...one, count: 1 } : one));

function flowOf(all: readonly Asked[]): readonly object[] {
  const nodes = all.map(({ unit, function: code, first, count }, at) => {
    const write = WRITES.find(([, of]) => of === code);
    const common = {
      id: `n${at}`,
      z: 't',
      name: `n${at}`,
      server: 'c',
      unitid: String(unit),
      adr: String(first),
      quantity: count,
    };
    return write === undefined
      ? {
          ...common,
          type: 'modbus-read',
          dataType: READS[code - 1],
          rate: '1',
          rateUnit: 's',
          x: 1,
          y: 1,
          wires: [[], []],
        }
      : { ...common, type: 'modbus-write', dataType: write[0], x: 1, y: 1, wires: [[], []] };
  });
  const client = { id: 'c', type: 'modbus-client', name: 'c', clienttype: 'tcp', tcpHost: '10.0.0.1', tcpPort: '502' };
  return [{ id: 't', type: 'tab', label: 't' }, client, ...nodes];
}

function frameOf({ unit, function: code, first: address, count }: Asked): Uint8Array {
  const bits = Array.from({ length: count }, () => true);
  const words = Array.from({ length: count }, () => 7);
  const requests: Readonly<Record<number, object>> = {
    5: { value: true },
    6: { value: 7 },
    15: { values: bits },
    16: { values: words },
  };
  const request = { function: code, address, ...(requests[code] ?? { quantity: count }) } as ModbusRequest;
  return Uint8Array.of(unit, ...buildRequest(request));
}

function lets(guards: Parameters<typeof explainFrame>[1]['guards'], frame: Uint8Array): boolean {
  return explainFrame('modbus', { end: 'vm.g/v', guards }, 'from-vm', frame).accepted;
}

describe('the rules of a converted flow', () => {
  it('let pass each request that a node made, and none for other registers or by other functions', () =>
    fc.assert(
      fc.property(
        fc.array(asked, { minLength: 1, maxLength: 12 }),
        fc.array(asked, { maxLength: 30 }),
        (drawn, others) => {
          const [line] = linesOf(converted(flowOf(drawn)));
          const guards = line?.ports[0]?.guards ?? assert.fail('no firewall is drawn');
          for (const one of drawn) assert.ok(lets(guards, frameOf(one)), JSON.stringify(one));
          for (const one of others) assert.equal(lets(guards, frameOf(one)), isKnown(one, drawn), JSON.stringify(one));
        },
      ),
      { numRuns: 200 },
    ));

  it('let a VM hear every frame of CAN where the flow did, and say only what it said', () => {
    const [line] = linesOf(converted(foreignText('forklift-can')));
    const guards = line?.ports[0]?.guards ?? [];
    const passes = (way: 'from-vm' | 'to-vm', id: number) =>
      explainFrame('can', { end: 'vm.g/v', guards }, way, canFrame(id)).accepted;
    assert.deepEqual([passes('to-vm', 0x123), passes('from-vm', 0x501), passes('from-vm', 0x502)], [true, true, false]);
    assert.deepEqual([passes('from-vm', 0x98fef100), passes('from-vm', 0x98fef101)], [true, false]);
  });

  it('are not made where other nodes decide what is asked', () => {
    const [line] = linesOf(converted(foreignText('flexible-writes')));
    assert.deepEqual(line?.ports[0]?.guards[0]?.rules, []);
  });
});

/** Whether a node asked for each of its registers by that function. What asks for several at once shows nothing that was not shown. */
function isKnown(one: Asked, drawn: readonly Asked[]): boolean {
  const own = drawn.filter(({ unit, function: code }) => unit === one.unit && code === one.function);
  return Array.from({ length: one.count }, (_, at) => one.first + at).every(register =>
    own.some(({ first, count }) => first <= register && register < first + count),
  );
}

/** Linux' struct can_frame, without data. @param id  with the flag of an extended one */
function canFrame(id: number): Uint8Array {
  const frame = Buffer.alloc(16);
  frame.writeUInt32LE(id >>> 0);
  return frame;
}
