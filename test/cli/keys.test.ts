// `gatewright keys`: keys of the owner of a box are made once, shown without what is private, and sign programs where they are.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFile, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { STUB } from '../../runtime/host/images/unified-image.ts';
import { type Home, openHome } from './command.ts';
import { documentOf } from './document.ts';

describe('keys', function () {
  this.timeout(60_000);
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());
  const state = () => join(home.folder, 'state');
  const owner = (file: string) => join(state(), 'drivers/libvirt/owner', file);
  const keys = (...args: readonly string[]) => home.run(['keys', ...args, '--state', state()]);

  it('are not there before somebody makes them, which is said with what to do', async () => {
    const [human, json, signed] = await Promise.all([keys('show'), keys('show', '--json'), keys('sign', 'a.efi')]);
    assert.equal(human.code, 1);
    assert.match(human.stdout, /There are no keys .*gatewright keys create/);
    assert.deepEqual(documentOf(json, 'keys'), { version: 1, command: 'keys', ok: false, action: 'show' });
    assert.equal(signed.code, 2);
    assert.match(signed.stderr, /make them first/);
  });

  it('are made once, whoever makes them at the same time, for their owner alone', async () => {
    const made = await Promise.all([keys('create', '--json'), keys('create', '--json'), keys('create', '--json')]);
    const found = made.map(one => documentOf(one, 'keys').certificate?.sha256);
    assert.equal(new Set(found).size, 1, JSON.stringify(made));
    const [before, again, shown] = [await readFile(owner('owner.key')), await keys('create'), await keys('show')];
    assert.match(again.stdout, /There are keys already/);
    assert.match(shown.stdout, new RegExp(`SHA-256 +${found[0]}`));
    assert.deepEqual(await readFile(owner('owner.key')), before);
    assert.equal((await stat(owner('owner.key'))).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(join(state(), 'drivers/libvirt')), ['owner'], 'no draft is left');
    const secret = before.toString().split('\n')[1] ?? '';
    assert.ok(secret.length > 60);
    for (const { stdout, stderr } of [...made, again, shown]) assert.ok(!`${stdout}${stderr}`.includes(secret));
  });

  it('are all that a firmware believes that begins with its variables', async () => {
    const variables = await readFile(owner('variables.fd'));
    const { raw } = new X509Certificate(await readFile(owner('owner.pem')));
    // PK, KEK and db.
    assert.equal(variables.toString('latin1').split(raw.toString('latin1')).length - 1, 3);
    for (const name of ['PK', 'KEK', 'db'])
      assert.ok(variables.includes(Buffer.from(`${name}\0`, 'utf16le')), `a variable ${name}`);
  });

  it('sign a program, so that their certificate proves it, and say so when it is none', async () => {
    const [program, output] = [join(home.folder, 'boot.efi'), join(home.folder, 'signed.efi')];
    await copyFile(STUB, program);
    const signed = await keys('sign', program, '--output', output);
    assert.deepEqual([signed.code, signed.stderr], [0, '']);
    const verify = (file: string) =>
      execFileSync('sbverify', ['--cert', owner('owner.pem'), file], { encoding: 'utf8', stdio: 'pipe' });
    assert.match(verify(output), /Signature verification OK/);
    assert.throws(() => verify(program));
    await home.file('text.efi', 'no program');
    const refused = await keys('sign', join(home.folder, 'text.efi'));
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /text\.efi cannot be signed .*; name a program for UEFI/);
  });
});
