// The guest image of the embedded back end, as it is built from Debian's packages.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBundle, writeBundle } from '../../runtime/host/images/bundle.ts';
import { verifyImage } from '../../runtime/host/images/verify.ts';
import { ROOT } from '../../scripts/build.ts';
import { fetchSources, imageFiles, installEmbeddedImage, type Sources } from '../../scripts/embedded-image.ts';

describe('the image of the embedded back end', function () {
  this.timeout(300_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gw-embedded-image-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const architecture of ['i386', 'amd64'] as const)
    describe(`for ${architecture}`, () => {
      let sources: Sources;
      before(() => {
        sources = fetchSources(architecture);
      });

      it('has the same bytes when it is built again from the same packages, as a folder and as one file', () => {
        const build = () => new Map(Object.entries(imageFiles(sources, architecture)));
        const [one, other] = [build(), build()];
        assert.deepEqual([...one.keys()], [...other.keys()]);
        for (const [name, data] of one) assert.ok(other.get(name)?.equals(data), name);
        const bundle = writeBundle(one);
        assert.ok(writeBundle(other).equals(bundle));
        assert.equal(verifyImage(readBundle(bundle, 'b'), 'b').manifest.architecture, architecture);
      });

      it('says which packages it is made of, under which licences, and where their sources are', () => {
        const text = String(imageFiles(sources, architecture).NOTICE);
        for (const { name, version } of Object.values(sources)) assert.ok(text.includes(`${name} ${version}`), name);
        const lesser = /BIOS.*Lesser General Public License version 3/;
        assert.equal(lesser.test(text), architecture === 'i386', 'only the old PC is brought a BIOS');
        for (const words of [/General Public License version 2/, /snapshot\.debian\.org/]) assert.match(text, words);
      });
    });

  it('goes into a store, where it is checked', async () => {
    const directory = await installEmbeddedImage(join(folder, 'images'));
    assert.equal(directory, join(folder, 'images', 'tiny-linux', 'i386'));
    const files = new Map(readdirSync(directory).map(name => [name, readFileSync(join(directory, name))]));
    assert.equal(verifyImage(files, directory).manifest.name, 'tiny-linux');
  });

  it('does not keep the editor from starting where it cannot be built, and says what to do', () => {
    const ended = spawnSync(process.execPath, ['scripts/ensure-image.ts'], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: folder, GATEWRIGHT_HOME: join(folder, 'home') },
    });
    assert.equal(ended.status, 0, ended.stderr);
    assert.match(ended.stderr, /needs apt-get and dpkg-deb.*everything else works\. Run npm run embedded-image/s);
  });

  it('is not built again at the next start', async () => {
    await installEmbeddedImage(join(folder, 'home', 'images'));
    const env = { PATH: folder, GATEWRIGHT_HOME: join(folder, 'home') };
    const ended = spawnSync(process.execPath, ['scripts/ensure-image.ts'], { cwd: ROOT, encoding: 'utf8', env });
    assert.deepEqual([ended.status, ended.stdout, ended.stderr], [0, '', '']);
  });
});
