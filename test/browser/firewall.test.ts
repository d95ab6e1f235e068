// A firewall on a network in the editor: beside the rules for networks it has those for Modbus TCP.
import assert from 'node:assert/strict';
import { flowText } from '../../scripts/golden.ts';
import type { TestServer } from '../server/server-process.ts';
import type { Browser } from './browser.ts';
import { type Editor, openEditor } from './editor.ts';

describe('a firewall on a network in the editor', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;
  before(async () => {
    editor = await openEditor(flowText('robot-cell'));
    ({ server, browser } = editor);
    await browser.page.goto(server.url);
  });
  after(() => editor?.close());

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
    const rules = await page.evaluate(() => RED.nodes.node('firewallFwA')?.modbusRules);
    assert.deepEqual(
      (rules as readonly Record<string, unknown>[]).map(({ id, action, direction, functions, registers }) => ({
        ...{ id, action, direction, functions, registers },
      })),
      [{ id: 'reads', action: 'accept', direction: 'from-vm', functions: 'read', registers: 'holding 0-99' }],
    );
  });

  it('says why a packet would pass it or not, by what is drawn while nothing runs yet', async () => {
    const { page } = browser;
    await page.evaluate(() => RED.actions.invoke('gatewright:show-traffic'));
    const ask = page.locator('.gw-ask-packet');
    await ask.locator('summary').click();
    await ask.getByLabel('Gateway').selectOption('cell-7');
    const packet = ask.getByLabel(/^Packet/);
    await packet.fill('tcp 10.0.0.7:40000 > 192.168.50.10:502');
    await packet.press('Enter');
    await ask.getByText('fw-a at plant-edge.cell-a: accepted by rule 1, plc-modbus').waitFor();
    await ask.getByText('By the rules that are drawn it does not pass.').waitFor();
    await ask
      .getByText(
        /^Nearest is rule 1, plant-time: it is not true that the protocol is udp: it is tcp and it is not true/,
      )
      .waitFor();
    await packet.fill('tcp 10.0.0.7');
    await ask.getByRole('button', { name: 'Ask the rules' }).click();
    await ask.getByText(/is no packet\. Write one such as/).waitFor();
    await browser.shoot('why-packet');
  });
});
