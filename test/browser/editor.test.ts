import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Response } from 'playwright-core';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { buildPack, makeHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { type Browser, calm, drag, middleOf, openBrowser } from './browser.ts';

const ROBOT_CELL = fileURLToPath(new URL('../../flows/robot-cell/flow.json', import.meta.url));

/** One tour through the editor, as somebody takes it who sees it for the first time; each step builds on the last. */
describe('the editor in a browser', function () {
  this.timeout(60_000).bail(true);
  let server: TestServer;
  let browser: Browser;
  before(async () => {
    buildPack();
    const home = await makeHome();
    await writeFile(`${home}/flows.json`, '[]');
    server = await startProcess(home);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await removeHome(server.home);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('failed');
  });

  /** Deploys, also when Node-RED asks whether nodes that are not complete are meant so. */
  const deploy = async () => {
    const { page } = browser;
    const isDeploy = (answer: Response) => answer.url().endsWith('/flows') && answer.request().method() === 'POST';
    const answered = page.waitForResponse(isDeploy);
    await page.click('#red-ui-header-button-deploy');
    const confirm = page.locator('.red-ui-notification button.primary');
    const asked = confirm.waitFor().then(() => confirm.click());
    const answer = await Promise.race([answered, asked.then(() => answered)]);
    assert.equal(answer.status(), 200, await answer.text());
    asked.catch(() => undefined); // nobody asked: the wait for the question ends with the browser
  };
  const node = (label: string) => browser.page.locator('g.red-ui-flow-node', { hasText: label }).first();
  const status = (label: string, text: string) =>
    node(label).locator('.red-ui-flow-node-status-label', { hasText: text }).waitFor();
  /** A state reaches each node and the sidebar by itself, so what has to be gone may be there a moment longer. */
  const gone = (selector: string, hasText?: string) =>
    browser.page
      .locator(selector, hasText === undefined ? {} : { hasText })
      .first()
      .waitFor({ state: 'detached' });
  const card = (gateway: string) => browser.page.locator('.gw-card', { hasText: gateway });

  it('shows the gateway category first in the palette', async () => {
    const { page } = browser;
    await page.goto(server.url);
    await page.locator('.red-ui-palette-node[data-palette-type="gatewright-vm"]').waitFor();
    const categories = await page.locator('.red-ui-palette-category').evaluateAll(found => found.map(one => one.id));
    assert.equal(categories.filter(id => !id.includes('subflows'))[0], 'red-ui-palette-container-gateway');
    const types = await page.locator('.red-ui-palette-node[data-palette-type^="gatewright-"]').count();
    assert.equal(types, NODE_TYPES.filter(({ role }) => role !== 'config').length, 'every node but config nodes');
    await browser.shoot('1-editor');
  });

  it('imports a flow file', async () => {
    const { page } = browser;
    await page.click('#red-ui-workspace-chart');
    await page.keyboard.press('Control+i');
    await page.setInputFiles('#red-ui-clipboard-dialog-import-file-upload', ROBOT_CELL);
    await page.locator('#red-ui-clipboard-dialog-ok:not(.disabled):not(.ui-state-disabled)').click();
    await page.locator('.red-ui-tab-label', { hasText: 'Robot cells 7 and 8' }).click();
    await node('plant-edge').waitFor();
    await calm(page);
    await browser.shoot('2-imported');
  });

  it('shows the plan of each gateway in the sidebar after a deploy, and calls it simulated', async () => {
    const { page } = browser;
    await deploy();
    for (const gateway of ['cell-7', 'cell-8']) {
      await card(gateway).locator('.gw-approve').waitFor();
      await card(gateway).locator('.gw-chip', { hasText: 'simulated' }).waitFor();
    }
    await status('a7', 'planned');
    await calm(page);
    await browser.shoot('3-plan');
  });

  it('takes a VM from the palette and a wire from the VM to a switch', async () => {
    const { page } = browser;
    const nodes = await page.locator('g.red-ui-flow-node').count();
    const palette = await middleOf(page, '.red-ui-palette-node[data-palette-type="gatewright-vm"]');
    await drag(page, palette, { x: 900, y: 640 });
    await page.locator('g.red-ui-flow-node').nth(nodes).waitFor();
    const links = await page.locator('.red-ui-flow-link-line').count();
    const output = await middleOf(page, '.red-ui-flow-node-selected .red-ui-flow-port-output');
    await drag(page, output, await middleOf(page, '.red-ui-flow-node:has-text("cell-b") .red-ui-flow-port-input'));
    await page.locator('.red-ui-flow-link-line').nth(links).waitFor();
    await browser.shoot('4-wired');
  });

  it('says on the node and in the sidebar what is wrong with the new VM', async () => {
    const { page } = browser;
    await deploy();
    await page.locator('.gw-finding.gw-error').first().waitFor();
    await page.locator('.red-ui-flow-node-status-label', { hasText: 'see finding' }).first().waitFor();
    await gone('.gw-approve'); // nothing can be applied
    await calm(page);
    await browser.shoot('5-finding');
  });

  it('plans the VM once its form is filled in', async () => {
    const { page } = browser;
    const vm = await middleOf(page, 'g.red-ui-flow-node:has-text("VM")');
    await page.mouse.dblclick(vm.x, vm.y);
    await page.fill('#node-input-name', 'b7-twin');
    await page.selectOption('#node-input-tenant', { label: 'vendor-b' });
    await page.selectOption('#node-input-gateway', { label: 'cell-7' });
    await page.click('#node-dialog-ok', { trial: true }); // waits until the form stands still
    await browser.shoot('6-form');
    await page.click('#node-dialog-ok');
    await deploy();
    await status('b7-twin', 'planned');
    await gone('.gw-finding.gw-error');
    await card('cell-7').getByText('vm.cell-7/b7-twin').waitFor();
    await calm(page);
    await browser.shoot('7-planned');
  });

  it('applies on both simulated gateways, and the statuses turn', async () => {
    const { page } = browser;
    for (const gateway of ['cell-7', 'cell-8']) {
      await card(gateway).locator('.gw-approve').click();
      await card(gateway).getByText('Nothing to do. Everything runs as drawn.').waitFor();
    }
    for (const vm of ['a7', 'a8', 'b7', 'b8', 'b7-twin']) await status(vm, 'running, simulated');
    await status('fw-a', 'in place, simulated');
    await gone('.red-ui-flow-node-status-label', 'planned');
    await calm(page);
    await browser.shoot('8-applied');
  });

  it('leads from each VM in the sidebar to its console', async () => {
    const link = card('cell-7').getByRole('link', { name: 'Console of vm.cell-7/b7-twin', exact: true });
    await link.scrollIntoViewIfNeeded();
    await browser.shoot('8-consoles');
    const opened = browser.context.waitForEvent('page');
    await link.click();
    const page = await opened;
    await page.getByText('● running', { exact: true }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/console/cell-7/b7-twin');
    await page.close();
  });

  it('shows the same states on the status page, live', async () => {
    const page = await browser.context.newPage();
    try {
      await page.goto(`${server.url}/status`);
      await page.getByText('vm.cell-7/b7-twin').waitFor();
      await page.locator('#link', { hasText: 'Live' }).waitFor();
      assert.equal(await page.locator('td.planned').count(), 0);
      assert.ok((await page.locator('td.running').count()) > 10);
      await browser.shoot('9-status', page);
    } finally {
      await page.close();
    }
  });

  it('met no error and no refusal by its content policy on the way', () => assert.deepEqual(browser.complaints, []));
});
