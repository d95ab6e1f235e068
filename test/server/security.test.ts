import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { call, sendJson, upgrade } from './call.ts';
import { buildPack, makeHome, removeHome, runToEnd, startProcess, type TestServer } from './server-process.ts';

describe('a server on loopback', function () {
  this.timeout(90_000);
  let server: TestServer;
  before(async () => {
    buildPack();
    server = await startProcess(await makeHome());
  });
  after(async () => {
    await server.stop();
    await removeHome(server.home);
  });
  const flows = () => readFile(`${server.home}/flows.json`, 'utf8');
  const own = () => ({ host: `127.0.0.1:${server.port}`, origin: `http://127.0.0.1:${server.port}` });

  it('says honestly what the gateways of the first drawing are', () => {
    assert.match(
      server.ready,
      /^Gatewright is ready: http:\/\/127\.0\.0\.1:\d+ \(gateway cell-7: simulated; gateway cell-8: simulated\)$/,
    );
  });

  it('serves the editor to the person at this machine', async () => {
    const answer = await call(server.url, {});
    assert.equal(answer.status, 200);
    assert.match(answer.text, /<title>Gatewright<\/title>/);
    assert.match(String(answer.headers['content-security-policy']), /frame-ancestors 'self'/);
  });

  for (const path of [
    '/',
    '/flows',
    '/status',
    '/gatewright/state',
    '/live/?EIO=4&transport=polling',
    '/api/x',
    '/red/red.min.js',
  ])
    it(`refuses ${path} under a name that is not its own (DNS rebinding)`, async () => {
      const answer = await call(server.url, { path, headers: { host: `evil.example:${server.port}` } });
      assert.equal(answer.status, 403);
      assert.match(answer.text, /not known by that name/);
    });

  it('refuses posts from other pages and changes nothing', async () => {
    const before = await flows();
    for (const origin of ['http://evil.example', 'http://localhost:3000', 'null'])
      for (const path of [
        '/flows',
        '/flow',
        '/gatewright/apply',
        '/settings/user',
        '/inject/x',
        '/live/?EIO=4&transport=polling',
      ]) {
        const answer = await sendJson(server.url, path, [], { headers: { origin } });
        assert.equal(answer.status, 403, `${path} from ${origin}`);
      }
    assert.equal(await flows(), before);
  });

  for (const path of ['/comms', '/live/?EIO=4&transport=websocket'])
    it(`opens the websocket ${path} for its own page only`, async () => {
      assert.equal(await upgrade(server.url, path, own()), 101);
      assert.equal(await upgrade(server.url, path, { ...own(), origin: 'http://evil.example' }), 403);
      assert.equal(await upgrade(server.url, path, { ...own(), host: 'evil.example' }), 403);
    });

  it('refuses a post to the platform that a form could send', async () => {
    const body = JSON.stringify({ gateway: 'cell-7' });
    const form = { 'content-type': 'text/plain' };
    const answer = await call(server.url, { method: 'POST', path: '/gatewright/plan', headers: form, body });
    assert.equal(answer.status, 400);
    assert.equal(JSON.parse(answer.text).code, 'GW_REQUEST_INVALID');
  });

  it('does not load core nodes that reach the machine itself', async () => {
    const answer = await call(server.url, { path: '/nodes', headers: { accept: 'application/json' } });
    const types: string[] = JSON.parse(answer.text).flatMap((set: { types: string[] }) => set.types);
    assert.ok(types.includes('inject') && types.includes('gatewright-vm'));
    for (const type of ['exec', 'file', 'file in', 'watch', 'tcp in', 'tcp out', 'tcp request', 'udp in', 'udp out'])
      assert.ok(!types.includes(type), type);
  });

  it('installs no node packs', async () => {
    const answer = await sendJson(server.url, '/nodes', { module: 'node-red-node-random' });
    assert.ok(answer.status >= 400, `${answer.status}`);
  });

  it('puts its own pages under a strict policy', async () => {
    const answer = await call(server.url, { path: '/status' });
    const policy = String(answer.headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.ok(!/unsafe/.test(policy), policy);
    assert.ok(!/<script>|onload=|style=/.test(answer.text), 'nothing inline');
  });

  it('shows no stack trace when it cannot read a request', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await call(server.url, { method: 'POST', path: '/settings/user', headers, body: '{"a":' });
    assert.equal(answer.status, 400);
    assert.ok(!/node_modules|at .*:\d+/.test(answer.text), answer.text);
  });

  it('tells a second server plainly that the port is taken', async () => {
    const home = await makeHome();
    const end = await runToEnd(home, ['--port', String(server.port)]);
    await removeHome(home);
    assert.equal(end.code, 3);
    assert.match(end.stderr, /is in use by another program; stop it, or start with --port NUMBER/);
  });
});

describe('a server that would be reachable from elsewhere', function () {
  this.timeout(90_000);
  let home = '';
  beforeEach(async () => {
    home = await makeHome();
  });
  afterEach(() => removeHome(home));

  it('refuses to start without users, says what to do, and opens no port', async () => {
    const port = await freePort();
    const end = await runToEnd(home, ['--host', '0.0.0.0', '--port', String(port)]);
    assert.equal(end.code, 2);
    assert.match(end.stderr, /no users are configured; add one with: npm start -- --add-user NAME --role admin/);
    await assert.rejects(call(`http://127.0.0.1:${port}`, {}), { code: 'ECONNREFUSED' });
  });

  it('refuses to start with users but without TLS or a proxy', async () => {
    const added = await runToEnd(home, ['--add-user', 'anna', '--role', 'admin'], 'correct horse battery\n');
    assert.deepEqual([added.code, added.stderr], [0, '']);
    const end = await runToEnd(home, ['--host', '0.0.0.0', '--port', '0']);
    assert.equal(end.code, 2);
    assert.match(end.stderr, /neither TLS nor a trusted proxy is configured/);
  });

  for (const [flags, what] of [
    [['--add-user', 'anna', '--role', 'root'], /there is no role "root"/],
    [['--add-user', 'Anna <x>'], /a user name has/],
    [['--prot', '1'], /Unknown option '--prot'/],
    [['--port', 'http'], /port "http" is not a number/],
    [['--core-nodes', 'some'], /coreNodes/],
  ] as const)
    it(`refuses ${flags.join(' ')}`, async () => {
      const end = await runToEnd(home, flags, 'correct horse battery\n');
      assert.equal(end.code, 2);
      assert.match(end.stderr, what);
    });
});

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
