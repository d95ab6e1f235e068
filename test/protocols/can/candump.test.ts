import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readCandump, readCandumpLine, writeCandumpLine } from '../../../runtime/protocols/can/candump.ts';
import { CanFrameError } from '../../../runtime/protocols/can/frame.ts';
import { itWithRecording } from '../../lab/recordings.ts';
import { anyFrame } from './frames.ts';

const anyEntry = fc
  .tuple(
    fc.nat(4_000_000_000).map(seconds => seconds * 1_000_000),
    fc.nat(999_999),
    fc.stringMatching(/^[a-z]{1,8}[0-9]{1,3}$/),
    anyFrame,
  )
  .map(([seconds, micros, link, frame]) => ({ time: seconds + micros, link, frame }));

describe('a candump log', () => {
  it('reads as candump writes it: standard, extended, remote, FD, and with a direction', () => {
    const read = (text: string) => readCandumpLine(`(1543509533.000838) can0 ${text}`)?.frame;
    const plain = { ext: false, rtr: false, fd: false, brs: false, esi: false };
    assert.deepEqual(read('123#DEADBEEF'), {
      ...plain,
      id: 0x123,
      data: Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
      length: 4,
    });
    assert.deepEqual(read('00000123#'), { ...plain, ext: true, id: 0x123, data: new Uint8Array(0), length: 0 });
    assert.deepEqual(read('123#R5'), { ...plain, rtr: true, id: 0x123, data: new Uint8Array(0), length: 5 });
    const fd = read('1F334455##3112233445566778899aabbcc T');
    assert.deepEqual([fd?.fd, fd?.brs, fd?.esi, fd?.length], [true, true, true, 12]);
    assert.equal(read('123#1122334455667788_E')?.length, 8);
    assert.equal(read('123#11.22.33')?.length, 3);
    assert.equal(readCandumpLine('(1543509533.000838) can0 123#')?.time, 1_543_509_533_000_838);
  });

  it('has comments, empty lines and error frames, which are no messages', () => {
    for (const line of ['', '  ', '# a boat', '(0.1) can0 20000004#0000000000000000'])
      assert.equal(readCandumpLine(line), undefined);
  });

  it('names the line that is none', () => {
    const lines = ['# fine', '(0.1) can0 123#00', '(0.2) can0 123#0'];
    assert.throws(() => [...readCandump(lines)], { name: 'CanFrameError', message: /^line 3: "0" is no data/ });
    for (const bad of [
      '123#00',
      '(1.2) can0 12#00',
      '(1.2) can0 FFF#00',
      '(1.2) can0 123##',
      '(1.2) can0 123##012345',
      `(1.2) can0 123#${'00'.repeat(200)}`,
    ])
      assert.throws(() => readCandumpLine(bad), CanFrameError, bad);
  });

  it('reads back as it was written', () => {
    fc.assert(fc.property(anyEntry, entry => assert.deepEqual(readCandumpLine(writeCandumpLine(entry)), entry)));
  });

  it('is read or refused whatever it says', () => {
    const near = fc.stringMatching(/^\([0-9]{1,3}\.[0-9]{1,3}\) [a-z]{1,4} [0-9A-F]{3,8}#[#R0-9A-F_.]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ maxLength: 400 })), line => {
        try {
          readCandumpLine(line);
        } catch (error) {
          assert.ok(error instanceof CanFrameError, String(error));
        }
      }),
      { numRuns: 3_000 },
    );
  });

  itWithRecording('can/nmea2000-boat.candump.log', 'of a boat, with 2368 frames, comes out as it went in', path => {
    const lines = readFileSync(path, 'utf8').split('\n');
    const entries = [...readCandump(lines)];
    assert.equal(entries.length, 2368);
    const frames = lines.filter(line => line.startsWith('('));
    assert.deepEqual(
      entries.map(entry => writeCandumpLine(entry).trim()),
      frames.map(line => line.trim()),
    );
  });

  it('is understood by can-utils', () => {
    const entries = fc.sample(anyEntry, 200).map((entry, index) => ({ ...entry, link: 'can0', time: index * 1_000 }));
    const { stdout, status } = spawnSync('log2asc', ['-4', 'can0'], {
      input: entries.map(writeCandumpLine).join(''),
      encoding: 'utf8',
    });
    assert.equal(status, 0);
    const told = stdout.split('\n').flatMap(line => readAscLine(line) ?? []);
    assert.deepEqual(
      told,
      entries.map(({ frame }) => ({ id: frame.id, ext: frame.ext, rtr: frame.rtr, data: [...frame.data] })),
    );
  });
});

/** A frame of Vector's ASC format, as log2asc writes it. */
function readAscLine(line: string) {
  const classic = /^\s*[\d.]+ 1 {2}([0-9A-F]+)(x?)\s+Rx\s+([dr])(?: (\d+))?((?: [0-9A-F]{2})*)/.exec(line);
  const fd = /^\s*[\d.]+ CANFD\s+1 Rx\s+([0-9A-F]+)(x?)\s+[01] [01] [0-9a-f]\s+(\d+)((?: [0-9A-F]{2})*)/.exec(line);
  const found = classic ?? fd;
  if (found === null) return undefined;
  const bytes = (text = '') =>
    text
      .trim()
      .split(' ')
      .filter(each => each !== '')
      .map(each => Number.parseInt(each, 16));
  const named = { id: Number.parseInt(found[1] ?? '', 16), ext: found[2] === 'x' };
  return classic
    ? { ...named, rtr: classic[3] === 'r', data: bytes(classic[5]) }
    : { ...named, rtr: false, data: bytes(fd?.[4]) };
}
