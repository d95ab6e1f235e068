// What a newcomer sees: the first start, Apply, and a ping from one guest to another at a console in the browser.
import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedSettings } from '../lab/embedded-images.ts';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { type Browser, openBrowser } from './browser.ts';

describe('the first start', function () {
  this.timeout(400_000).bail(true);
  let server: TestServer;
  let browser: Browser;
  before(async () => {
    buildPack();
    const home = await makeEmptyHome();
    const { imageDirectory, snapshotDirectory } = await embeddedSettings();
    await mkdir(snapshotDirectory, { recursive: true });
    // As `npm start` leaves it, and with the memory that an earlier test may have kept.
    await symlink(imageDirectory, join(home, 'images'));
    await symlink(snapshotDirectory, join(home, 'snapshots'));
    server = await startProcess(home);
    browser = await openBrowser();
    browser.page.setDefaultTimeout(300_000);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await removeHome(server.home);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('first-start-failed');
  });

  const card = (gateway: string) => browser.page.locator('.gw-card', { hasText: gateway });

  it('says that its gateways are emulated', () => {
    assert.match(server.ready, /\(gateway cell-7: emulated; gateway cell-8: emulated\)$/);
  });

  it('boots the drawn guests when both plans are applied in the sidebar', async () => {
    const { page } = browser;
    await page.goto(server.url);
    await page.locator('.red-ui-palette-node').first().waitFor();
    await page.evaluate(() =>
      (globalThis as never as { RED: { actions: { invoke(action: string): void } } }).RED.actions.invoke(
        'gatewright:show-plan',
      ),
    );
    for (const gateway of ['cell-7', 'cell-8']) {
      await card(gateway).locator('.gw-chip', { hasText: 'emulated' }).waitFor();
      await card(gateway).locator('.gw-approve').click();
    }
    for (const gateway of ['cell-7', 'cell-8'])
      await card(gateway).getByText('Nothing to do. Everything runs as drawn.').waitFor();
    await browser.shoot('first-start-applied');
  });

  it('lets a person ping from one guest to another at a console', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/status`);
    await page.getByRole('link', { name: 'Console of vm.cell-7/a7', exact: true }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    const screen = page.locator('.xterm-rows');
    await screen.getByText('a7:/#').first().waitFor();
    await page.keyboard.type('ping -c 2 -W 10 10.0.0.8\n');
    await screen.getByText('2 packets received, 0% packet loss').waitFor();
    await browser.shoot('first-start-console');
    assert.deepEqual(browser.complaints, []);
  });
});
