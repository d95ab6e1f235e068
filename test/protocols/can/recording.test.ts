import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { PcapngReader } from '../../../runtime/lanes/recording/pcapng/reader.ts';
import { PcapngWriter } from '../../../runtime/lanes/recording/pcapng/writer.ts';
import type { RecordedFrame } from '../../../runtime/lanes/recording/recorded-frame.ts';
import { readCandump } from '../../../runtime/protocols/can/candump.ts';
import { CandumpExport, recordedFrame } from '../../../runtime/protocols/can/recording.ts';
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
