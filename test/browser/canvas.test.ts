// What stands on the canvas beside the nodes: the state of each, what a plan would change, and the way to a console.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { buildPack, makeHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { type Browser, calm, openBrowser } from './browser.ts';

describe('marks on the canvas', function () {
  this.timeout(120_000).bail(true);
  let server: TestServer;
  let browser: Browser;
  before(async () => {
    buildPack();
    server = await startProcess(await makeHome());
    browser = await openBrowser();
    await browser.page.goto(server.url);
    await mark('a7', 'planned').waitFor();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await removeHome(server?.home ?? '');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('canvas-failed');
  });

  const node = (label: string) =>
    browser.page
      .locator('g.red-ui-flow-node-group', {
        has: browser.page.locator('.red-ui-flow-node-label-text', { hasText: new RegExp(`^${label}$`) }),
      })
      .first();
  const mark = (label: string, state: string) => node(label).locator(`[data-gw-state="${state}"]`);
  const ghosts = () =>
    browser.page.locator('[data-gw-ghost]').evaluateAll(all => all.map(one => one.getAttribute('data-gw-ghost')));
  const toggle = () => browser.page.getByRole('button', { name: 'Show the changes on the canvas' });
  const openedBy = async (work: () => Promise<unknown>): Promise<Page> => {
    const opened = browser.context.waitForEvent('page');
    await work();
    return opened;
  };
  const dark = (on: boolean) =>
    browser.page.evaluate(is => void document.documentElement.classList.toggle('nr-theme-dark', is), on);

  it('outline what a plan would make, once somebody asks for it, and move nothing', async () => {
    const { page } = browser;
    await page.evaluate(() => RED.actions.invoke('gatewright:show-plan'));
    await toggle().waitFor();
    assert.deepEqual(await ghosts(), []);
    assert.equal(await node('a7').locator('.gw-tenant-stripe').count(), 1, 'who owns it');
    const before = await node('a7').boundingBox();
    await toggle().click();
    await node('a7').locator('[data-gw-ghost="create"]').waitFor();
    assert.deepEqual([...new Set(await ghosts())], ['create']);
    const label = await node('a7').locator('.red-ui-flow-node-label').boundingBox();
    assert.ok(before && label && label.x > before.x, 'the node stands where it stood');
    assert.match(String(await node('a7').locator('.gw-ghost title').textContent()), /^\+ nic\.cell-7|^\+ vm\.cell-7/m);
    assert.equal(await toggle().getAttribute('aria-pressed'), 'true');
    await browser.shoot('canvas-changes');
    await dark(true);
    await browser.shoot('canvas-changes-dark');
    await dark(false);
  });

  it('go when the plan is applied, and the state of each node turns', async () => {
    const { page } = browser;
    for (const gateway of ['cell-7', 'cell-8']) {
      await page.locator('.gw-card', { hasText: gateway }).locator('.gw-approve').click();
      await page
        .locator('.gw-card', { hasText: gateway })
        .getByText('Nothing to do. Everything runs as drawn.')
        .waitFor();
    }
    for (const name of ['a7', 'a8', 'b7', 'b8', 'fw-a']) await mark(name, 'running').waitFor();
    await page.waitForFunction(() => document.querySelector('[data-gw-ghost]') === null);
    assert.match(String(await mark('a7', 'running').locator('title').textContent()), /running\. Click: console\./);
    assert.equal(await mark('fw-a', 'running').locator('title').textContent(), 'running');
    await browser.shoot('canvas-running');
  });

  it('lead from the mark of a running VM to its console, and from its form', async () => {
    const { page } = browser;
    const path = (opened: Page) => new URL(opened.url()).pathname;
    const byMark = await openedBy(() => mark('a7', 'running').click());
    await byMark.waitForURL('**/console/**');
    assert.equal(path(byMark), '/console/cell-7/a7');
    await byMark.getByText('● running', { exact: true }).waitFor();
    await byMark.close();
    assert.equal(await page.locator('#node-input-name').count(), 0, 'the form stays closed');

    await node('b8').locator('rect.red-ui-flow-node').first().dblclick();
    const button = page.getByRole('button', { name: 'Open the console' });
    await button.waitFor();
    await browser.shoot('canvas-console-form');
    const byForm = await openedBy(() => button.click());
    await byForm.waitForURL('**/console/cell-8/b8');
    await byForm.close();
    await page.click('#node-dialog-cancel');
    await page.locator('#node-dialog-cancel').waitFor({ state: 'detached' });
  });

  it('lead there by a double click on the mark, or with Alt on the VM, once and past the form', async () => {
    const { page, context } = browser;
    const byMark = await openedBy(() => mark('a7', 'running').dblclick());
    await byMark.waitForURL('**/console/cell-7/a7');
    await byMark.close();
    const box = node('b7').locator('rect.red-ui-flow-node').first();
    const byAlt = await openedBy(() => box.dblclick({ modifiers: ['Alt'] }));
    await byAlt.waitForURL('**/console/cell-7/b7');
    await byAlt.close();
    assert.equal(context.pages().length, 1);
    assert.equal(await page.locator('.red-ui-tray').count(), 0, 'no form');
    await node('fw-a')
      .locator('rect.red-ui-flow-node')
      .first()
      .dblclick({ modifiers: ['Alt'] });
    assert.equal(context.pages().length, 1, 'only VMs have one');
    // Where the window opens beside this one, both presses are heard here.
    await page.evaluate(() => {
      const [opened, own] = [[] as string[], window.open];
      Object.assign(globalThis, { opened, own });
      window.open = path => {
        opened.push(String(path));
        return null;
      };
    });
    await mark('b7', 'running').dblclick();
    const opened = await page.evaluate(() => {
      const kept = globalThis as never as { readonly opened: readonly string[]; readonly own: typeof window.open };
      window.open = kept.own;
      return kept.opened;
    });
    assert.deepEqual(opened, ['/console/cell-7/b7']);
    assert.equal(await page.locator('.red-ui-tray').count(), 0);
  });

  it('lead there by the keyboard too, and say what to do when no VM is selected', async () => {
    const { page } = browser;
    await page.evaluate(() => {
      const vm = RED.nodes.node('vmA8');
      if (vm) RED.view.select({ nodes: [vm] });
    });
    await page.locator('#red-ui-workspace-chart').focus();
    const byKeys = await openedBy(async () => {
      await page.keyboard.press('Control+g');
      await page.keyboard.press('t');
    });
    await byKeys.waitForURL('**/console/cell-8/a8');
    await byKeys.close();
    await page.evaluate(() => RED.view.select({ nodes: [] }));
    await page.evaluate(() => RED.actions.invoke('gatewright:open-console'));
    await page.locator('.red-ui-notification', { hasText: 'No VM is selected.' }).click();
  });

  it('list what is drawn no more, and outline what has to change because of it', async () => {
    const { page } = browser;
    await page.evaluate(() => {
      const vm = RED.nodes.node('vmB8');
      if (vm) RED.view.select({ nodes: [vm] });
      RED.actions.invoke('core:delete-selection');
      RED.actions.invoke('core:deploy-flows');
    });
    const gone = page.locator('.gw-changes-elsewhere');
    await gone.getByText('vm.cell-8/b8').waitFor();
    assert.match(String(await gone.textContent()), /Of what is not on the canvas/);
    await calm(page);
    await node('cell-b').locator('[data-gw-ghost="update"]').waitFor();
    await browser.shoot('canvas-removed');
  });

  it('met no error on the way', () => assert.deepEqual(browser.complaints, []));
});
