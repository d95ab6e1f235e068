import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { nodeFolders, readPart } from '../../scripts/build/node-folder.ts';
import { type Output, writeOutput } from '../../scripts/build/output.ts';
import { readStamp, stampOf, writeStamp } from '../../scripts/build/stamp.ts';
import { build, DIST, ROOT } from '../../scripts/build.ts';

describe('the build', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-build-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('does nothing when nothing changed', async () => {
    await build();
    assert.equal(await build(), false);
  });

  it('makes a pack whose stubs, forms, words and help are all there', async () => {
    await build();
    const manifest = JSON.parse(readFileSync(`${DIST}/package.json`, 'utf8'));
    const sets = Object.values(manifest['node-red'].nodes) as string[];
    assert.equal(sets.length, nodeFolders(ROOT).length);
    for (const set of sets) {
      const [base, name] = [set.replace(/\/[^/]+$/, ''), set.replace(/^.*\/|\.js$/g, '')];
      for (const file of [
        `${name}.js`,
        `${name}.html`,
        ...['en-US', 'de'].flatMap(lang => [`locales/${lang}/${name}.json`, `locales/${lang}/${name}.html`]),
      ])
        assert.ok(existsSync(`${DIST}/${base}/${file}`), `${base}/${file}`);
    }
  });

  it('shows every type in an example', async () => {
    await build();
    const names = readdirSync(`${DIST}/examples`).filter(name => name.endsWith('.json'));
    const examples = names.map(name => readFileSync(`${DIST}/examples/${name}`, 'utf8'));
    assert.ok(examples.length >= 3);
    for (const { type } of NODE_TYPES)
      assert.ok(
        examples.some(text => text.includes(`"${type}"`)),
        type,
      );
  });

  it('holds every template as an example of its own', async () => {
    await build();
    assert.deepEqual(readdirSync(`${DIST}/examples/templates`), readdirSync(`${ROOT}flows/templates`));
  });

  it('names the licence of every library in the bundle', async () => {
    await build();
    const notices = readFileSync(`${DIST}/THIRD-PARTY.txt`, 'utf8');
    for (const name of ['zod', 'express']) assert.match(notices, new RegExp(`^${name} [\\d.]+ \\(MIT\\)$`, 'm'));
    assert.match(notices, /^elkjs [\d.]+ \(EPL-2\.0 OR GPL-3\.0-or-later\)\n\n# Eclipse Public License/m);
  });

  it('keeps what every page of the editor loads small, and what is heavy beside it', async () => {
    await build();
    const resource = (name: string) => readFileSync(`${DIST}/resources/${name}`);
    assert.ok(gzipSync(resource('gatewright.js')).length < 150_000);
    assert.match(resource('elk.js').toString(), /"\.\/elk-worker\.min\.js"/);
    const asItCame = readFileSync(`${ROOT}node_modules/elkjs/lib/elk-worker.min.js`);
    assert.ok(resource('elk-worker.min.js').equals(asItCame));
  });

  it('notices a change of a source and of nothing else', () => {
    for (const source of ['runtime', 'nodes']) mkdirSync(join(folder, source));
    writeFileSync(join(folder, 'nodes', 'a.ts'), 'a');
    const stamp = stampOf(`${folder}/`);
    writeStamp(folder, stamp);
    assert.equal(readStamp(folder), stamp);
    assert.equal(stampOf(`${folder}/`), stamp);
    utimesSync(join(folder, 'nodes', 'a.ts'), 1, 1);
    assert.notEqual(stampOf(`${folder}/`), stamp);
  });

  it('writes what is new, keeps what is equal, and removes what is stale', () => {
    const write = (files: Record<string, string>) =>
      writeOutput(folder, new Map(Object.entries(files)) satisfies Output);
    write({ 'a.txt': 'one', 'deep/b.txt': 'two' });
    utimesSync(join(folder, 'a.txt'), 1, 1);
    write({ 'a.txt': 'one', 'c.txt': 'three' });
    assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'one');
    assert.ok(!existsSync(join(folder, 'deep/b.txt')));
    assert.ok(existsSync(join(folder, 'c.txt')));
  });

  it('finds a new node by its folder, and says which of its files is missing', () => {
    mkdirSync(join(folder, 'nodes', 'thing'), { recursive: true });
    mkdirSync(join(folder, 'nodes', 'no-node'));
    writeFileSync(join(folder, 'nodes', 'thing', 'thing.ts'), '');
    const found = nodeFolders(`${folder}/`);
    assert.deepEqual(
      found.map(({ name }) => name),
      ['thing'],
    );
    const [thing] = found;
    assert.ok(thing);
    assert.throws(() => readPart(thing, 'thing.form.html'), /nodes\/thing\/thing\.form\.html is missing; add it/);
  });
});
