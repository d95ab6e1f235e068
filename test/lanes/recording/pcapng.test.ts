import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { PcapngReader } from '../../../runtime/lanes/recording/pcapng/reader.ts';
import { PcapngWriter } from '../../../runtime/lanes/recording/pcapng/writer.ts';
import type { LinkFigures, RecordedFrame } from '../../../runtime/lanes/recording/recorded-frame.ts';
import { RecordingError } from '../../../runtime/lanes/recording/recorded-frame.ts';
import { itWithRecording } from '../../lab/recordings.ts';
import { anyFrame, inLane } from '../../protocols/can/frames.ts';

const NOON = 1_700_000_000_000_000;

function write(frames: readonly RecordedFrame[]): Buffer {
  const pieces: Uint8Array[] = [];
  const writer = new PcapngWriter(bytes => void pieces.push(bytes));
  for (const frame of frames) writer.frame(frame);
  writer.close(NOON);
  return Buffer.concat(pieces);
}

interface Read {
  readonly frames: RecordedFrame[];
  readonly figures: LinkFigures[];
  readonly foreign: number;
  readonly left: number;
}

function read(recording: Uint8Array, cut: (at: number) => number = () => 65_536): Read {
  const [frames, figures]: [RecordedFrame[], LinkFigures[]] = [[], []];
  const reader = new PcapngReader({
    frame: frame => void frames.push(frame),
    figures: each => void figures.push(each),
  });
  for (let at = 0; at < recording.length; ) {
    const end = at + cut(at);
    reader.take(recording.subarray(at, end));
    at = end;
  }
  const left = reader.end();
  return { frames, figures, foreign: reader.foreign, left };
}

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const anyBytes = fc.uint8Array({ maxLength: 300 });
const anyContent = fc.oneof(
  anyFrame.map(frame => ({ class: 'can' as const, bytes: inLane(frame) })),
  fc
    .tuple(fc.constantFrom('modbus' as const, 'bytes' as const, 'ethernet' as const), anyBytes)
    .map(([name, bytes]) => ({ class: name, bytes })),
);
const anyRecorded = fc
  .tuple(
    anyContent,
    fc.nat(1_000_000_000),
    fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' }),
    fc.constantFrom('to-device', 'from-device', undefined),
  )
  .map(
    ([content, later, link, direction]): RecordedFrame => ({
      time: NOON + later,
      link,
      ...content,
      ...(direction === undefined ? {} : { direction }),
    }),
  );

/** Six frames of three links. */
const SAMPLE: readonly RecordedFrame[] = [
  {
    time: NOON,
    link: 'can0',
    class: 'can',
    bytes: inLane({
      id: 0x123,
      ext: false,
      rtr: false,
      fd: false,
      brs: false,
      esi: false,
      data: Uint8Array.of(0xaa, 0xbb),
      length: 2,
    }),
  },
  {
    time: NOON + 1,
    link: 'can0',
    class: 'can',
    bytes: inLane({
      id: 0x18fee000,
      ext: true,
      rtr: true,
      fd: false,
      brs: false,
      esi: false,
      data: new Uint8Array(0),
      length: 4,
    }),
  },
  {
    time: NOON + 1_500,
    link: 'can0',
    class: 'can',
    bytes: inLane({
      id: 1,
      ext: false,
      rtr: false,
      fd: true,
      brs: true,
      esi: false,
      data: new Uint8Array(12).fill(7),
      length: 12,
    }),
  },
  {
    time: NOON + 2_000,
    link: 'line 1',
    class: 'modbus',
    direction: 'to-device',
    bytes: bytesOf('000100000006010300000002'),
  },
  {
    time: NOON + 3_000,
    link: 'line 1',
    class: 'modbus',
    direction: 'from-device',
    bytes: bytesOf('00010000000701030400010002'),
  },
  { time: NOON + 4_000, link: 'uart', class: 'bytes', bytes: Uint8Array.from(Buffer.from('hello')) },
];

describe('a recording', () => {
  it('reads back as it was written, however the file is cut', () => {
    fc.assert(
      fc.property(fc.array(anyRecorded, { maxLength: 15 }), fc.infiniteStream(fc.nat(100)), (frames, cuts) => {
        const { frames: got, foreign, left } = read(write(frames), () => 1 + (cuts.next().value ?? 0));
        assert.deepEqual(got, frames);
        assert.deepEqual([foreign, left], [0, 0]);
      }),
    );
  });

  it('tells what each link lost', () => {
    const pieces: Uint8Array[] = [];
    const writer = new PcapngWriter(bytes => void pieces.push(bytes));
    for (const frame of SAMPLE) writer.frame(frame);
    writer.lost('can0', 'can', 5);
    writer.lost('quiet', 'can', 2);
    writer.close(NOON);
    writer.close(NOON);
    const figures = [
      ['can0', 3, 5],
      ['line 1', 2, 0],
      ['uart', 1, 0],
      ['quiet', 0, 2],
    ].map(([link, recorded, lost]) => ({ link, recorded, lost }));
    assert.deepEqual(read(Buffer.concat(pieces)).figures, figures);
    assert.deepEqual(writer.figures, figures);
    assert.throws(() => writer.frame(SAMPLE[0] as RecordedFrame), /the recording is closed/);
  });

  it('whose recorder was killed gives every frame that was written whole', () => {
    const whole = write(SAMPLE);
    const counts = Array.from(
      { length: whole.length - 27 },
      (_, less) => read(whole.subarray(0, whole.length - less)).frames.length,
    );
    assert.deepEqual([...new Set(counts)], [6, 5, 4, 3, 2, 1, 0]);
    assert.ok(read(whole.subarray(0, -5)).left > 0, 'and tells that something is missing');
  });

  it('takes no bytes that are no frame, and no time that is none', () => {
    const [can] = SAMPLE as [RecordedFrame];
    const tooLong = can.bytes.slice();
    tooLong[4] = 9;
    for (const wrong of [
      { ...can, bytes: new Uint8Array(17) },
      { ...can, bytes: tooLong },
      { ...can, time: Number.NaN },
      { ...can, time: -1 },
      { ...can, link: 'x'.repeat(256) },
    ])
      assert.throws(() => write([wrong]), RecordingError);
  });

  it('in the other order of bytes, with nanoseconds, is the same', () => {
    const half = (...values: number[]) => Buffer.concat(values.map(value => Buffer.of(value >> 8, value & 255)));
    const word = (...values: number[]) => Buffer.concat(values.map(value => half(value >>> 16, value & 0xffff)));
    const block = (type: number, body: Buffer) =>
      Buffer.concat([word(type, body.length + 12), body, word(body.length + 12)]);
    const nanos = BigInt(NOON) * 1_000n + 999n;
    const time = word(Number(nanos >> 32n), Number(nanos & 0xffff_ffffn));
    const recording = Buffer.concat([
      block(0x0a0d0d0a, Buffer.concat([word(0x1a2b3c4d), half(1, 0), word(0xffffffff, 0xffffffff)])),
      block(
        1,
        Buffer.concat([
          half(227, 0),
          word(0),
          half(9, 1),
          Buffer.of(9, 0, 0, 0),
          half(2, 2),
          Buffer.from('c0\0\0'),
          half(0, 0),
        ]),
      ),
      block(0x0bad, Buffer.alloc(64)),
      block(6, Buffer.concat([word(0), time, word(10, 10), bytesOf('0000012302000000aabb0000')])),
      block(3, Buffer.concat([word(10), bytesOf('0000012302000000aabb0000')])),
    ]);
    const { frames, foreign } = read(recording);
    assert.deepEqual(frames, [{ ...SAMPLE[0], link: 'c0' }]);
    assert.equal(foreign, 1, 'a packet without a time is left out');
  });

  it('is read or refused whatever is in it, in bounded memory', () => {
    const good = write(SAMPLE);
    const spoiled = fc
      .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map(changes => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    fc.assert(
      fc.property(
        fc.oneof(
          spoiled,
          fc.uint8Array({ maxLength: 200 }),
          anyBytes.map(bytes => Buffer.concat([good, bytes])),
        ),
        bytes => {
          try {
            for (const frame of read(bytes).frames) assert.ok(frame.bytes.length <= 300 && Number.isFinite(frame.time));
          } catch (error) {
            assert.ok(error instanceof RecordingError, String(error));
          }
        },
      ),
      { numRuns: 3_000 },
    );
    const huge = Buffer.from(good);
    huge.writeUInt32LE(0x7fff_fff0, 4);
    assert.throws(() => read(huge), /byte 0 of the recording: a block of 2147483632 bytes is too large/);
    assert.throws(() => read(Buffer.from('GIF89a; not a recording')), /does not begin as pcapng does/);
    assert.throws(() => read(Buffer.alloc(0)), /no pcapng recording/);
  });
});

describe('a recording in Wireshark', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gw-recording-'));
    writeFileSync(join(folder, 'own.pcapng'), write(SAMPLE));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Lines that tshark prints; it must say nothing else. */
  const tshark = (...args: readonly string[]) => {
    const { stdout, stderr, status } = spawnSync('tshark', [...args], { encoding: 'utf8' });
    assert.deepEqual([status, stderr.replace(/^Running as user "root".*\n/gm, '')], [0, '']);
    return stdout.split('\n').filter(line => line !== '');
  };
  const fields = (file: string, ...names: readonly string[]) =>
    tshark('-r', join(folder, file), '-T', 'fields', ...names.flatMap(name => ['-e', name])).map(line =>
      line.split('\t'),
    );

  it('is taken apart by itself: CAN, CAN FD, and requests and answers of Modbus', () => {
    const rows = fields('own.pcapng', 'frame.interface_name', 'frame.time_epoch', 'frame.protocols');
    const seen = [
      'can:data',
      'can',
      'can:data',
      'exported_pdu:mbtcp:modbus',
      'exported_pdu:mbtcp:modbus',
      'exported_pdu:data',
    ];
    assert.deepEqual(
      rows.map(([link, time, protocols]) => [link, Math.round(Number(time) * 1e6), protocols]),
      SAMPLE.map(({ link, time }, index) => [link, time, seen[index]]),
    );
    assert.deepEqual(
      fields('own.pcapng', 'can.id', 'can.flags.xtd', 'can.flags.rtr', 'can.len', 'canfd.flags.brs').slice(0, 3),
      [
        ...[
          ['291', '0', '0', '2', ''],
          ['419356672', '1', '1', '4', ''],
          ['1', '0', '', '12', '1'],
        ],
      ],
    );
    const modbus = fields(
      'own.pcapng',
      'mbtcp.unit_id',
      'modbus.func_code',
      'modbus.word_cnt',
      'modbus.regval_uint16',
      'frame.packet_flags_direction',
    );
    assert.deepEqual(modbus.slice(3, 5), [
      ['1', '3', '2', '', '0x00000002'],
      ['1', '3', '', '1,2', '0x00000001'],
    ]);
  });

  it('has nothing that Wireshark complains about, whatever the frames are', () => {
    const frames = fc.sample(anyFrame, 300).map(
      (frame, index): RecordedFrame => ({
        time: NOON + index,
        link: `can${index % 3}`,
        class: 'can',
        bytes: inLane(frame),
      }),
    );
    writeFileSync(join(folder, 'many.pcapng'), write(frames));
    assert.equal(tshark('-r', join(folder, 'many.pcapng')).length, 300);
    // What stands in the data is not ours: to Wireshark some ids are those of a protocol above CAN.
    const alone = ['--disable-protocol', 'autosar-nm'];
    assert.deepEqual(tshark('-r', join(folder, 'many.pcapng'), ...alone, '-Y', '_ws.malformed || _ws.expert'), []);
    const ids = fields('many.pcapng', 'can.id').map(([id]) => Number(id));
    assert.deepEqual(
      ids,
      frames.map(({ bytes }) => new DataView(bytes.buffer).getUint32(0, true) & 0x1fff_ffff),
    );
  });

  it('comes back from Wireshark as it went in', () => {
    tshark('-r', join(folder, 'own.pcapng'), '-w', join(folder, 'theirs.pcapng'));
    assert.deepEqual(read(readFileSync(join(folder, 'theirs.pcapng'))).frames, SAMPLE);
  });

  itWithRecording('modbus/modbus_test.pcap', 'of somebody else is read: 2257 packets of an Ethernet', capture => {
    tshark('-r', capture, '-F', 'pcapng', '-w', join(folder, 'plant.pcapng'));
    const { frames, foreign } = read(readFileSync(join(folder, 'plant.pcapng')));
    assert.deepEqual(
      [frames.length, foreign, new Set(frames.map(frame => frame.class))],
      [2257, 0, new Set(['ethernet'])],
    );
    const ours = join(folder, 'ours.pcapng');
    writeFileSync(ours, write(frames));
    const functions = (file: string) => tshark('-r', file, '-Y', 'modbus', '-T', 'fields', '-e', 'modbus.func_code');
    assert.deepEqual(functions(ours), functions(capture));
  });
});
