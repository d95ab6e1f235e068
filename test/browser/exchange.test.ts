// A drawing that goes from our editor to a stock Node-RED with the pack, as its user would carry it, and back.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import type { Design } from '../../runtime/model/design.ts';
import { ROOT } from '../../scripts/build.ts';
import { buildPack, makeHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { emptyUserDir, type StockNodeRed, startStockNodeRed } from '../stock/stock-node-red.ts';
import { type Browser, openBrowser } from './browser.ts';

describe('a drawing that is carried to a stock Node-RED', function () {
  this.timeout(180_000).bail(true);
  let server: TestServer;
  let stock: StockNodeRed;
  let browser: Browser;
  let carried = '';

  before(async () => {
    buildPack();
    server = await startProcess(await makeHome());
    stock = await startStockNodeRed(emptyUserDir(), [`${ROOT}dist`]);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await stock?.close();
    await server?.stop();
    await removeHome(server.home);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('exchange-failed');
  });

  /** What the export dialog writes into a file, for all flows. */
  async function exported(page: Page): Promise<string> {
    await page.click('#red-ui-workspace-chart');
    await page.keyboard.press('Control+e');
    await page.locator('#red-ui-clipboard-dialog-export-rng-full').click();
    const download = page.waitForEvent('download');
    await page.locator('#red-ui-clipboard-dialog-download').click();
    return readFile(await (await download).path(), 'utf8');
  }
  /** A design without where things were drawn. */
  const meaning = (flow: string) => {
    const { design, diagnostics } = compile(flow, NODE_TYPES);
    assert.deepEqual(diagnostics, []);
    const resources = Object.entries(design.resources as Design['resources']);
    return Object.fromEntries(resources.map(([address, { source: _source, ...rest }]) => [address, rest]));
  };

  it('leaves our editor as a file', async () => {
    const { page } = browser;
    await page.goto(server.url);
    await page.locator('g.red-ui-flow-node').first().waitFor();
    carried = await exported(page);
    assert.ok(Object.keys(meaning(carried)).length > 10);
  });

  it('is imported there, deployed, and planned on its nodes', async () => {
    const { page } = browser;
    await page.goto(stock.url);
    await page.locator('.red-ui-palette-node[data-palette-type="gatewright-vm"]').waitFor();
    await page.click('#red-ui-workspace-chart');
    await page.keyboard.press('Control+i');
    await page.locator('#red-ui-clipboard-dialog-import-text').fill(carried);
    await page.locator('#red-ui-clipboard-dialog-ok:not(.disabled):not(.ui-state-disabled)').click();
    await page.locator('.red-ui-tab-label', { hasText: 'Robot cells 7 and 8' }).first().click();
    await page.locator('g.red-ui-flow-node', { hasText: 'plant-edge' }).waitFor();
    await page.click('#red-ui-header-button-deploy');
    await page.locator('.red-ui-flow-node-status-label', { hasText: 'planned' }).first().waitFor();
    await page.locator('.gw-card', { hasText: 'cell-7' }).locator('.gw-chip', { hasText: 'simulated' }).waitFor();
    await browser.shoot('exchange-stock');
  });

  it('means the same when it comes back', async () => {
    assert.deepEqual(meaning(await exported(browser.page)), meaning(carried));
    assert.deepEqual(browser.complaints, []);
  });
});
