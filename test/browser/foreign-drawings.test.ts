// Bringing in what others have drawn, as somebody does it in the editor: a flow of another pack, the XML of a domain, and a file
// for a colleague.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { NewNode } from '../../runtime/convert/conversion.ts';
import { formatFlow } from '../../runtime/convert/format-flow.ts';
import { foreignText } from '../../scripts/golden.ts';
import type { TestServer } from '../server/server-process.ts';
import { violations } from './accessibility.ts';
import type { Browser } from './browser.ts';
import { type Editor, openEditor } from './editor.ts';

const ROBOT = readFileSync(new URL('../convert/domains/robot.xml', import.meta.url), 'utf8');
const HOSTILE = '<img src=x onerror="window.ran=1">';
/** With a name that would run in a page that takes text for anything else. */
const FLOW = foreignText('heat-pump-tcp').replace('"name": "Temperatures"', `"name": ${JSON.stringify(HOSTILE)}`);

describe('what others have drawn, in the editor', function () {
  this.timeout(180_000).bail(true);
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;

  before(async () => {
    editor = await openEditor();
    ({ server, browser } = editor);
    await browser.page.goto(server.url);
    await browser.page.locator('#menu-item-gatewright').waitFor({ state: 'attached' });
  });
  after(() => editor?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('foreign-failed');
  });

  const dialog = () => browser.page.locator('dialog.gw-dialog');
  const drawn = () =>
    browser.page.evaluate(() => RED.nodes.createCompleteNodeSet({ credentials: false })) as Promise<readonly NewNode[]>;
  const ran = () => browser.page.evaluate(() => (window as { ran?: unknown }).ran);

  /** Chooses one of our entries in the menu of the editor. */
  async function choose(entry: string): Promise<void> {
    const { page } = browser;
    await page.locator('#red-ui-header-button-sidemenu').click();
    await page.locator('#menu-item-gatewright').hover();
    await page.locator(`#menu-item-gatewright-${entry}`).click();
  }

  let before_: readonly NewNode[] = [];
  let after_: readonly NewNode[] = [];

  it('are offered a conversion once they are imported', async () => {
    const { page } = browser;
    await page.keyboard.press('Control+i');
    const pasted = page.locator('#red-ui-clipboard-dialog-import-text');
    await pasted.fill(FLOW);
    // Node-RED looks at what is there when a key is let go.
    await pasted.press('End');
    await page.locator('#red-ui-clipboard-dialog-ok').click();
    await page.getByText('nodes of node-red-contrib-modbus that use a field line (1)').waitFor();
    before_ = await drawn();
    // What is converted is drawn where it was, whatever tab is looked at.
    await page.locator('.red-ui-workspace-tab, #red-ui-workspace-tabs li').first().click();
    await page.getByRole('button', { name: 'Convert…' }).click();
    await dialog().getByText('Modbus TCP to 192.168.10.40, port 502').waitFor();
    await dialog().getByText('unit 1: read input registers 0-5').waitFor();
    await dialog().getByText(`${HOSTILE} (modbus-read) → heat-pump`).waitFor();
    await browser.shoot('foreign-conversion');
    assert.deepEqual(await violations(page, '.gw-dialog'), []);
    assert.equal(await ran(), undefined);
  });

  it('may be taken out for what does their work, and come back by one undo', async () => {
    const { page } = browser;
    await dialog().getByLabel('On gateway').selectOption('cell-8');
    await dialog().getByText('This would be drawn on gateway cell-8').waitFor();
    await dialog().getByLabel('Remove them').check();
    await dialog().getByRole('button', { name: 'Convert' }).click();
    await dialog().waitFor({ state: 'detached' });
    const types = (await drawn()).map(({ type }) => type);
    assert.ok(types.includes('gatewright-bus') && !types.some(type => type.startsWith('modbus-')));
    await page.locator('#red-ui-workspace-chart').press('Control+z');
    assert.equal(formatFlow(await drawn()), formatFlow(before_));
  });

  it('are converted beside what was there, which is switched off', async () => {
    await choose('convert-flow');
    await dialog().getByLabel('Switch them off').isChecked();
    await dialog().getByRole('button', { name: 'Convert' }).click();
    await dialog().waitFor({ state: 'detached' });
    after_ = await drawn();
    const node = (id: string) => after_.find(one => one.id === id) ?? assert.fail(`there is no ${id}`);
    assert.deepEqual([node('hp-read').d, node('hp-client').d, node('hp-scale').d], [true, true, undefined]);
    assert.deepEqual(node('hp-read').wires, [['hp-scale'], ['hp-resp']]);
    assert.deepEqual(node('hp.read.ask').wires, [['hp.client.bus']]);
    assert.deepEqual(node('hp.client.bus').wires, [['hp.client.firewall'], ['hp.client.bus.answers']]);
    assert.deepEqual(node('hp.client.bus.answers').wires, [['hp-scale']]);
    const old = new Set(before_.map(({ id }) => id));
    const fresh = after_.filter(({ id }) => !old.has(id)).map(({ type }) => type);
    // On the gateway and for the tenant of the drawing that a new server begins with.
    const bus = ['gatewright-bus', 'gatewright-firewall', 'gatewright-vm'];
    assert.deepEqual(fresh.toSorted(), [...bus, 'inject', 'switch']);
    assert.ok(after_.every(({ id, z }) => old.has(id) || z === 'hp-tab'));
    await browser.shoot('foreign-converted');
  });

  it('are as they were after one undo, and as converted after a redo', async () => {
    const { page } = browser;
    const press = (keys: string) => page.locator('#red-ui-workspace-chart').press(keys);
    await press('Control+z');
    assert.equal(formatFlow(await drawn()), formatFlow(before_));
    await press('Control+y');
    assert.equal(formatFlow(await drawn()), formatFlow(after_));
  });

  it('may be domains of libvirt, and what was typed stays when it is refused', async () => {
    await choose('import-domain');
    const text = dialog().getByLabel('XML of one domain');
    await text.fill('<!DOCTYPE d [<!ENTITY x "y">]><domain>&x;</domain>');
    await dialog().getByRole('button', { name: 'Add to the drawing' }).click();
    await dialog().getByRole('alert').getByText('document type').waitFor();
    assert.match(await text.inputValue(), /ENTITY/);
    await text.fill(ROBOT);
    await dialog().getByRole('button', { name: 'Look at it' }).click();
    await dialog().getByText('memory → 2048 MiB').waitFor();
    await browser.shoot('foreign-domain');
    assert.deepEqual(await violations(browser.page, '.gw-dialog'), []);
    await dialog().getByRole('button', { name: 'Add to the drawing' }).click();
    await dialog().waitFor({ state: 'detached' });
    const vm = (await drawn()).find(({ name }) => name === 'robot-a-prod');
    assert.deepEqual(vm?.wires, [['bridge.br0.switch'], ['bridge.br0.switch'], ['network.isolated.switch']]);
    await browser.page.locator('.red-ui-tab-label', { hasText: 'Robot A (prod)' }).waitFor();
  });

  it('leave as a file that is the same whoever saves it, without passwords', async () => {
    const download = browser.page.waitForEvent('download');
    await choose('export-design');
    const path = await (await download).path();
    const text = await readFile(path, 'utf8');
    assert.equal(text, formatFlow(await drawn()));
    assert.doesNotMatch(text, /do-not-export-me|credentials/);
  });

  it('complain of nothing, and run nothing', async () => {
    // The browser says by itself that XML was refused.
    const complaints = browser.complaints.filter(text => !text.includes('422'));
    assert.deepEqual([await ran(), complaints], [undefined, []]);
  });
});
