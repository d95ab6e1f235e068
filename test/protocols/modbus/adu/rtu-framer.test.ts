import assert from 'node:assert/strict';
import fc from 'fast-check';
import { crc16 } from '../../../../runtime/protocols/modbus/adu/crc.ts';
import { rtuFrame } from '../../../../runtime/protocols/modbus/adu/frames.ts';
import { type Heard, RtuFramer } from '../../../../runtime/protocols/modbus/adu/rtu-framer.ts';
import { buildRequest, type ModbusRequest } from '../../../../runtime/protocols/modbus/pdu/request.ts';
import { buildResponse } from '../../../../runtime/protocols/modbus/pdu/response.ts';
import { bytes, cut, hex, hostileBytes, joined, soundAnswer, soundRequest } from '../arbitraries.ts';

function collect(heard: Heard, ...chunks: readonly Uint8Array[]) {
  const frames: string[] = [];
  const kinds: string[] = [];
  const framer = new RtuFramer(heard, (held, start, end, kind) => {
    frames.push(hex(held.subarray(start, end)));
    kinds.push(kind);
  });
  for (const chunk of chunks) framer.push(chunk);
  return { frames, kinds, framer };
}

const unit = fc.integer({ min: 0, max: 247 });
const cuts = fc.array(fc.nat(), { maxLength: 20 });
const exchange = fc
  .tuple(unit, soundRequest)
  .chain(([to, request]) => soundAnswer(request).map(answer => ({ to, request, answer })));

const requestOf = (to: number, request: ModbusRequest) => rtuFrame(to, buildRequest(request));
const read = requestOf(1, { function: 3, address: 0, quantity: 10 });
const write = requestOf(1, { function: 6, address: 7, value: 3 });

describe('the framer of Modbus RTU', () => {
  it('computes the checksum of the example in the specification', () => {
    assert.equal(crc16(bytes('02 07'), 0, 2), 0x1241);
    assert.equal(hex(rtuFrame(2, bytes('07'))), '02074112');
  });

  it('finds every request however the line cuts them', () =>
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 6 }), cuts, (exchanges, places) => {
        const frames = exchanges.map(({ to, request }) => requestOf(to, request));
        assert.deepEqual(collect('requests', ...cut(joined(...frames), places)).frames, frames.map(hex));
      }),
    ));

  it('finds every answer however the line cuts them', () =>
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 6 }), cuts, (exchanges, places) => {
        const frames = exchanges.map(({ to, request, answer }) => rtuFrame(to, buildResponse(request, answer)));
        assert.deepEqual(collect('answers', ...cut(joined(...frames), places)).frames, frames.map(hex));
      }),
    ));

  it('tells requests and answers apart where both are heard, also when they look the same', () =>
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 6 }), cuts, (exchanges, places) => {
        const frames = exchanges.flatMap(({ to, request, answer }) => [
          requestOf(to, request),
          rtuFrame(to, buildResponse(request, answer)),
        ]);
        const found = collect('both', ...cut(joined(...frames), places));
        assert.deepEqual(found.frames, frames.map(hex));
        assert.deepEqual(
          found.kinds,
          frames.map((_, index) => (index % 2 === 0 ? 'request' : 'answer')),
        );
      }),
    ));

  for (const [what, noise] of [
    ['a break on the line', '00'],
    ['the start of the same request', '01 03'],
    ['a header that would be a longer frame', '01 10 00 00 00'],
    ['a frame whose checksum is wrong', '01 03 00 00 00 0a 00 00'],
    ['a piece of a frame', '0a c5 cd'],
  ] as const)
    it(`finds a good request behind ${what}`, () => {
      const { frames, framer } = collect('requests', bytes(noise), read, write);
      framer.idle();
      assert.deepEqual(frames, [hex(read), hex(write)]);
      assert.equal(framer.counters.skipped, bytes(noise).length);
    });

  it('finds a request of a function whose length nobody knows, by its checksum', () => {
    const custom = rtuFrame(9, bytes('64 01 02 03 04 05'));
    assert.deepEqual(collect('requests', custom, read).frames, [hex(custom), hex(read)]);
  });

  it('frames a request with a wrong byte count, so that it can be refused', () => {
    const wrong = rtuFrame(1, bytes('10 00 00 00 02 02 00 01'));
    assert.deepEqual(collect('requests', wrong, read).frames, [hex(wrong), hex(read)]);
  });

  it('gives up what will not be completed when it is told that the line is quiet', () => {
    const { frames, framer } = collect('requests', bytes('01 64'), read);
    assert.deepEqual(frames, [], 'the unknown function may still go on');
    framer.idle();
    assert.deepEqual(frames, [hex(read)]);
    assert.equal(framer.held, 0);
  });

  it('never hands out what fails its checksum, holds 256 bytes at most and never throws, whatever comes', () =>
    fc.assert(
      fc.property(
        fc.constantFrom<Heard>('requests', 'answers', 'both'),
        fc.array(hostileBytes, { maxLength: 6 }),
        (heard, chunks) => {
          const { frames, framer } = collect(heard, ...chunks);
          assert.ok(framer.held <= 256);
          for (const frame of frames) assert.equal(crc16(bytes(frame), 0, frame.length / 2), 0);
          const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
          const inFrames = frames.reduce((sum, frame) => sum + frame.length / 2, 0);
          assert.equal(framer.counters.skipped + inFrames + framer.held, total, 'every byte is accounted for');
        },
      ),
      { numRuns: 500 },
    ));

  it('does not slow down beyond measure on bytes that always look like an unfinished frame', () => {
    // Every place could start an unknown function, so every byte is checked to the longest length.
    const flood = new Uint8Array(100_000).fill(0x64);
    const { framer } = collect('requests', flood);
    assert.ok(framer.counters.skipped >= flood.length - 256);
  });
});
