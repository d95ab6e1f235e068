import assert from 'node:assert/strict';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { localHost } from '../../runtime/host/local.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import { PERMISSIONS, permits, ROLES } from '../../runtime/server/roles.ts';
import { addUser, loadUsers } from '../../runtime/server/users.ts';
import { temporaryFolder } from './folder.ts';

const invalid = (what: RegExp) => (error: unknown) =>
  isGatewrightError(error) && error.code === 'GW_CONFIG_INVALID' && what.test(error.message);

describe('users', () => {
  const folder = temporaryFolder();
  const file = () => `${folder.path}/users.json`;
  const password = 'correct horse battery';

  it('are none without a file', async () => assert.equal(await loadUsers(localHost, file()), undefined));

  it('log in with the password they were added with, and with no other', async () => {
    await addUser(localHost, file(), 'anna', 'ot', password);
    const users = await loadUsers(localHost, file());
    assert.deepEqual(await users?.authenticate('anna', password), {
      username: 'anna',
      permissions: PERMISSIONS.ot,
    });
    assert.equal(await users?.authenticate('anna', 'wrong horse battery'), undefined);
    assert.equal(await users?.authenticate('nobody', password), undefined);
    assert.equal(await users?.authenticate('__proto__', password), undefined);
  });

  it('are kept without passwords in a file that only its owner reads', async () => {
    await addUser(localHost, file(), 'anna', 'ot', password);
    assert.equal((await stat(file())).mode & 0o777, 0o600);
    assert.ok(!(await readFile(file(), 'utf8')).includes(password));
  });

  it('can be given a new password and role without being listed twice', async () => {
    await addUser(localHost, file(), 'anna', 'viewer', password);
    await addUser(localHost, file(), 'anna', 'admin', `${password} staple`);
    const users = await loadUsers(localHost, file());
    assert.equal(await users?.authenticate('anna', password), undefined);
    assert.deepEqual(users?.find('anna')?.permissions, ['*']);
  });

  it('are refused from a file that others may read', async () => {
    await addUser(localHost, file(), 'anna', 'ot', password);
    await chmod(file(), 0o644);
    await assert.rejects(loadUsers(localHost, file()), invalid(/others may read .* chmod 600/));
  });

  for (const [what, text] of Object.entries({
    'truncated JSON': '[{"name":"anna"',
    'an unknown role': '[{"name":"anna","passwordHash":"x","role":"root"}]',
    'a plain password': '[{"name":"anna","passwordHash":"secret-in-plain-text","role":"ot"}]',
    'an unknown field': `[{"name":"anna","passwordHash":"$2b$11$${'a'.repeat(53)}","role":"ot","x":1}]`,
    'an empty list': '[]',
  }))
    it(`are refused from a file with ${what}, without quoting it`, async () => {
      await writeFile(file(), text, { mode: 0o600 });
      await assert.rejects(loadUsers(localHost, file()), error => {
        assert.ok(!String((error as Error).message).includes('secret-in-plain-text'));
        return invalid(/users\.json/)(error);
      });
    });

  for (const bad of ['short', 'x'.repeat(73), 'ä'.repeat(37)])
    it(`are not added with a password of ${bad.length} characters that is too short or would be cut`, async () => {
      await assert.rejects(addUser(localHost, file(), 'anna', 'ot', bad), invalid(/at least 10 characters/));
      assert.equal(await localHost.readFile(file()), undefined);
    });
});

describe('roles', () => {
  const may = (permission: string) => ROLES.filter(role => permits(PERMISSIONS[role], permission));

  it('let everybody look', () => assert.deepEqual(may('gatewright.read'), [...ROLES]));
  it('let OT draw', () => assert.deepEqual(may('flows.write'), ['ot', 'admin']));
  it('let OT and IT plan', () => assert.deepEqual(may('gatewright.plan'), ['ot', 'it', 'admin']));
  it('let IT apply', () => assert.deepEqual(may('gatewright.apply'), ['it', 'admin']));
  it('let nobody but an administrator install nodes', () => assert.deepEqual(may('nodes.write'), ['admin']));
});
