// A firewall on a network in the editor: beside the rules for networks it has those for Modbus TCP.
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { type Browser, openBrowser } from './browser.ts';

const FLOW = fileURLToPath(new URL('../../flows/robot-cell/flow.json', import.meta.url));

describe('a firewall on a network in the editor', function () {
  this.timeout(120_000);
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
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await removeHome(home);
  });

  it('offers rules for networks and for Modbus, none for CAN, and keeps a rule for Modbus', async () => {
    const { page } = browser;
    await page.locator('g.red-ui-flow-node', { hasText: 'fw-a' }).first().dblclick();
    await page.locator('#node-input-name').waitFor();
    const shown = (selector: string) => page.locator(selector).isVisible();
    assert.deepEqual(
      [await shown('#gw-part-rules'), await shown('#gw-part-modbusRules'), await shown('#gw-part-canRules')],
      [true, true, false],
    );
    assert.match(await page.locator('#gw-part-modbusTcp').textContent().then(String), /TCP port 502/);
    await page.locator('#gw-part-modbusRules .red-ui-editableList > .red-ui-button').click();
    const cell = (name: string) => page.locator(`#gw-list-modbusRules [data-gw-field="${name}"]`).first();
    await cell('id').fill('reads');
    await cell('registers').fill('holding 0-99');
    assert.equal(await cell('direction').inputValue(), 'both');
    await cell('direction').selectOption('from-vm');
    await browser.shoot('firewall-network');
    await page.locator('#node-dialog-ok').click();
    await page.locator('#node-input-name').waitFor({ state: 'detached' });
    const rules = await page.evaluate(() => RED.nodes.node('firewall-fw-a')?.modbusRules);
    assert.deepEqual(
      (rules as readonly Record<string, unknown>[]).map(({ id, action, direction, functions, registers }) => ({
        ...{ id, action, direction, functions, registers },
      })),
      [{ id: 'reads', action: 'accept', direction: 'from-vm', functions: 'read', registers: 'holding 0-99' }],
    );
  });
});
