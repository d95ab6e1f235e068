import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  CanFrameError,
  checkFrame,
  frameProblem,
  readFrame,
  writeFrame,
} from '../../../runtime/protocols/can/frame.ts';
import { anyFrame, inLane } from './frames.ts';

describe('a CAN frame to be sent', () => {
  it('is taken with an id alone, and with bytes in an array or a buffer', () => {
    const plain = { ext: false, rtr: false, fd: false, brs: false, esi: false };
    assert.deepEqual(checkFrame({ id: 0x7ff }), { id: 0x7ff, ...plain, data: new Uint8Array(0), length: 0 });
    for (const data of [[1, 255], Buffer.of(1, 255), Uint8Array.of(1, 255)])
      assert.deepEqual([...checkFrame({ id: 0, data }).data], [1, 255]);
    assert.equal(checkFrame({ id: 0x1abc, ext: true }).ext, true);
    assert.deepEqual(checkFrame({ id: 1, rtr: true, length: 8 }).length, 8);
    assert.equal(checkFrame({ id: 1, fd: true, data: new Uint8Array(64) }).length, 64);
  });

  // node-can aborts the process for the first two, sends others under another id, and pads in silence.
  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ['without an id', { data: Buffer.of(1) }, /needs an id/],
    ['whose id is text', { id: '0x123', data: Buffer.of(1) }, /the id is a number, not "0x123"/],
    ['whose id has more than 11 bits without ext', { id: 0x1abc }, /0x1ABC has more than 11 bits; add ext: true/],
    ['whose id is negative', { id: -1 }, /a whole number from 0, not -1/],
    ['whose id is no whole number', { id: 1.5 }, /a whole number from 0, not 1.5/],
    ['whose id is not a number at all', { id: Number.NaN }, /not NaN/],
    ['whose id has the flag of error frames', { id: 0x2000_0123, ext: true }, /more than 29 bits/],
    ['whose id has the flag of extended frames', { id: 0x8000_0123, ext: true }, /more than 29 bits/],
    ['with nine bytes', { id: 1, data: new Uint8Array(9) }, /at most 8 bytes, not 9; use fd: true/],
    ['with nine bytes in FD', { id: 1, fd: true, data: new Uint8Array(9) }, /fill the data up to 12 yourself/],
    ['with 65 bytes in FD', { id: 1, fd: true, data: new Uint8Array(65) }, /the most is 64/],
    ['with a byte that is none', { id: 1, data: [0, 256] }, /byte 1 of the data is 256/],
    ['with data that are text', { id: 1, data: '0102' }, /bytes in an array or a Buffer, not "0102"/],
    ['that is remote and has data', { id: 1, rtr: true, data: [1] }, /carries no data/],
    ['that is remote in FD', { id: 1, rtr: true, fd: true }, /no remote frames/],
    ['that asks for nine bytes', { id: 1, rtr: true, length: 9 }, /0 to 8 bytes, not 9/],
    ['with a rate switch without FD', { id: 1, brs: true }, /of CAN FD/],
    ['with a flag that is no boolean', { id: 1, ext: 1 }, /ext is true or false, not 1/],
    ['with a misspelt flag', { id: 1, extended: true }, /has no "extended"/],
    ['with a length that is not that of its data', { id: 1, length: 2, data: [1] }, /length is 2, but there are 1/],
    ['that is a list', [1, 2], /is an object/],
    ['that is nothing', null, /is an object/],
  ];
  for (const [what, message, reason] of refused)
    it(`is refused ${what}`, () => {
      assert.throws(() => checkFrame(message), { name: 'CanFrameError', message: reason });
    });

  it('is refused or taken whatever it is, and never anything else', () => {
    const hostile = fc.oneof(fc.anything(), fc.record({ id: fc.anything(), data: fc.anything(), fd: fc.anything() }));
    fc.assert(
      fc.property(hostile, message => {
        try {
          assert.equal(frameProblem(inLane(checkFrame(message))), undefined);
        } catch (error) {
          assert.ok(error instanceof CanFrameError, String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a CAN frame in a lane', () => {
  it('has the bytes of struct canfd_frame, little endian', () => {
    const extended = inLane(checkFrame({ id: 0x18fee000, ext: true, data: [0xaa, 0xbb] }));
    assert.equal(Buffer.from(extended).toString('hex'), `00e0fe98${'02000000'}aabb${'00'.repeat(6)}`);
    const remote = inLane(checkFrame({ id: 0x123, rtr: true, length: 4 }));
    assert.equal(Buffer.from(remote).toString('hex'), `23010040${'04000000'}${'00'.repeat(8)}`);
    const fd = inLane(checkFrame({ id: 0x7ff, fd: true, brs: true, esi: true, data: new Uint8Array(12).fill(7) }));
    assert.equal(Buffer.from(fd).toString('hex'), `ff070000${'0c070000'}${'07'.repeat(12)}${'00'.repeat(52)}`);
  });

  it('reads back as it was written, over whatever was there before', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(200), (frame, at) => {
        const memory = new Uint8Array(300).fill(0xee);
        const bytes = writeFrame(frame, memory, at);
        assert.deepEqual(readFrame(memory.subarray(at, at + bytes)), frame);
        assert.ok(memory.subarray(0, at).every(byte => byte === 0xee));
        assert.ok(
          memory.subarray(at + bytes).every(byte => byte === 0xee),
          'nothing behind it was touched',
        );
      }),
    );
  });

  it('is read or refused whatever its bytes are', () => {
    const anyBytes = fc
      .constantFrom(16, 72, 0, 15, 71, 73)
      .chain(length => fc.uint8Array({ minLength: length, maxLength: length }));
    fc.assert(
      fc.property(anyBytes, bytes => {
        if (frameProblem(bytes) !== undefined) return assert.throws(() => readFrame(bytes), CanFrameError);
        const frame = readFrame(bytes);
        assert.deepEqual(readFrame(inLane(frame)), frame);
        return undefined;
      }),
      { numRuns: 2_000 },
    );
  });

  it('is no message when it reports an error of the controller', () => {
    const bytes = inLane(checkFrame({ id: 4 }));
    bytes[3] = 0x20;
    assert.throws(() => readFrame(bytes), /an error frame is no message/);
  });
});
