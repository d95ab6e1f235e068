// The console page for people with roles: a viewer sees what happens and can do nothing.
import assert from 'node:assert/strict';
import { localHost } from '../../runtime/host/local.ts';
import type { PlatformState } from '../../runtime/platform/platform-port.ts';
import { addUser } from '../../runtime/server/users.ts';
import { applyPlanned } from '../server/apply.ts';
import { call, sendJson } from '../server/call.ts';
import { buildPack, makeHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { type Browser, openBrowser } from './browser.ts';

const PASSWORD = 'correct horse battery';

describe('the console page for a viewer', function () {
  this.timeout(120_000);
  let server: TestServer;
  let viewer: Browser;
  let operator: Browser;
  let path = '';

  /** What the editor keeps after a login. */
  async function logIn(username: string): Promise<string> {
    const login = { client_id: 'node-red-editor', grant_type: 'password', scope: '', username, password: PASSWORD };
    return (await sendJson(server.url, '/auth/token', login)).text;
  }

  async function openAs(username: string): Promise<Browser> {
    const browser = await openBrowser();
    const tokens = await logIn(username);
    await browser.context.addInitScript(text => localStorage.setItem('auth-tokens', text), tokens);
    return browser;
  }

  before(async () => {
    buildPack();
    const home = await makeHome();
    for (const role of ['viewer', 'it'] as const) await addUser(localHost, `${home}/users.json`, role, role, PASSWORD);
    server = await startProcess(home);
    const token = JSON.parse(await logIn('it')).access_token;
    const state = JSON.parse((await call(server.url, { path: '/gatewright/state', token })).text) as PlatformState;
    const [gateway] = state.gateways;
    await applyPlanned(server.url, gateway?.name ?? '', token);
    const vm = Object.keys(gateway?.resources ?? {}).find(address => address.startsWith('vm.')) ?? '';
    path = `/console/${vm.slice('vm.'.length)}`;
    viewer = await openAs('viewer');
    operator = await openAs('it');
  });
  after(async () => {
    await viewer?.close();
    await operator?.close();
    await server.stop();
    await removeHome(server.home);
  });

  it('shows what others type, says that it is read only, and takes neither keys nor switches', async () => {
    await viewer.page.goto(server.url + path);
    await viewer.page.getByText('Connected · read only', { exact: true }).waitFor();
    await viewer.page.getByText('● running', { exact: true }).waitFor();
    assert.equal(await viewer.page.locator('#power').isVisible(), false);
    await viewer.page.locator('.xterm-helper-textarea').focus();
    await viewer.page.keyboard.type('smuggled');
    await operator.page.goto(server.url + path);
    await operator.page.getByText('Connected', { exact: true }).waitFor();
    await operator.page.keyboard.type('seen-by-all');
    for (const { page } of [viewer, operator]) {
      await page.locator('.xterm-rows').getByText('seen-by-all').waitFor();
      assert.equal(await page.locator('.xterm-rows').getByText('smuggled').count(), 0);
    }
    await viewer.shoot('console-viewer');
    assert.deepEqual(viewer.complaints, []);
  });
});
