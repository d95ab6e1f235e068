import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openRecording } from '../../../runtime/lanes/recording/open.ts';
import { PcapngWriter } from '../../../runtime/lanes/recording/pcapng/writer.ts';
import { type RecordedFrame, RecordingError } from '../../../runtime/lanes/recording/recorded-frame.ts';
import { tcpSegment } from '../../../runtime/lanes/recording/tcp/segment.ts';
import { itWithRecording } from '../../lab/recordings.ts';
import { anyFrame, inLane } from '../../protocols/can/frames.ts';
import { pcapFile, tcpFrame } from './tcp-frames.ts';

function inFolder(test: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'gw-pcap-'));
  try {
    test(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By Wireshark. */
function convert(folder: string, from: string, format: string, to: string): void {
  assert.equal(spawnSync('tshark', ['-r', from, '-F', format, '-w', join(folder, to)]).status, 0);
}

function read(recording: Uint8Array, pieces = 65_536) {
  const frames: RecordedFrame[] = [];
  const reader = openRecording({ frame: frame => void frames.push(frame) });
  for (let at = 0; at < recording.length; at += pieces) reader.take(recording.subarray(at, at + pieces));
  const left = reader.end();
  return { frames, foreign: reader.foreign, left };
}

/** A pcap file of CAN frames with payloads as the link type has them, in either order of bytes. */
function pcap(
  magic: number,
  little: boolean,
  type: number,
  packets: readonly (readonly [number, number, Buffer])[],
): Buffer {
  const words = (...values: number[]) => {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [index, value] of values.entries())
      if (little) bytes.writeUInt32LE(value, 4 * index);
      else bytes.writeUInt32BE(value, 4 * index);
    return bytes;
  };
  const version = little ? 0x0004_0002 : 0x0002_0004;
  const records = packets.map(([seconds, rest, bytes]) =>
    Buffer.concat([words(seconds, rest, bytes.length, bytes.length), bytes]),
  );
  return Buffer.concat([words(magic, version, 0, 0, 262_144, type), ...records]);
}

const FRAME = Buffer.from('0000012302000000aabb', 'hex');

describe('a recording of either format', () => {
  it('is read as pcap in any order of bytes and unit of time, whatever the pieces are', () => {
    const cases = [
      [0xa1b2c3d4, true, 838_001],
      [0xa1b2c3d4, false, 838_001],
      [0xa1b23c4d, true, 838_001_999],
      [0xa1b23c4d, false, 838_001_000],
    ] as const;
    for (const [magic, little, rest] of cases)
      for (const pieces of [1, 3, 1_000]) {
        const { frames, foreign, left } = read(
          pcap(magic, little, 227, [
            [1_543_509_533, rest, FRAME],
            [1_543_509_534, 0, FRAME],
          ]),
          pieces,
        );
        assert.deepEqual(
          frames.map(({ time }) => time),
          [1_543_509_533_838_001, 1_543_509_534_000_000],
        );
        assert.deepEqual([frames[0]?.class, frames[0]?.link, foreign, left], ['can', 'link', 0, 0]);
        assert.equal(Buffer.from(frames[0]?.bytes ?? []).toString('hex'), '2301000002000000aabb000000000000');
      }
  });

  it('is read without headers of a link too, as tcpdump records on all interfaces and on tunnels', () =>
    inFolder(folder => {
      const request = Buffer.from('000100000006040300010002', 'hex');
      const ends = { from: ['10.0.0.5', 50_000], to: ['10.0.0.9', 502] } as const;
      const packet = tcpFrame({ ...ends, sequence: 1, payload: request }).subarray(14);
      const type = Buffer.from('0800', 'hex');
      // The kind of packet, of link and its address; and the other way round in the newer form.
      const cooked = Buffer.concat([Buffer.from('0000000100060200000000010000', 'hex'), type, packet]);
      const newer = Buffer.concat([type, Buffer.from('000000000002000100060200000000010000', 'hex'), packet]);
      for (const [link, bytes] of [
        [101, packet],
        [113, cooked],
        [276, newer],
      ] as const) {
        const file = pcapFile([[1_000_000, bytes]], link);
        const { frames, foreign } = read(file);
        assert.deepEqual([frames.length, foreign, frames[0]?.class], [1, 0, 'ethernet'], `type ${link}`);
        const segment = tcpSegment(frames[0]?.bytes ?? new Uint8Array(0));
        assert.equal(Buffer.from(segment?.payload ?? []).toString('hex'), request.toString('hex'));
        const path = join(folder, `${link}.pcap`);
        writeFileSync(path, file);
        const shown = spawnSync('tshark', ['-r', path, '-T', 'fields', '-e', 'modbus.func_code']);
        assert.equal(shown.stdout.toString().trim(), '3', `Wireshark reads type ${link} as it was made`);
        const [cut, none] = [
          read(pcapFile([[0, bytes.subarray(0, 0)]], link)),
          read(pcapFile([[0, Buffer.alloc(8)]], link)),
        ];
        assert.deepEqual([cut.foreign, none.foreign], [1, 1], `nothing in type ${link}`);
      }
    }));

  it('leaves out what is no frame of ours, and tells what was cut off', () => {
    const unknown = read(pcap(0xa1b2c3d4, true, 105, [[1, 0, FRAME]]));
    assert.deepEqual([unknown.frames.length, unknown.foreign], [0, 1]);
    const short = read(
      pcap(0xa1b2c3d4, true, 227, [
        [1, 0, FRAME.subarray(0, 9)],
        [1, 0, FRAME],
      ]),
    );
    assert.deepEqual([short.frames.length, short.foreign], [1, 1]);
    assert.equal(read(pcap(0xa1b2c3d4, true, 227, [[1, 0, FRAME]]).subarray(0, -1)).left, 25);
    for (const nothing of [Buffer.alloc(0), Buffer.from('abc')])
      assert.throws(() => read(nothing), /there is no recording in it/);
    const huge = pcap(0xa1b2c3d4, true, 227, [[1, 0, FRAME]]);
    huge.writeUInt32LE(0x7fff_ffff, 32);
    assert.throws(() => read(huge), /byte 24 of the recording: a packet of 2147483647 bytes is too large/);
  });

  itWithRecording('modbus/modbus_test.pcap', 'of a plant is the same as pcap and as pcapng', capture =>
    inFolder(folder => {
      convert(folder, capture, 'pcapng', 'plant.pcapng');
      const [old, converted] = [read(readFileSync(capture)), read(readFileSync(join(folder, 'plant.pcapng')))];
      assert.equal(old.frames.length, 2257);
      assert.deepEqual(
        old.frames.map(frame => ({ ...frame, link: '' })),
        converted.frames.map(frame => ({ ...frame, link: '' })),
      );
    }),
  );

  it('is the same as pcap and as pcapng', () =>
    inFolder(folder => {
      const pieces: Uint8Array[] = [];
      const writer = new PcapngWriter(bytes => void pieces.push(bytes));
      const bus = fc
        .sample(anyFrame, 100)
        .map(
          (frame, index): RecordedFrame => ({ time: 1e15 + index, link: 'link', class: 'can', bytes: inLane(frame) }),
        );
      for (const frame of bus) writer.frame(frame);
      writeFileSync(join(folder, 'bus.pcapng'), Buffer.concat(pieces));
      convert(folder, join(folder, 'bus.pcapng'), 'pcap', 'bus.pcap');
      assert.deepEqual(read(readFileSync(join(folder, 'bus.pcap'))).frames, bus);
    }));

  it('is read or refused whatever is in it', () => {
    const good = pcap(0xa1b2c3d4, false, 252, [
      [1, 0, FRAME],
      [2, 0, FRAME],
    ]);
    const spoiled = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }).map(changes => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(spoiled, fc.uint8Array({ maxLength: 100 })), bytes => {
        try {
          for (const { time } of read(bytes).frames) assert.ok(Number.isFinite(time));
        } catch (error) {
          assert.ok(error instanceof RecordingError, String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
