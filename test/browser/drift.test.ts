// Drift both ways in the editor: taken over into the drawing and undone, made the applied state, let stand, restored.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flowText } from '../../scripts/golden.ts';
import type { TestServer } from '../server/server-process.ts';
import { violations } from './accessibility.ts';
import type { Browser } from './browser.ts';
import { darken } from './dark.ts';
import { type Editor, openEditor } from './editor.ts';

describe('drift in the editor', function () {
  this.timeout(120_000).bail(true);
  let home = '';
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;
  before(async () => {
    editor = await openEditor(flowText('single-box'));
    ({ home, server, browser } = editor);
    await browser.page.goto(server.url);
    await browser.page.locator('g.red-ui-flow-node', { hasText: 'line-logger' }).waitFor();
    await browser.page.evaluate(() => RED.actions.invoke('gatewright:show-plan'));
    await browser.page.locator('.gw-approve').click();
    await browser.page.locator('.gw-plan-calm').waitFor();
  });
  after(() => editor?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('drift-failed');
  });

  /** Somebody changes the VM behind everybody's back. */
  async function meddle(fields: object): Promise<void> {
    const path = join(home, 'gatewright/cabinet-1/drivers/memory/simulated/cabinet-1/vm/line-logger.json');
    const stored = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...stored, spec: { ...stored.spec, ...fields } }));
  }
  const row = (field: string) => browser.page.locator('.gw-drift-row', { hasText: field });
  const press = (field: string, name: string) => row(field).getByRole('button', { name, exact: true }).click();
  const drawn = () =>
    browser.page.evaluate(() => {
      let memory: unknown;
      RED.nodes.eachNode(node => {
        if (node.type === 'gatewright-vm') memory = node.memoryMiB;
        return true;
      });
      return [memory, RED.nodes.dirty()];
    }) as Promise<readonly unknown[]>;

  it('shows each field that differs, with what is and what was applied', async () => {
    await meddle({ memoryMiB: 192, vcpus: 2 });
    await row('memory MiB').getByText('is 192, applied was 128').waitFor();
    await row('vcpus').getByText('is 2, applied was 1').waitFor();
    await browser.shoot('drift-rows');
  });

  it('takes a field over into the drawing as an edit that can be undone', async () => {
    await press('memory MiB', 'Take into the drawing');
    await browser.page.locator('.red-ui-notification', { hasText: 'memoryMiB of line-logger' }).waitFor();
    assert.deepEqual(await drawn(), [192, true]);
    await browser.page.evaluate(() => RED.actions.invoke('core:undo'));
    assert.deepEqual(await drawn(), [128, false]);
    await press('memory MiB', 'Take into the drawing');
    await browser.page.waitForFunction(() => RED.nodes.dirty());
    assert.deepEqual(await drawn(), [192, true]);
  });

  it('lets a field stand for a while, with a reason, and then nothing more is left to plan', async () => {
    await press('vcpus', 'Let it stand');
    await row('vcpus').getByLabel('Why').fill('The vendor <b>tries</b> two');
    assert.deepEqual(await violations(browser.page, '.gw-drift-list'), []);
    await browser.shoot('drift-form');
    await press('vcpus', 'Let it stand');
    const standing = row('The vendor <b>tries</b> two');
    await standing.getByText(/^is 2, until \d{4}-\d\d-\d\d 23:59:59$/).waitFor();
    await browser.page.click('#red-ui-header-button-deploy');
    await browser.page.getByText('The drawing asks for what is.').waitFor();
    assert.deepEqual(await violations(browser.page, '.gw-drift-list'), []);
    await browser.shoot('drift-standing');
  });

  it('makes what is drawn now the applied state, and then nothing is drift', async () => {
    await browser.page.getByRole('button', { name: 'Make it the applied state' }).click();
    await row('memory MiB').waitFor({ state: 'detached' });
    await browser.page.locator('.gw-banner.gw-drift').waitFor({ state: 'detached' });
  });

  it('is drift again once it may stand no longer, and is restored by a plan of its own', async () => {
    await row('The vendor').getByRole('button', { name: 'End this now' }).click();
    await row('vcpus').getByText('is 2, applied was 1').waitFor();
    await meddle({ memoryMiB: 256, vcpus: 2 });
    await row('memory MiB').waitFor();
    await press('vcpus', 'Restore');
    await row('vcpus').locator('.gw-plan-headline').waitFor();
    await darken(browser.page);
    assert.deepEqual(await violations(browser.page, '.gw-drift-list'), []);
    await browser.shoot('drift-restore');
    await press('vcpus', 'Restore now');
    await row('vcpus').waitFor({ state: 'detached' });
    await row('memory MiB').getByText('is 256, applied was 192').waitFor();
    const path = join(home, 'gatewright/cabinet-1/drivers/memory/simulated/cabinet-1/vm/line-logger.json');
    const { spec } = JSON.parse(await readFile(path, 'utf8'));
    assert.deepEqual([spec.vcpus, spec.memoryMiB], [1, 256]);
  });

  it('met no error on the way', () => assert.deepEqual(browser.complaints, []));
});
