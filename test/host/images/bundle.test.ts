// An image as one file: what goes in comes out, and nothing else ever does.
import assert from 'node:assert/strict';
import { Header } from 'tar';
import { readBundle, writeBundle } from '../../../runtime/host/images/bundle.ts';
import { smallImage } from './lab.ts';

const UNUSABLE = { code: 'GW_IMAGE_UNUSABLE' };

/** One member of a tar archive, of any kind. */
function member(path: string, type: 'File' | 'SymbolicLink' | 'Directory', size = 0): Buffer {
  const block = Buffer.alloc(512);
  new Header({ path, type, size, mode: 0o644, linkpath: type === 'SymbolicLink' ? '/etc/passwd' : '' }).encode(
    block,
    0,
  );
  return block;
}

describe('an image bundle', () => {
  it('gives back the files that went in, and the same bytes every time', () => {
    const files = smallImage();
    const bundle = writeBundle(files);
    assert.deepEqual(new Map([...readBundle(bundle, 'b')].sort()), new Map([...files].sort()));
    assert.ok(bundle.equals(writeBundle(new Map([...files].reverse()))));
  });

  it('is refused when any of its bytes that count is another, and wherever it is cut', () => {
    const bundle = writeBundle(smallImage());
    for (let at = 0; at < bundle.length - 1024; at += 512) {
      assert.throws(() => readBundle(bundle.subarray(0, at), 'b'), UNUSABLE, `${at}`);
      const harmed = Buffer.from(bundle);
      harmed[at] = (harmed[at] ?? 0) ^ 1;
      assert.throws(() => readBundle(harmed, 'b'), UNUSABLE, `${at}`);
    }
  });

  it('is refused when it holds a link, a folder, a path, a second manifest or a file of nobody', () => {
    const bundle = writeBundle(smallImage());
    const body = bundle.subarray(0, bundle.length - 1024);
    const end = Buffer.alloc(1024);
    for (const extra of [
      member('NOTICE', 'SymbolicLink'),
      member('NOTICE', 'Directory'),
      member('../../escape', 'File'),
      member('/etc/cron.d/evil', 'File'),
      member('manifest.json', 'File'),
      member('constructor', 'File'),
      member('vmlinuz', 'File', 2 ** 32),
    ]) {
      assert.throws(() => readBundle(Buffer.concat([body, extra, end]), 'b'), UNUSABLE);
      assert.throws(() => readBundle(Buffer.concat([extra, body, end]), 'b'), UNUSABLE);
    }
  });

  it('says what it is when it is something else', () => {
    for (const [data, why] of [
      [Buffer.from('<html>not found</html>'), /is cut/],
      [Buffer.alloc(2048, 0x61), /not a tar archive/],
      [Buffer.alloc(0), /no manifest\.json/],
      [Buffer.alloc(1024), /no manifest\.json/],
    ] as const)
      assert.throws(() => readBundle(data, 'b'), { ...UNUSABLE, message: why });
  });
});
