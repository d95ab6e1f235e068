import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { io, type Socket } from 'socket.io-client';
import { localHost } from '../../runtime/host/local.ts';
import { ROLES, type Role } from '../../runtime/server/roles.ts';
import { addUser } from '../../runtime/server/users.ts';
import { applyPlanned } from './apply.ts';
import { call, sendJson } from './call.ts';
import { buildPack, makeHome, removeHome, startProcess, type TestServer } from './server-process.ts';

const PASSWORD = 'correct horse battery';

describe('people with roles', function () {
  this.timeout(120_000);
  let server: TestServer;
  const tokens = new Map<Role, string>();
  before(async () => {
    buildPack();
    const home = await makeHome();
    for (const role of ROLES) await addUser(localHost, `${home}/users.json`, role, role, PASSWORD);
    server = await startProcess(home);
    for (const role of ROLES) tokens.set(role, JSON.parse((await logIn(role, PASSWORD)).text).access_token);
  });
  after(async () => {
    await server.stop();
    await removeHome(server.home);
  });

  const logIn = (username: string, password: string) =>
    sendJson(server.url, '/auth/token', {
      client_id: 'node-red-editor',
      grant_type: 'password',
      scope: '',
      username,
      password,
    });
  const token = (role: Role) => tokens.get(role) ?? '';

  it('must log in even on loopback', async () => {
    const capture = '/gatewright/lines/cell-7/meters/capture';
    for (const path of ['/flows', '/gatewright/state', '/gatewright/audit', '/gatewright/design', '/nodes', capture])
      assert.equal((await call(server.url, { path })).status, 401, path);
    for (const path of ['/flows', '/flow', '/gatewright/plan', '/gatewright/apply', '/gatewright/rollback'])
      assert.equal((await sendJson(server.url, path, [])).status, 401, path);
  });

  it('do not get in with a wrong password or a made-up name', async () => {
    assert.equal((await logIn('admin', 'wrong horse battery')).status, 403);
    assert.equal((await logIn('nobody', PASSWORD)).status, 403);
    assert.equal((await call(server.url, { path: '/flows', token: 'made-up' })).status, 401);
  });

  for (const role of ROLES)
    it(`see drawings and states as ${role}`, async () => {
      for (const path of ['/flows', '/gatewright/state', '/gatewright/audit', '/settings'])
        assert.equal((await call(server.url, { path, token: token(role) })).status, 200, path);
    });

  /** Who gets past the permission check; what comes after it says no in its own way. */
  const passes = async (path: string, body: unknown) => {
    const passed = [];
    for (const role of ROLES) {
      const { status } = await sendJson(server.url, path, body, { token: token(role) });
      if (status !== 401) passed.push(role);
    }
    return passed;
  };
  it('deploy as ot and admin', async () => assert.deepEqual(await passes('/flows', { flows: 7 }), ['ot', 'admin']));
  it('plan as ot, it and admin', async () =>
    assert.deepEqual(await passes('/gatewright/plan', { gateway: 'cell-9' }), ['ot', 'it', 'admin']));
  for (const command of ['apply', 'cancel', 'rollback'])
    it(`${command} as it and admin`, async () =>
      assert.deepEqual(await passes(`/gatewright/${command}`, {}), ['it', 'admin']));

  it('are named in the audit', async () => {
    await applyPlanned(server.url, 'cell-7', token('it'));
    const audit = JSON.parse((await call(server.url, { path: '/gatewright/audit', token: token('viewer') })).text);
    assert.deepEqual(
      audit.entries
        .filter(({ action }: { action: string }) => action === 'apply')
        .map(({ user }: { user: string }) => user),
      ['it', 'it'],
    );
  });

  it('are named in the audit when they deploy', async () => {
    const flows = JSON.parse((await call(server.url, { path: '/flows', token: token('ot') })).text);
    const answer = await sendJson(server.url, '/flows', flows, { token: token('ot') });
    assert.equal(answer.status, 204);
    const deployers = async () => {
      const audit = JSON.parse((await call(server.url, { path: '/gatewright/audit', token: token('ot') })).text);
      return audit.entries
        .filter(({ action }: { action: string }) => action === 'deploy')
        .map(({ user }: { user: string }) => user);
    };
    for (let look = 0; look < 100 && (await deployers()).length < 2; look += 1)
      await new Promise(resolve => setTimeout(resolve, 50));
    assert.deepEqual(await deployers(), ['start', 'ot']);
  });

  it('watch traffic with the login of the editor, and not without', async () => {
    const watch = (auth: object) => {
      const options = { path: '/traffic', transports: ['websocket'], reconnection: false, forceNew: true };
      const socket = io(server.url, { ...options, auth });
      return new Promise<string>(resolve => {
        socket.once('connect_error', error => resolve(error.message));
        socket.once('connect', () => resolve('connected'));
      }).finally(() => socket.close());
    };
    assert.equal(await watch({ token: token('viewer') }), 'connected');
    for (const auth of [{}, { token: 'made-up' }, { token: '__proto__' }, { token: { $ne: 1 } }])
      assert.equal(await watch(auth), 'login');
  });

  describe('on the status page', () => {
    const sockets: Socket[] = [];
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.close();
    });
    const watch = (namespace: string, auth: object) => {
      const socket = io(`${server.url}${namespace}`, { path: '/live', auth, reconnection: false, forceNew: true });
      sockets.push(socket);
      return new Promise<string>(resolve => {
        socket.once('connect_error', error => resolve(error.message));
        socket.once('state', state => resolve(state.gateways.map(({ name }: { name: string }) => name).join(' ')));
      });
    };

    it('watch live with the login of the editor', async () => {
      assert.equal(await watch('/gatewright', { token: token('viewer') }), 'cell-7 cell-8');
    });

    for (const [what, auth] of Object.entries({
      'no token': {},
      'a made-up token': { token: 'made-up' },
      'a token that is not text': { token: { $ne: 1 } },
      'the name of a prototype': { token: '__proto__' },
      'a very long token': { token: 'x'.repeat(5000) },
    }))
      it(`see nothing with ${what}`, async () => assert.equal(await watch('/gatewright', auth), 'login'));

    it('find nothing in any other namespace', async () => {
      assert.match(await watch('/', { token: token('admin') }), /use the namespace/);
      assert.match(await watch('/admin', { token: token('admin') }), /Invalid namespace/);
    });
  });

  it('are not read from a file that others may read', async () => {
    const home = await makeHome();
    await writeFile(`${home}/users.json`, '[]', { mode: 0o644 });
    await assert.rejects(startProcess(home), /others may read .*; run: chmod 600/);
    await removeHome(home);
  });
});
