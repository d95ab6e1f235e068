import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAddon } from '../../../runtime/lanes/native/addon.ts';
import { buildNative } from '../../../scripts/native.ts';

describe('the build of the addon for bursts', function () {
  this.timeout(60_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'native-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('says what is missing where it cannot be, and leaves nothing behind', () => {
    const missing = buildNative({ folder, compiler: 'no-such-compiler' });
    assert.ok('why' in missing);
    assert.match(missing.why, /no-such-compiler could not be started/);
    const failing = buildNative({ folder, compiler: 'false' });
    assert.ok('why' in failing);
    assert.match(failing.why, /false ended with 1/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is done once for the same sources', () => {
    const first = buildNative({ folder });
    assert.ok('file' in first, 'why' in first ? first.why : '');
    assert.deepEqual(buildNative({ folder, compiler: 'no-such-compiler' }), first, 'nobody is asked again');
    assert.ok('addon' in loadAddon(first.file));
  });

  it('is said to be missing, broken or of another version when it is loaded', () => {
    const broken = join(folder, 'broken.node');
    const old = join(folder, 'old.cjs');
    writeFileSync(broken, 'no library');
    writeFileSync(old, 'module.exports = { layoutVersion: 0, tableMagic: 0 };');
    const why = (file: string) => {
      const loaded = loadAddon(file);
      assert.ok('why' in loaded);
      return loaded.why;
    };
    assert.match(why(join(folder, 'nowhere.node')), /cannot be loaded: Cannot find module/);
    assert.match(why(broken), /cannot be loaded/);
    assert.match(why(old), /another version/);
  });
});
