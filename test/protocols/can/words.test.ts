import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAccepted } from '../../../runtime/lanes/filter/decision.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import type { FilterProgram } from '../../../runtime/lanes/filter/ir.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import type { LineFrame } from '../../../runtime/model/line-frame.ts';
import { checkFrame, readFrame } from '../../../runtime/protocols/can/frame.ts';
import { can } from '../../../runtime/protocols/can/protocol.ts';
import { canWords } from '../../../runtime/protocols/can/words.ts';
import { anyFrame, inLane } from './frames.ts';

const heard = (bytes: Uint8Array): LineFrame => ({
  ...{ atMs: 0, end: 'device', direction: 'in' },
  frame: Buffer.from(bytes).toString('hex'),
});
const passes = (program: FilterProgram | undefined, id: number) => {
  assert.ok(program !== undefined);
  const frame = inLane(checkFrame({ id, data: [1] }));
  return isAccepted(interpret(program, frame, 0, freshState(program)));
};

describe('the words of CAN', () => {
  it('read data as a Buffer, as numbers or in hex, and send the same frame', () => {
    const all = [Buffer.from([0xde, 0xad]), [0xde, 0xad], 'dEaD'].map(data => canWords.question({ id: 0x123, data }));
    const [first] = all;
    assert.deepEqual(readFrame(first?.request ?? new Uint8Array()), checkFrame({ id: 0x123, data: [0xde, 0xad] }));
    for (const { request } of all) assert.deepEqual(request, first?.request);
    assert.deepEqual(first?.answer(new Uint8Array()), { id: 0x123, ext: false, rtr: false, data: 'dead' });
    assert.equal(canWords.needs(first?.request ?? new Uint8Array()), 'write');
  });

  it('refuse what is no frame, in a sentence that says what would be', () => {
    const refused: readonly [unknown, RegExp][] = [
      [undefined, /an object with an id/],
      ['123#00', /an object with an id/],
      [{ data: [1] }, /needs an id/],
      [{ id: 0x800, data: [] }, /more than 11 bits; add ext: true/],
      [{ id: 1, data: [256] }, /data are numbers from 0 to 255; number 0 is none/],
      [{ id: 1, data: 'abc' }, /in hex, two digits each/],
      [{ id: 1, data: 7 }, /a Buffer, bytes in an array, or a text in hex/],
      [{ id: 1, data: '000102030405060708' }, /at most 8 bytes/],
      [{ id: 1, dlc: 8 }, /has no "dlc"/],
      [{ id: '1', data: [] }, /the id is a number/],
    ];
    for (const [payload, says] of refused)
      assert.throws(() => canWords.question(payload), { code: 'GW_CAN_FRAME', message: says });
  });

  it('describe every frame in words that ask for the same frame again', () => {
    fc.assert(
      fc.property(anyFrame.map(inLane), bytes => {
        assert.deepEqual(canWords.question(canWords.describe(heard(bytes))).request, bytes);
      }),
      { numRuns: 300 },
    );
    assert.deepEqual(canWords.describe(heard(Uint8Array.of(1, 2))), { bytes: '0102' });
  });

  it('make of rules one program for each direction, which deny what no rule accepts', () => {
    const rule = (id: string, first: number, direction: string) => ({
      ...{ id, direction, ids: [{ first, last: first }], format: 'any', remote: 'any', type: 'any', lengths: [] },
      ...{ action: 'accept', log: false },
    });
    const { fromVm, toVm } =
      canWords.guard?.('wall', [rule('a', 1, 'from-vm'), rule('b', 2, 'to-vm'), rule('c', 3, 'both')]) ?? assert.fail();
    const said = [1, 2, 3, 4].map(id => passes(fromVm, id));
    const hears = [1, 2, 3, 4].map(id => passes(toVm, id));
    assert.deepEqual(
      [said, hears],
      [
        [true, false, true, false],
        [false, true, true, false],
      ],
    );
    assert.ok(fromVm.otherwise.log && toVm?.otherwise.log);
    const wrong = [
      [rule('a', 1, 'sideways')],
      [rule('a', 1, 'from-vm'), rule('a', 2, 'to-vm')],
      [{ ...rule('a', 1, 'both'), more: 1 }],
      [{ ...rule('a', 0x800, 'both'), format: 'standard' }],
    ];
    for (const rules of wrong)
      assert.throws(() => canWords.guard?.('wall', rules), { code: 'GW_LINE_RULE', message: /^wall has a rule/ });
  });

  it('say what of the box a bus holds: an interface, a serial port, or nothing', () => {
    const device = (settings: object) => canWords.device(can.options.parse(settings) as never);
    assert.equal(device({}), 'can0');
    assert.equal(device({ adapter: 'slcan', path: '/dev/ttyACM0' }), '/dev/ttyACM0');
    assert.equal(device({ adapter: 'none' }), undefined);
  });
});
