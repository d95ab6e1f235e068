// A bus in the editor: its wires, its ports, and the forms that follow what is wired.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { type Browser, openBrowser } from './browser.ts';

const FLOW = fileURLToPath(new URL('../../flows/smart-meter/flow.json', import.meta.url));

describe('a bus in the editor', function () {
  this.timeout(60_000);
  let home = '';
  let server: TestServer;
  let browser: Browser;
  before(async () => {
    buildPack();
    home = await makeEmptyHome();
    await copyFile(FLOW, join(home, 'flows.json'));
    server = await startProcess(home);
    browser = await openBrowser();
    await browser.page.goto(server.url);
    await node('meters').waitFor();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await removeHome(home);
  });

  const node = (label: string) => browser.page.locator('g.red-ui-flow-node', { hasText: label }).first();
  const edit = async (label: string) => {
    await node(label).dblclick();
    await browser.page.locator('#node-input-name').waitFor();
  };
  const cancel = async () => {
    await browser.page.locator('#node-dialog-cancel').click();
    await browser.page.locator('#node-input-name').waitFor({ state: 'detached' });
  };
  const isShown = (selector: string) => browser.page.locator(selector).isVisible();

  it('keeps every wire of the drawing', async () => {
    const nodes: readonly { readonly wires?: readonly (readonly string[])[] }[] = JSON.parse(
      readFileSync(FLOW, 'utf8'),
    );
    const drawn = nodes.flatMap(({ wires = [] }) => wires.flat()).length;
    assert.equal(await browser.page.locator('.red-ui-flow-link').count(), drawn);
  });

  it('has an input for messages, an output for VMs and one for answers', async () => {
    assert.equal(await node('meters').locator('.red-ui-flow-port-input').count(), 1);
    assert.equal(await node('meters').locator('.red-ui-flow-port-output').count(), 2);
    await browser.shoot('bus');
  });

  it('asks for the speed of a serial port, and not for that of a device on the network', async () => {
    await edit('meters');
    assert.equal(await isShown('#node-input-baudRate'), true);
    await browser.page.fill('#node-input-device', 'tcp://192.168.50.10:502');
    await browser.page.locator('#node-input-baudRate').waitFor({ state: 'hidden' });
    await cancel();
  });

  it('gives a firewall behind it rules for buses, and none for networks', async () => {
    await edit('grid-guard');
    assert.equal(await isShown('#gw-part-lineRules'), true);
    assert.equal(await isShown('#gw-part-rules'), false);
    assert.equal(await browser.page.locator('#gw-list-lineRules .gw-list-row').count(), 3);
    await cancel();
    assert.deepEqual(browser.complaints, []);
  });
});
