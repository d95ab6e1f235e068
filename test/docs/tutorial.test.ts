// Somebody who does what docs/tutorial.md says, step by step, in a browser and with the real server.
import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Locator } from 'playwright-core';
import { ROOT } from '../../scripts/build.ts';
import { type Browser, drag, middleOf, openBrowser } from '../browser/browser.ts';
import { GuestPage } from '../browser/guest-page.ts';
import { embeddedSettings } from '../lab/embedded-images.ts';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';

describe('the tutorial', function () {
  this.timeout(400_000).bail(true);
  let home = '';
  let server: TestServer;
  let browser: Browser;
  let console: GuestPage;
  let text = '';
  before(async () => {
    text = await readFile(`${ROOT}docs/tutorial.md`, 'utf8');
    buildPack();
    home = await makeEmptyHome();
    const { imageDirectory, snapshotDirectory } = await embeddedSettings();
    await cp(imageDirectory, join(home, 'images'), { recursive: true });
    await cp(snapshotDirectory, join(home, 'snapshots'), { recursive: true }).catch(() => undefined);
    assert.notEqual(dirname(imageDirectory), home);
    server = await startProcess(home);
    browser = await openBrowser();
    browser.page.setDefaultTimeout(60_000);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    if (home !== '') await removeHome(home);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('tutorial-failed');
  });

  const node = (label: string) => browser.page.locator('g.red-ui-flow-node', { hasText: label }).first();
  const card = () => browser.page.locator('.gw-card', { hasText: 'cabinet-1' });
  const said = (words: string) => assert.ok(text.replaceAll(/\s+/g, ' ').includes(words), `the tutorial says ${words}`);
  const open = async (label: string) => {
    await node(label).dblclick();
    await browser.page.locator('#node-input-name').waitFor();
  };
  const done = async () => {
    await browser.page.click('#node-dialog-ok');
    await browser.page.locator('#node-input-name').waitFor({ state: 'detached' });
  };
  const deploy = async () => {
    const { page } = browser;
    const saved = page.waitForResponse(
      answer => answer.url().endsWith('/flows') && answer.request().method() === 'POST',
    );
    await page.click('#red-ui-header-button-deploy');
    const confirm = page.locator('.red-ui-notification button.primary');
    const asked = confirm.waitFor().then(() => confirm.click());
    asked.catch(() => undefined); // nobody asked: the wait for the question ends with the browser
    const answer = await Promise.race([saved, asked.then(() => saved)]);
    assert.equal(answer.status(), 200, await answer.text());
  };
  const approve = async () => {
    await card().locator('.gw-approve').click();
    await card().getByText('Nothing to do. Everything runs as drawn.').waitFor();
  };

  it('1 and 2: starts, and shows the reference drawing with emulated gateways', async () => {
    said('(gateway cell-7: emulated; gateway cell-8: emulated)');
    assert.match(server.ready, /\(gateway cell-7: emulated; gateway cell-8: emulated\)$/);
    await browser.page.goto(server.url);
    said('_Robot cells 7 and 8_');
    await browser.page.locator('.red-ui-tab-label', { hasText: 'Robot cells 7 and 8' }).first().waitFor();
    await node('a7').waitFor();
  });

  it('3: imports the design single-box from the examples of the menu', async () => {
    const { page } = browser;
    await page.click('#red-ui-header-button-sidemenu');
    await page.click('#menu-item-import');
    await page.locator('#red-ui-clipboard-dialog-import-tabs').getByText('Examples').click();
    const tree = page.locator('.ui-dialog:visible');
    await tree.getByText('@gatewright/node-red-gateway', { exact: true }).click();
    await tree.getByText('single-box', { exact: true }).click();
    await page.locator('#red-ui-clipboard-dialog-ok').click();
    said('press _Import copy_');
    await page.getByText('Import copy', { exact: true }).click();
    said('_One box, one tenant_');
    await page.locator('.red-ui-tab-label', { hasText: 'One box, one tenant' }).first().click();
    await node('line-logger').waitFor();
  });

  it('4: makes the gateway an embedded one', async () => {
    const { page } = browser;
    await open('line-logger');
    await page.locator('#node-input-lookup-gateway, #node-input-btn-gateway-edit').first().click();
    await page.locator('#node-config-input-backend').selectOption('embedded');
    await page.locator('#node-config-dialog-ok').click();
    await page.locator('#node-config-input-backend').waitFor({ state: 'detached' });
    await done();
  });

  it('5 and 6: deploys, shows a plan, and applies it', async () => {
    const { page } = browser;
    await deploy();
    await page.evaluate(() =>
      (globalThis as never as { RED: { actions: { invoke(action: string): void } } }).RED.actions.invoke(
        'gatewright:show-plan',
      ),
    );
    await card().locator('.gw-chip', { hasText: 'emulated' }).waitFor();
    await approve();
    await node('line-logger').locator('.red-ui-flow-node-status-label', { hasText: 'running' }).waitFor();
    await browser.shoot('tutorial-applied');
  });

  it('7: shows the drawn address at the console, and no answer of the router', async () => {
    const link = card().locator('.gw-vm', { hasText: 'line-logger' }).locator('a');
    assert.equal(await link.textContent(), 'Console');
    assert.match(String(await link.getAttribute('href')), /\/console\/cabinet-1\/line-logger$/);
    console = await GuestPage.open(browser.context, server.url, 'cabinet-1/line-logger');
    await console.run('until ip -4 addr show eth0 | grep -q inet; do sleep 1; done');
    said('ip -4 addr show eth0');
    assert.match((await console.run('ip -4 addr show eth0')).text, /inet 10\.20\.0\.10\/24/);
    said('ping -c 1 -W 2 10.20.0.1');
    assert.match((await console.run('ping -c 1 -W 2 10.20.0.1')).text, /0 packets received/);
  });

  it('8: adds a rule, reads what people will notice, and gets an answer at the open console', async () => {
    const { page } = browser;
    await page.bringToFront();
    await open('guard');
    await page.locator('#gw-part-rules .red-ui-editableList > .red-ui-button').click();
    const protocols: Locator = page.locator('#gw-list-rules [data-gw-field="protocol"]');
    await protocols.last().selectOption('icmp');
    await browser.shoot('tutorial-rule');
    await done();
    await deploy();
    said('_Traffic through guard meets other rules._');
    await card().getByText('Traffic through guard meets other rules.').first().waitFor();
    await approve();
    assert.match((await console.run('ping -c 1 -W 5 10.20.0.1')).text, /1 packets received/);
  });

  it('9: says what is wrong with a wire past the firewall, offers nothing to approve, and goes on when it is taken away', async () => {
    const { page } = browser;
    await page.bringToFront();
    const output = await middleOf(page, '.red-ui-flow-node:has-text("packaging-lan") .red-ui-flow-port-output');
    await drag(page, output, await middleOf(page, '.red-ui-flow-node:has-text("router") .red-ui-flow-port-input'));
    await deploy();
    await page.locator('.gw-finding.gw-error').first().waitFor();
    await node('packaging-lan').locator('.red-ui-flow-node-status-label', { hasText: 'see finding' }).waitFor();
    await card().locator('.gw-approve').waitFor({ state: 'detached' });
    await browser.shoot('tutorial-finding');
    assert.equal((await console.run('true')).code, 0, 'what runs goes on');
    await page.bringToFront();
    // Undo takes the wire away, as the delete key does once it is selected.
    await page.click('#red-ui-workspace-chart', { position: { x: 30, y: 300 } });
    await page.keyboard.press('Control+z');
    await deploy();
    await card().getByText('Nothing to do. Everything runs as drawn.').waitFor();
  });
});
