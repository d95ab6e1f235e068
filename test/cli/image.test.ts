// `gatewright image`: bundles go into the store of the home folder, or are refused with what to do.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeBundle } from '../../runtime/host/images/bundle.ts';
import { sha256 } from '../../runtime/host/images/verify.ts';
import { smallImage } from '../host/images/lab.ts';
import { type Home, openHome } from './command.ts';
import { documentOf, failureIn } from './document.ts';

describe('image', () => {
  let home: Home;
  let file = '';
  const bundle = writeBundle(smallImage());
  beforeEach(async () => {
    home = await openHome();
    file = await home.file('b.tar', bundle);
  });
  afterEach(() => home.remove());

  it('installs a bundle, shows it, and sees when it was changed', async () => {
    assert.match((await home.run(['image', 'list'])).stdout, /^There are no images in /);
    const fetched = await home.run(['image', 'fetch', file, '--sha256', sha256(bundle), '--json']);
    const [image] = documentOf(fetched, 'image').images;
    const directory = join(home.folder, 'images/tiny-linux/i386');
    assert.deepEqual([fetched.code, fetched.stderr, image?.directory], [0, '', directory]);
    const listed = await home.run(['image', 'list', '--json']);
    assert.deepEqual(documentOf(listed, 'image').images, [image]);
    await writeFile(join(directory, 'vmlinuz'), 'evil');
    const [words, harmed] = await Promise.all([home.run(['image', 'list']), home.run(['image', 'list', '--json'])]);
    assert.deepEqual([words.code, harmed.code, documentOf(harmed, 'image').ok], [1, 1, false]);
    assert.match(words.stdout, /vmlinuz was changed or is damaged; run npm run embedded-image/);
  });

  it('refuses another bundle than the one that was meant, and what is no bundle', async () => {
    const other = ['image', 'fetch', file, '--json', '--sha256', '0'.repeat(64)];
    const noBundle = ['image', 'fetch', 'package.json', '--json'];
    const noHash = ['image', 'fetch', file, '--json', '--sha256', 'abc'];
    const absent = ['image', 'fetch', join(home.folder, 'none.tar'), '--json'];
    const told = (await Promise.all([other, noBundle, noHash, absent].map(args => home.run(args)))).map(failureIn);
    assert.deepEqual(
      told.map(([exit, code]) => [exit, code]),
      [
        [1, 'GW_IMAGE_UNUSABLE'],
        [1, 'GW_IMAGE_UNUSABLE'],
        [2, 'USAGE'],
        [3, 'GW_HOST_IO'],
      ],
    );
    assert.match(told[0]?.[2] ?? '', new RegExp(`its SHA-256 is ${sha256(bundle)} and not the one you gave`));
    assert.match((await home.run(['image', 'list'])).stdout, /^There are no images in /);
  });
});
