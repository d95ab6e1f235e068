// A recording on disk, read in pieces.
import assert from 'node:assert/strict';
import { UsageError } from '../../runtime/cli/exit.ts';
import { RecordingFile } from '../../runtime/cli/recording-file.ts';
import { type Home, openHome } from './command.ts';
import { read, recording } from './recorded-cell.ts';

/** Of the file that is read in one go. */
const PIECE_BYTES = 256 * 1024;
const FRAMES = 20_000;

describe('a recording on disk', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  it('is never held as a whole: no more frames are there at once than a piece of it has', async () => {
    const bytes = recording(Array.from({ length: FRAMES }, () => read(1)));
    const frameBytes = (bytes.length - 24) / FRAMES;
    const said: string[] = [];
    const file = new RecordingFile(await home.file('cell.pcap', bytes), text => void said.push(text));
    const batches: number[] = [];
    for await (const batch of file.batches()) batches.push(batch.length);
    assert.equal(
      batches.reduce((sum, count) => sum + count, 0),
      FRAMES,
    );
    assert.ok(Math.max(...batches) <= PIECE_BYTES / frameBytes + 1, `${Math.max(...batches)} frames at once`);
    assert.deepEqual(file.facts, { format: 'pcap', bytes: bytes.length, foreign: 0, cutOffBytes: 0 });
    const [first, last] = [said[0] ?? '', said.at(-1) ?? ''];
    assert.match(first, /cell\.pcap: 0\.3 of 1\.\d MB$/);
    assert.match(last, /cell\.pcap: (\d\.\d) of \1 MB$/);
  });

  it('tells the place at which it is none, and may be none at all', async () => {
    const bytes = recording([read(1), read(2)]);
    const broken = Buffer.from(bytes);
    broken.writeUInt32LE(0x7fff_ffff, 24 + 8);
    for (const [content, words] of [
      [broken, /byte 24 of the recording: a packet of 2147483647 bytes is too large; name a pcap/],
      ['', /byte 0 of the recording: there is no recording in it; name a pcap/],
    ] as const) {
      const file = new RecordingFile(await home.file('broken.pcap', content), () => {});
      const reading = async () => {
        for await (const batch of file.batches()) assert.deepEqual(batch, []);
      };
      await assert.rejects(reading, (error: Error) => error instanceof UsageError && words.test(error.message));
    }
  });
});
