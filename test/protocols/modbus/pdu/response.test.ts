import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildRequest, type ModbusRequest } from '../../../../runtime/protocols/modbus/pdu/request.ts';
import { buildResponse, parseResponse } from '../../../../runtime/protocols/modbus/pdu/response.ts';
import { bytes, hex, hostileBytes, soundAnswer, soundRequest } from '../arbitraries.ts';

const read = buildRequest({ function: 3, address: 107, quantity: 3 });

/** Answers to the read above, and to a write, that must not be believed. */
const MISFITS: readonly (readonly [what: string, request: ModbusRequest, answer: string, says: RegExp])[] = [
  ['of another function', { function: 3, address: 0, quantity: 1 }, '04 02 00 01', /another function/],
  ['with fewer registers', { function: 3, address: 0, quantity: 2 }, '03 02 00 01', /number of values/],
  ['whose count lies', { function: 3, address: 0, quantity: 1 }, '03 02 00 01 00', /number of values/],
  ['to a write elsewhere', { function: 6, address: 1, value: 3 }, '06 00 02 00 03', /another address/],
  ['to a write of something else', { function: 5, address: 1, value: true }, '05 00 01 00 00', /another address/],
  ['to fewer written registers', { function: 16, address: 1, values: [1, 2] }, '10 00 01 00 01', /another address/],
  ['cut off', { function: 3, address: 0, quantity: 1 }, '03', /too short/],
  ['that is a long exception', { function: 3, address: 0, quantity: 1 }, '83 02 00', /two bytes/],
  ['whose objects overlap its end', { function: 43, code: 1, object: 0 }, '2b 0e 01 01 00 00 01 00 09 41', /fill/],
  ['to another identification', { function: 43, code: 1, object: 0 }, '2b 0e 02 01 00 00 00', /code/],
];

describe('a Modbus answer', () => {
  it('reads as the examples of the specification', () => {
    assert.deepEqual(parseResponse(read, bytes('03 06 02 2b 00 00 00 64')), { function: 3, registers: [555, 0, 100] });
    assert.deepEqual(parseResponse(read, bytes('83 02')), { function: 3, exception: 2 });
    const coils = buildRequest({ function: 1, address: 19, quantity: 19 });
    const bits = [...'1011001111010110101'].map(bit => bit === '1');
    assert.deepEqual(parseResponse(coils, bytes('01 03 cd 6b 05')), { function: 1, bits });
  });

  for (const [what, request, answer, says] of MISFITS)
    it(`is not believed when it is one ${what}`, () => {
      const parsed = parseResponse(buildRequest(request), bytes(answer));
      assert.ok('misfit' in parsed && says.test(parsed.misfit), JSON.stringify(parsed));
    });

  it('means the same after it was built and read', () =>
    fc.assert(
      fc.property(
        soundRequest.chain(request => fc.tuple(fc.constant(request), soundAnswer(request))),
        ([request, answer]) =>
          assert.deepEqual(parseResponse(buildRequest(request), buildResponse(request, answer)), answer),
      ),
    ));

  it('never throws on hostile bytes', () =>
    fc.assert(
      fc.property(soundRequest, hostileBytes, (request, answer) => {
        assert.equal(typeof parseResponse(buildRequest(request), answer), 'object');
      }),
    ));

  it('names the object to go on with when an identification does not fit one answer', () => {
    const objects = Array.from({ length: 5 }, (_, id) => ({ id, value: new Uint8Array(100).fill(65 + id) }));
    const request = { function: 43, code: 1, object: 0 } as const;
    const pdu = buildResponse(request, { function: 43, identification: { code: 1, conformity: 1, objects } });
    const parsed = parseResponse(buildRequest(request), pdu);
    assert.ok('identification' in parsed);
    assert.deepEqual(
      parsed.identification.objects.map(each => each.id),
      [0, 1],
    );
    assert.equal(parsed.identification.next, 2);
    assert.ok(hex(pdu).startsWith('2b0e0101ff0202'));
  });
});
