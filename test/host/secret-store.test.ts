// Secrets of a gateway as files: who may read them, what may be one, and that none is in anything that is printed.
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { MOST_SECRET_BYTES, SecretStore } from '../../runtime/host/secret-store.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import { fetchSecret } from '../../runtime/model/secrets.ts';

const SECRET = 'hunter2-and-more';

describe('the store of secrets', () => {
  let state = '';
  let store: SecretStore;
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'gatewright-secrets-'));
    store = new SecretStore(state);
  });
  afterEach(() => rm(state, { recursive: true }));
  const folder = () => join(state, 'secrets');

  it('keeps each in a file that only its own user may read, and lists names only', async () => {
    assert.deepEqual(await store.list(), []);
    await store.set('plant-broker', SECRET);
    await store.set('ca.key_2', `-----BEGIN KEY-----\nü\n`);
    assert.deepEqual(await store.list(), ['ca.key_2', 'plant-broker']);
    assert.equal(await store.get('plant-broker'), SECRET);
    assert.equal(await readFile(join(folder(), 'ca.key_2'), 'utf8'), '-----BEGIN KEY-----\nü\n');
    const modes = [folder(), join(folder(), 'plant-broker')].map(async path => (await stat(path)).mode & 0o777);
    assert.deepEqual(await Promise.all(modes), [0o700, 0o600]);
  });

  it('takes a folder that was made by hand away from everybody else', async () => {
    await mkdir(folder());
    await chmod(folder(), 0o755);
    await store.set('door', SECRET);
    assert.equal((await stat(folder())).mode & 0o777, 0o700);
  });

  it('replaces one as a whole, and sees at once what another process stored or removed', async () => {
    const other = new SecretStore(state);
    await store.set('door', 'old');
    const writing = Promise.all(['one', 'two', 'three'].map(secret => other.set('door', secret)));
    assert.match((await store.get('door')) ?? '', /^(old|one|two|three)$/);
    await writing;
    assert.match((await store.get('door')) ?? '', /^(one|two|three)$/);
    assert.deepEqual([await other.remove('door'), await other.remove('door')], [true, false]);
    assert.equal(await store.get('door'), undefined);
    assert.deepEqual(await readdir(folder()), []);
  });

  it('replaces a link and not what it points to', async () => {
    await mkdir(folder());
    await writeFile(join(state, 'target'), 'untouched');
    await symlink(join(state, 'target'), join(folder(), 'door'));
    await store.set('door', SECRET);
    assert.equal(await readFile(join(state, 'target'), 'utf8'), 'untouched');
  });

  it('refuses names that are none, which name no file either, and what can be no secret', async () => {
    await writeFile(join(state, 'journal'), 'not a secret');
    for (const name of [
      '',
      '.',
      '..',
      '../journal',
      'a/b',
      '/etc/passwd',
      'Door',
      '-x',
      'x-',
      'ü',
      'a\0',
      'x'.repeat(65),
    ]) {
      assert.equal(await store.get(name), undefined, name);
      await assert.rejects(store.set(name, SECRET), { code: 'GW_SECRET_UNFIT' }, name);
      await assert.rejects(store.remove(name), { code: 'GW_SECRET_UNFIT' }, name);
    }
    for (const secret of ['', `${SECRET}\0`, SECRET.repeat(MOST_SECRET_BYTES)])
      await assert.rejects(store.set('door', secret), error => {
        assert.ok(isGatewrightError(error) && error.code === 'GW_SECRET_UNFIT');
        return !inspect(error, { depth: 20, showHidden: true }).includes(SECRET);
      });
    assert.equal(await readFile(join(state, 'journal'), 'utf8'), 'not a secret');
    assert.deepEqual(await store.list(), []);
  });

  it('is no secret to a link when it cannot be read, and the link says only its name', async () => {
    await mkdir(join(folder(), 'door'), { recursive: true });
    await assert.rejects(store.get('door'), { code: 'GW_HOST_IO' });
    await assert.rejects(fetchSecret(store.get, 'door'), /there is no secret "door"/);
  });
});
