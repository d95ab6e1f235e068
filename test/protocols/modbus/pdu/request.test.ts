import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isGatewrightError } from '../../../../runtime/model/errors.ts';
import { buildRequest, type ModbusRequest, parseRequest } from '../../../../runtime/protocols/modbus/pdu/request.ts';
import { bytes, hex, hostileBytes, soundRequest } from '../arbitraries.ts';

/** The examples of the specification, by clause. */
const EXAMPLES: readonly (readonly [clause: string, pdu: string, request: ModbusRequest])[] = [
  ['6.1', '01 00 13 00 13', { function: 1, address: 19, quantity: 19 }],
  ['6.2', '02 00 c4 00 16', { function: 2, address: 196, quantity: 22 }],
  ['6.3', '03 00 6b 00 03', { function: 3, address: 107, quantity: 3 }],
  ['6.4', '04 00 08 00 01', { function: 4, address: 8, quantity: 1 }],
  ['6.5', '05 00 ac ff 00', { function: 5, address: 172, value: true }],
  ['6.6', '06 00 01 00 03', { function: 6, address: 1, value: 3 }],
  [
    '6.11',
    '0f 00 13 00 0a 02 cd 01',
    { function: 15, address: 19, values: [true, false, true, true, false, false, true, true, true, false] },
  ],
  ['6.12', '10 00 01 00 02 04 00 0a 01 02', { function: 16, address: 1, values: [10, 258] }],
  ['6.16', '16 00 04 00 f2 00 25', { function: 22, address: 4, andMask: 0xf2, orMask: 0x25 }],
  [
    '6.17',
    '17 00 03 00 06 00 0e 00 03 06 00 ff 00 ff 00 ff',
    { function: 23, address: 3, quantity: 6, writeAddress: 14, values: [255, 255, 255] },
  ],
  ['6.21', '2b 0e 01 00', { function: 43, code: 1, object: 0 }],
];

/** What a server must refuse, and with which exception. */
const REFUSED: readonly (readonly [what: string, pdu: string, exception: number])[] = [
  ['nothing at all', '', 1],
  ['a function that nobody has', '63', 1],
  ['an exception as a request', '83 02', 1],
  ['another encapsulated interface', '2b 0d 00 00', 1],
  ['a read of nothing', '03 00 00 00 00', 3],
  ['a read of 126 registers', '03 00 00 00 7e', 3],
  ['a read of 2001 coils', '01 00 00 07 d1', 3],
  ['a read that is too short', '03 00 00 00', 3],
  ['a read that is too long', '03 00 00 00 01 00', 3],
  ['a read beyond the last register', '03 ff ff 00 02', 2],
  ['a coil neither on nor off', '05 00 00 12 34', 3],
  ['coils with a wrong byte count', '0f 00 00 00 09 01 ff', 3],
  ['registers with a wrong byte count', '10 00 00 00 02 02 00 01 00 02', 3],
  ['registers with fewer bytes than counted', '10 00 00 00 02 04 00 01', 3],
  ['registers beyond the last one', '10 ff ff 00 02 04 00 01 00 02', 2],
  ['an exchange that writes 122', `17 00 00 00 01 00 00 00 7a f4 ${'00 '.repeat(244)}`, 3],
  ['an exchange that reads beyond the last one', '17 ff ff 00 02 00 00 00 01 02 00 01', 2],
  ['identification with code 5', '2b 0e 05 00', 3],
];

describe('a Modbus request', () => {
  for (const [clause, pdu, request] of EXAMPLES)
    it(`reads and builds as the example of clause ${clause}`, () => {
      assert.deepEqual(parseRequest(bytes(pdu)), request);
      assert.equal(hex(buildRequest(request)), pdu.replaceAll(' ', ''));
    });

  for (const [what, pdu, exception] of REFUSED)
    it(`is refused with exception ${exception} when it is ${what}`, () =>
      assert.deepEqual(parseRequest(bytes(pdu)), { exception }));

  it('means the same after it was built and read', () =>
    fc.assert(fc.property(soundRequest, request => assert.deepEqual(parseRequest(buildRequest(request)), request))));

  it('never throws on hostile bytes, and what it lets pass builds again', () =>
    fc.assert(
      fc.property(hostileBytes, pdu => {
        const parsed = parseRequest(pdu);
        if ('exception' in parsed) assert.ok([1, 2, 3].includes(parsed.exception));
        else assert.equal(buildRequest(parsed).length, pdu.length);
      }),
    ));

  const wrong: readonly (readonly [what: string, request: unknown, says: RegExp])[] = [
    ['a register beyond 16 bits', { function: 6, address: 0, value: 65_536 }, /value 65536 is not a whole number/],
    ['a negative register', { function: 16, address: 0, values: [-1] }, /value -1/],
    ['half a register', { function: 6, address: 0, value: 1.5 }, /value 1.5/],
    ['a text for an address', { function: 3, address: '7', quantity: 1 }, /address 7/],
    ['a number for a coil', { function: 5, address: 0, value: 1 }, /neither true nor false/],
    ['no quantity', { function: 3, address: 0 }, /quantity undefined/],
    ['too much at once', { function: 3, address: 0, quantity: 126 }, /illegal data value/],
    ['a range beyond the end', { function: 3, address: 65_535, quantity: 2 }, /illegal data address/],
    ['so many values that their number wraps', { function: 15, address: 0, values: Array(65_537).fill(true) }, /65537/],
    ['a function that nobody has', { function: 99 }, /there is no function 99/],
  ];
  for (const [what, request, says] of wrong)
    it(`is never built from ${what}`, () =>
      assert.throws(
        () => buildRequest(request as ModbusRequest),
        error => isGatewrightError(error) && error.code === 'GW_MODBUS_REQUEST' && says.test(error.message),
      ));
});
