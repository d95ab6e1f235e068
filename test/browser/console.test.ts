// The console page in a real browser: what is typed comes back, and the history is there after a reload.
import assert from 'node:assert/strict';
import type { PlatformState } from '../../runtime/platform/platform-port.ts';
import { call, sendJson } from '../server/call.ts';
import { buildPack, makeHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { type Browser, openBrowser } from './browser.ts';

describe('the console page in a browser', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let vm = '';
  before(async () => {
    buildPack();
    server = await startProcess(await makeHome());
    browser = await openBrowser();
    const state = JSON.parse((await call(server.url, { path: '/gatewright/state' })).text) as PlatformState;
    const [gateway] = state.gateways;
    const planHash = gateway?.plan?.hash;
    const applied = await sendJson(server.url, '/gatewright/apply', {
      gateway: gateway?.name,
      planHash,
      onFailure: 'stop',
    });
    assert.equal(applied.status, 200, applied.text);
    vm = Object.keys(gateway?.resources ?? {}).find(address => address.startsWith('vm.')) ?? '';
  });
  after(async () => {
    await browser.close();
    await server.stop();
    await removeHome(server.home);
  });

  it('is linked from the status page, gives back what is typed, and keeps it over a reload', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/status`);
    await page.getByRole('link', { name: `Console of ${vm}`, exact: true }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.keyboard.type('echo-of-this');
    await page.locator('.xterm-rows').getByText('echo-of-this').waitFor();
    await page.reload();
    await page.locator('.xterm-rows').getByText('echo-of-this').waitFor();
    await browser.shoot('console');
    assert.deepEqual(browser.complaints, []);
  });

  it('says what the VM is and does, and switches it off only when asked twice', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/console/${vm.slice('vm.'.length)}`);
    await page.getByText('● running', { exact: true }).waitFor();
    assert.equal(await page.locator('#label').textContent(), 'simulated');
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    assert.equal(await button('On').isDisabled(), true, 'what runs is not switched on');
    await button('Off').click();
    await button('Off now?').waitFor();
    await browser.shoot('console-asks');
    await button('Off now?').click();
    await page.getByText('○ off', { exact: true }).waitFor();
    await button('On').click();
    await page.getByText('● running', { exact: true }).waitFor();
    assert.deepEqual(browser.complaints, []);
  });

  it('follows a dark theme, and lets the keyboard out of the terminal', async () => {
    const { page } = browser;
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${server.url}/console/${vm.slice('vm.'.length)}`);
    await page.getByText('Connected', { exact: true }).waitFor();
    /** The terminal is painted as the page around it, dark or light. */
    const painted = (dark: boolean) =>
      page.waitForFunction(wanted => {
        const grounds = ['#screen', '.xterm-scrollable-element'].map(selector => {
          const found = document.querySelector(selector);
          return found === null ? '' : getComputedStyle(found).backgroundColor;
        });
        const [first = '', second] = grounds;
        return first === second && Number(/\d+/.exec(first)?.[0]) < 128 === wanted;
      }, dark);
    await painted(true);
    await page.emulateMedia({ colorScheme: 'light' });
    await painted(false);
    await page.emulateMedia({ colorScheme: 'dark' });
    await painted(true);
    await browser.shoot('console-dark');
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press('Tab');
    assert.notEqual(await focused(), 'Status', 'Tab is typed into the guest');
    await page.keyboard.press('Shift+Escape');
    assert.equal(await focused(), 'Status');
  });
});
