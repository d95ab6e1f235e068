import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openRecording } from '../../../runtime/lanes/recording/open.ts';
import { PcapngReader } from '../../../runtime/lanes/recording/pcapng/reader.ts';
import { PcapngWriter } from '../../../runtime/lanes/recording/pcapng/writer.ts';
import type { RecordedFrame } from '../../../runtime/lanes/recording/recorded-frame.ts';
import { readCandump } from '../../../runtime/protocols/can/candump.ts';
import { CandumpExport, recordedFrame } from '../../../runtime/protocols/can/recording.ts';
import { RECORDING_FORMATS } from '../../../runtime/protocols/recording-formats.ts';
import { itWithRecording } from '../../lab/recordings.ts';
import { inLane } from './frames.ts';

const LOG = `(1436509052.249713) can0 044#2A366C2BBA
(1436509052.449847) can0 0F6#R
(1436509052.650004) can1 18FEF100#0102030405060708
# a word of whoever recorded it
(1436509052.850132) can0 123##1112233445566778899AABBCC
(1436509053.051123) can1 7FF#
`;

describe('a recording of CAN', () => {
  it('goes from a candump log into pcapng and back without a change', () => thereAndBack(LOG));

  itWithRecording('can/nmea2000-boat.candump.log', 'does so with 2368 frames of a boat', path =>
    thereAndBack(readFileSync(path, 'utf8')),
  );

  it('gives links names that a log can have, each its own, and leaves out what is no message', () => {
    const bytes = inLane({
      id: 1,
      ext: false,
      rtr: false,
      fd: false,
      brs: false,
      esi: false,
      data: new Uint8Array(0),
      length: 0,
    });
    const frame = (link: string): RecordedFrame => ({ time: 1_500_000, link, class: 'can', bytes });
    const log = new CandumpExport();
    const links = ['can0', 'cell 7 → press', 'cell 7 → pressure', 'cell 7 → presses', 'can0', ''];
    const names = links.map(link => /^\(0000000001.500000\) (\S+) 001#\n$/.exec(log.line(frame(link)) ?? '')?.[1]);
    const plain = ['can0', 'cell_7___press', 'cell_7___pressu', 'cell_7___presse', 'can0', 'can'];
    assert.deepEqual(names, plain);
    const another = log.line(frame('cell 7 → pressurised'))?.split(' ')[1];
    assert.equal(another, 'cell_7___pres-2');
    assert.equal(log.line({ ...frame('x'), class: 'bytes' }), undefined);
    const error = bytes.slice();
    error[3] = 0x20;
    assert.equal(log.line({ ...frame('x'), bytes: error }), undefined);
    assert.equal(log.skipped, 2);
  });
});

function thereAndBack(text: string): void {
  const pieces: Uint8Array[] = [];
  const writer = new PcapngWriter(bytes => void pieces.push(bytes));
  for (const entry of readCandump(text.split('\n'))) writer.frame(recordedFrame(entry));
  writer.close(0);
  const log = new CandumpExport();
  let out = '';
  const reader = new PcapngReader({ frame: frame => (out += log.line(frame)) });
  reader.take(Buffer.concat(pieces));
  assert.equal(reader.end(), 0);
  const lines = text.split('\n').filter(line => line.startsWith('('));
  assert.equal(out, lines.map(line => `${line.trim()}\n`).join(''));
}

describe('a candump log that comes in pieces', () => {
  function read(bytes: Uint8Array, pieces: number) {
    const frames: RecordedFrame[] = [];
    const reader = openRecording({ frame: frame => void frames.push(frame) }, RECORDING_FORMATS);
    for (let at = 0; at < bytes.length; at += pieces) reader.take(bytes.subarray(at, at + pieces));
    const cutOff = reader.end();
    return { frames, cutOff, foreign: reader.foreign, format: reader.format };
  }

  it('gives the same frames whatever the pieces are, and is told from pcap and pcapng by what is in it', () => {
    const expected = [...readCandump(LOG.split('\n'))].map(recordedFrame);
    const withErrors = Buffer.from(`# a boat\n${LOG}(0.1) can0 20000004#0000000000000000\n\r\n`);
    for (const pieces of [1, 2, 3, 17, 4_096])
      assert.deepEqual(read(withErrors, pieces), { frames: expected, cutOff: 0, foreign: 1, format: 'candump log' });
  });

  it('may lack the end of its last line, and says how much of it is cut off', () => {
    const whole = read(Buffer.from(LOG.slice(0, -1)), 64);
    assert.deepEqual([whole.frames.length, whole.cutOff], [5, 0]);
    const cut = read(Buffer.from(LOG.slice(0, -4)), 64);
    assert.deepEqual([cut.frames.length, cut.cutOff], [4, 26]);
  });

  it('names the line that is none, and is no recording when nothing of it is', () => {
    const wrong = (text: string) => () => read(Buffer.from(text), 8);
    assert.throws(wrong('# fine\n(0.1) can0 123#00\n(0.2) can0 123#0\n'), {
      name: 'RecordingError',
      message: /^line 3 of the recording: "0" is no data/,
    });
    assert.throws(wrong('{"id": 1}'), /byte 0 of the recording: it is no pcap, and no pcapng, and no candump log/);
    assert.throws(wrong(`# ${'x'.repeat(70_000)}`), /line 1 of the recording: it is longer than any line/);
  });
});
