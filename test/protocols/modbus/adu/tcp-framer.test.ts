import assert from 'node:assert/strict';
import fc from 'fast-check';
import { tcpFrame } from '../../../../runtime/protocols/modbus/adu/frames.ts';
import { TcpFramer } from '../../../../runtime/protocols/modbus/adu/tcp-framer.ts';
import { buildRequest } from '../../../../runtime/protocols/modbus/pdu/request.ts';
import { bytes, cut, hex, hostileBytes, joined, soundRequest } from '../arbitraries.ts';

function collect(...chunks: readonly Uint8Array[]) {
  const frames: string[] = [];
  const framer = new TcpFramer((held, start, end) => frames.push(hex(held.subarray(start, end))));
  const sound = chunks.map(chunk => framer.push(chunk));
  return { frames, sound, framer };
}

const adus = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 255 }), soundRequest)
    .map(([transaction, unit, request]) => tcpFrame(transaction, unit, buildRequest(request))),
  { minLength: 1, maxLength: 8 },
);
const request = tcpFrame(7, 1, buildRequest({ function: 3, address: 0, quantity: 10 }));

describe('the framer of Modbus TCP', () => {
  it('finds every frame however the stream is split and joined', () =>
    fc.assert(
      fc.property(adus, fc.array(fc.nat(), { maxLength: 20 }), (frames, places) => {
        assert.deepEqual(collect(...cut(joined(...frames), places)).frames, frames.map(hex));
      }),
    ));

  it('finds a frame that comes byte by byte', () =>
    assert.deepEqual(collect(...[...request].map(byte => Uint8Array.of(byte))).frames, [hex(request)]));

  for (const [what, header] of [
    ['0', '00 01 00 00 00 00 01'],
    ['1, too short for a function', '00 01 00 00 00 01 01'],
    ['255', '00 01 00 00 00 ff 01'],
    ['65,535, which would swallow the connection', '00 01 00 00 ff ff 01'],
  ] as const)
    it(`gives the stream up on a length field of ${what}`, () => {
      const { frames, sound, framer } = collect(request, bytes(header), request);
      assert.deepEqual(frames, [hex(request)]);
      assert.deepEqual(sound, [true, false, false]);
      framer.reset();
      assert.equal(framer.push(request), true, 'a new connection starts anew');
      assert.equal(frames.length, 2);
    });

  it('gives the stream up on a wrong length that comes in pieces', () =>
    assert.deepEqual(collect(bytes('00 01 00'), bytes('00 ff'), bytes('ff')).sound, [true, true, false]));

  it('skips a frame of another protocol and stays in step', () => {
    const foreign = bytes('00 01 00 07 00 06 01 03 00 00 00 01');
    const { frames, framer } = collect(joined(foreign, request));
    assert.deepEqual(frames, [hex(request)]);
    assert.equal(framer.foreign, 1);
  });

  it('holds one frame at most, whatever comes, and never throws', () =>
    fc.assert(
      fc.property(fc.array(hostileBytes, { maxLength: 5 }), chunks => {
        const { framer, frames } = collect(...chunks);
        assert.ok(framer.held < 260);
        assert.ok(frames.every(frame => frame.length >= 2 * 8 && frame.length <= 2 * 260));
      }),
    ));
});
