import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
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

  it('gives a file for every Node from 20 on, such as the one that runs npm', () => {
    const built = buildNative({ folder });
    assert.ok('file' in built);
    const script = `
      const addon = require(process.argv[1]);
      const to = addon.openUdp('127.0.0.1', 0, '', 0, 0);
      const from = addon.openUdp('127.0.0.1', 0, '127.0.0.1', addon.number(to), 0);
      const memory = new Uint8Array(new SharedArrayBuffer(2048)).fill(7);
      const [slot, length] = [Int32Array.of(0), Int32Array.of(16)];
      addon.send(from, memory, slot, length, 1);
      addon.wait([to], Uint8Array.of(1), -1, 100);
      const count = addon.receive(to, memory, slot, 1, length, new Float64Array(1));
      console.log(JSON.stringify([parseInt(process.versions.node), count, length[0]]));`;
    const versions = new Set<number>();
    for (const node of [process.execPath, globalNode()]) {
      const [version, ...seen] = JSON.parse(execFileSync(node, ['-e', script, built.file], { encoding: 'utf8' }));
      assert.deepEqual(seen, [1, 16], node);
      versions.add(version);
    }
    assert.ok([...versions].every(version => version >= 20));
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

/** The Node that npm runs on: that of the machine, not the one of the packages. */
function globalNode(): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(each => !each.includes('node_modules'));
  return folders.map(each => join(each, 'node')).find(file => existsSync(file)) ?? process.execPath;
}
