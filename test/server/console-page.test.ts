import assert from 'node:assert/strict';
import { call, upgrade } from './call.ts';
import { buildPack, makeHome, removeHome, startProcess, type TestServer } from './server-process.ts';

describe('the console page', function () {
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

  it('is served whole, with scripts from here only', async () => {
    const page = await call(server.url, { path: '/console/cell-7/robot-a' });
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-security-policy']), /script-src 'self'/);
    const parts = [...page.text.matchAll(/(?:src|href)="(\/[^"]+\.\w+)"/g)].map(([, path]) => path ?? '');
    assert.ok(parts.length > 5);
    parts.push('/console/power.js');
    for (const path of parts) assert.equal((await call(server.url, { path })).status, 200, path);
  });

  it('is all that the editor is told of the server', async () => {
    const settings = JSON.parse((await call(server.url, { path: '/settings' })).text);
    assert.deepEqual(settings.gatewright, { consoles: '/console/', traffic: '/traffic' });
  });

  it('has a line that opens for its own page only', async () => {
    const host = `127.0.0.1:${server.port}`;
    const path = '/console-line/?EIO=4&transport=websocket';
    assert.equal(await upgrade(server.url, path, { host, origin: `http://${host}` }), 101);
    assert.equal(await upgrade(server.url, path, { host, origin: 'http://evil.example' }), 403);
  });
});
