// The image store: what is in it is whole and unchanged, or it is not handed out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImageStore } from '../../../runtime/host/images/store.ts';
import { verifyImage } from '../../../runtime/host/images/verify.ts';
import { smallImage } from './lab.ts';

const UNUSABLE = { code: 'GW_IMAGE_UNUSABLE' };

describe('the image store', () => {
  let folder = '';
  let store: ImageStore;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'gw-images-')), 'images');
    store = new ImageStore(folder);
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  it('hands out what was installed, and names it by the hash of its manifest', async () => {
    const files = smallImage();
    const installed = await store.install(files, 'here');
    const opened = await store.open('tiny-linux', 'i386');
    assert.equal(opened.id, verifyImage(files, 'here').id);
    assert.equal(opened.directory, installed.directory);
    assert.equal(opened.directory, join(folder, 'tiny-linux', 'i386'));
    assert.deepEqual(opened.files.get('vmlinuz'), Buffer.from('kernel'));
  });

  it('names what is there for a processor, looking into nothing', async () => {
    await store.install(smallImage(), 'here');
    await mkdir(join(folder, 'broken', 'amd64'), { recursive: true });
    await writeFile(join(folder, 'broken', 'amd64', 'manifest.json'), 'no JSON');
    await mkdir(join(folder, 'empty', 'i386'), { recursive: true });
    assert.deepEqual(await store.names(['i386']), ['tiny-linux']);
    assert.deepEqual(await store.names(['amd64', 'i386']), ['broken', 'tiny-linux']);
    assert.deepEqual(await new ImageStore(join(folder, 'none')).names(['i386']), []);
  });

  it('says how to get an image that is not there', async () => {
    await assert.rejects(store.open('tiny-linux', 'i386'), {
      ...UNUSABLE,
      message: /is not in .*npm run embedded-image -- --install, or gatewright image fetch/,
    });
    assert.deepEqual(await store.list(), []);
  });

  it('refuses an image with a changed, missing or added file, and tells which in the list', async () => {
    const { directory } = await store.install(smallImage(), 'here');
    const path = join(directory, 'initrd.img');
    for (const [harm, message] of [
      [() => writeFile(path, 'evil'), /initrd\.img was changed/],
      [() => rm(path), /initrd\.img is missing/],
      [() => writeFile(join(directory, 'more'), ''), /more does not belong/],
    ] as const) {
      await harm();
      await assert.rejects(store.open('tiny-linux', 'i386'), { ...UNUSABLE, message });
      assert.match((await store.list())[0]?.problem ?? '', message);
      await store.install(smallImage(), 'here');
      assert.equal((await store.list())[0]?.problem, undefined, 'installing again mends it');
    }
  });

  it('refuses a manifest with a path, a missing kernel, an unknown word or no JSON at all', async () => {
    const hash = '0'.repeat(64);
    for (const changes of [
      { files: { '../escape': { bytes: 0, sha256: hash } } },
      { kernel: 'other' },
      { name: '../up' },
      { surprise: true },
    ])
      await assert.rejects(store.install(smallImage('kernel', changes), 'here'), UNUSABLE);
    await assert.rejects(store.install(new Map([['manifest.json', Buffer.from('{')]]), 'here'), UNUSABLE);
    assert.deepEqual(await store.list(), []);
  });

  it('replaces an image by a newer one, and a folder that claims to be another is refused', async () => {
    await store.install(smallImage('old'), 'here');
    const { directory } = await store.install(smallImage('new'), 'here');
    assert.equal(await readFile(join(directory, 'vmlinuz'), 'utf8'), 'new');
    await mkdir(join(folder, 'other'));
    for (const [name, data] of smallImage()) {
      await mkdir(join(folder, 'other/i386'), { recursive: true });
      await writeFile(join(folder, 'other/i386', name), data);
    }
    await assert.rejects(store.open('other', 'i386'), { ...UNUSABLE, message: /it is tiny-linux for i386/ });
  });

  it('has one whole image after many installed at once, and nothing else', async () => {
    const images = ['a', 'b', 'c', 'd'].map(kernel => smallImage(kernel));
    await Promise.all([...images, ...images].map(files => store.install(files, 'here')));
    const { files } = await store.open('tiny-linux', 'i386');
    assert.match(String(files.get('vmlinuz')), /^[abcd]$/);
    assert.deepEqual(await readdir(folder), ['tiny-linux']);
  });

  it('is whole or empty after installers were killed, and takes the next image', async () => {
    const script = fileURLToPath(new URL('installer.ts', import.meta.url));
    for (let round = 0; round < 5; round++) {
      const installers = [0, 1].map(() =>
        spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'ignore'] }),
      );
      await Promise.all(installers.map(({ stdout }) => once(stdout, 'data')));
      const ends = installers.map(child => once(child, 'exit'));
      for (const child of installers) child.kill('SIGKILL');
      assert.deepEqual(
        (await Promise.all(ends)).map(([, signal]) => signal),
        ['SIGKILL', 'SIGKILL'],
      );
      const left = await store.list();
      assert.ok(left.length === 0 || left[0]?.problem === undefined, left[0]?.problem);
      await store.install(smallImage('next'), 'here');
      assert.equal(String((await store.open('tiny-linux', 'i386')).files.get('vmlinuz')), 'next');
    }
  });

  it('removes what a kill left long ago, but not what another one writes now', async () => {
    const [old, fresh] = ['.gatewright-unfinished-old', '.gatewright-unfinished-fresh'];
    for (const name of [old, fresh]) await mkdir(join(folder, name), { recursive: true });
    await utimes(join(folder, old), 0, 0);
    await store.install(smallImage(), 'here');
    assert.deepEqual((await readdir(folder)).sort(), [fresh, 'tiny-linux']);
  });
});
