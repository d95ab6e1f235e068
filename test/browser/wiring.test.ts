// Wiring as somebody does it who has never read a manual: ports say what they are, what cannot be is not kept, what is wrong is
// said, and only what fits is offered.
import assert from 'node:assert/strict';
import { flowText } from '../../scripts/golden.ts';
import type { TestServer } from '../server/server-process.ts';
import { type Browser, drag, type Point } from './browser.ts';
import { type Editor, openEditor } from './editor.ts';

describe('wiring in the editor', function () {
  this.timeout(120_000).bail(true);
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;
  before(async () => {
    editor = await openEditor(flowText('pump-station'));
    ({ server, browser } = editor);
    // As wide as the drawing, so that every port can be reached with the mouse.
    await browser.page.setViewportSize({ width: 2500, height: 900 });
    await browser.page.goto(server.url);
    await node('way-out').waitFor();
  });
  after(() => editor?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('wiring-failed');
  });

  const node = (label: string) =>
    browser.page
      .locator('g.red-ui-flow-node-group', {
        has: browser.page.locator('.red-ui-flow-node-label-text', { hasText: new RegExp(`^${label}$`) }),
      })
      .first();
  const output = (label: string, index = 0) => node(label).locator('.red-ui-flow-port-output').nth(index);
  const input = (label: string) => node(label).locator('.red-ui-flow-port-input').first();
  const plugs = (label: string) =>
    node(label)
      .locator('.gw-plug')
      .evaluateAll(found => found.map(one => one.getAttribute('class')?.replace('gw-plug gw-plug-', '')));
  async function middle(port: ReturnType<typeof input>): Promise<Point> {
    const box = await port.boundingBox();
    assert.ok(box);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }
  const wires = () => browser.page.locator('.red-ui-flow-link-line').count();
  const undoDepth = () => browser.page.evaluate(() => RED.history.list().length);
  const drawWire = async (from: ReturnType<typeof input>, to: ReturnType<typeof input>) =>
    drag(browser.page, await middle(from), await middle(to));

  /** Types in the dialog that adds a node. */
  async function listed(): Promise<readonly string[]> {
    const { page } = browser;
    await page.locator('#red-ui-type-search').waitFor();
    const lines = page.locator('#red-ui-type-search .red-ui-search-result-node-label');
    await lines.first().waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'red-ui-type-search-input');
    return lines.evaluateAll(found =>
      found.map(one => /\((.*)\)$/.exec(one.textContent ?? '')?.[1] ?? one.textContent ?? ''),
    );
  }

  it('gives every port the shape of its kind, and firewalls that of what goes through', async () => {
    const { page } = browser;
    await page.locator('.gw-plug-hexagon').first().waitFor();
    assert.deepEqual(await plugs('box'), ['square', 'square', 'square', 'hexagon']);
    assert.deepEqual(await plugs('drives'), ['square', 'diamond'], 'its answers are messages');
    assert.deepEqual(await plugs('control-guard'), ['diamond', 'diamond']);
    assert.deepEqual(await plugs('report-guard'), ['circle', 'circle']);
    assert.deepEqual(await plugs('reporter'), ['diamond', 'circle']);
    await browser.shoot('wiring-ports');
  });

  it('says on hover what a port is called and what it is', async () => {
    const { page } = browser;
    await output('reporter').hover();
    const words = page.locator('.red-ui-flow-port-tooltip');
    await words.getByText('eth0').waitFor();
    await words.getByText('a network card').waitFor();
    await browser.shoot('wiring-port-label');
    assert.equal(
      await input('reporter').getAttribute('aria-label'),
      'bus, takes wires from a bus or an attestation gate',
    );
    await page.mouse.move(5, 300);
  });

  it('does not keep a wire whose plug does not fit, says why and where it could go, and leaves nothing to undo', async () => {
    const { page } = browser;
    const [before, depth] = [await wires(), await undoDepth()];
    await drawWire(output('drives'), input('control-lan'));
    const told = page.locator('.red-ui-notification', { hasText: 'not kept' });
    await told.getByText('drives is a bus, but control-lan takes wires only from a network card.').waitFor();
    assert.match(
      String(await told.textContent()),
      /Wire it to a VM, through a firewall if you like; the nearest is \w+/,
    );
    await browser.shoot('wiring-not-kept');
    assert.deepEqual(
      [await wires(), await undoDepth(), await page.evaluate(() => RED.nodes.dirty())],
      [before, depth, false],
    );
    await told.click();
  });

  it('keeps a wire that is only wrong, and marks it at once with the reason and the nearest node', async () => {
    const { page } = browser;
    await drawWire(output('reporter'), input('reports'));
    await page.waitForFunction(() => RED.nodes.node('vmReporter')?.valid === false);
    const fault = await page.evaluate(() => String(RED.nodes.node('vmReporter')?.validationErrors));
    assert.match(
      fault,
      /eth0 of reporter is a network card, but reports takes wires only from a switch or an edge router\. Wire it to a virtual switch, through a firewall if you like; the nearest is telemetry-lan\./,
    );
    await page.locator('#red-ui-workspace-chart').focus();
    await page.keyboard.press('Control+z');
    await page.waitForFunction(() => RED.nodes.node('vmReporter')?.valid === true);
  });

  it('offers at the open end of a wire only what can follow, ours first', async () => {
    const { page } = browser;
    const offered = async (port: ReturnType<typeof input>, to: Point) => {
      await drag(page, await middle(port), to);
      return listed();
    };
    const after = await offered(output('reporter'), { x: 1100, y: 560 });
    await browser.shoot('wiring-quick-add');
    assert.deepEqual(after.slice(0, 4).sort(), [
      'gatewright-attest',
      'gatewright-firewall',
      'gatewright-vswitch',
      'junction',
    ]);
    assert.ok(after.includes('debug') && !after.slice(4).some(type => type.startsWith('gatewright-')), after.join(' '));
    await page.keyboard.press('Escape');
    await page.locator('#red-ui-type-search').waitFor({ state: 'hidden' });

    const before = await offered(input('telemetry-lan'), { x: 1100, y: 560 });
    assert.deepEqual(before, ['gatewright-attest', 'gatewright-firewall', 'gatewright-vm', 'junction']);
    await page.locator('.red-ui-search-result-node-label', { hasText: 'gatewright-vm' }).click();
    await page.waitForFunction(() => RED.nodes.getNodeLinks('switchTelemetryLan', 1).length === 2);
    await page.keyboard.press('Escape');
    await browser.shoot('wiring-quick-added');
  });

  it('goes on with what can follow the node that was added, while the list stays open', async () => {
    const { page } = browser;
    await drag(page, await middle(output('control')), { x: 1300, y: 660 });
    await listed();
    const field = page.locator('#red-ui-type-search-input');
    const add = async (type: string, next: string) => {
      await field.pressSequentially(type);
      await page.locator('#red-ui-type-search li.selected', { hasText: type }).waitFor();
      await page.keyboard.press('Control+Enter');
      await page.locator('.red-ui-search-result-node-label', { hasText: next }).first().waitFor();
      await page.waitForFunction(() => (document.activeElement as HTMLInputElement | null)?.value === '');
      return (await listed()).filter(one => one.startsWith('gatewright-'));
    };
    const behind = await add('gatewright-vswitch', 'gatewright-uplink');
    assert.deepEqual([...new Set(behind)].sort(), [
      'gatewright-attest',
      'gatewright-edge',
      'gatewright-firewall',
      'gatewright-uplink',
    ]);
    await add('gatewright-edge', 'gatewright-uplink');
    // What is offered behind the switch may be there for a moment longer.
    await page
      .locator('#red-ui-type-search .red-ui-search-result-node-label', { hasText: 'gatewright-edge' })
      .waitFor({ state: 'detached' });
    assert.ok((await listed()).includes('gatewright-uplink'));
    await page.keyboard.press('Escape');
    await page.locator('#red-ui-type-search').waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape'); // selects nothing any more
  });

  it('offers for the middle of a wire only what fits both its ends', async () => {
    const { page } = browser;
    const [from, to] = [await middle(output('control')), await middle(input('control-lan'))];
    await page.keyboard.down('Control');
    await page.mouse.click((from.x + to.x) / 2, (from.y + to.y) / 2);
    await page.keyboard.up('Control');
    assert.deepEqual(await listed(), ['gatewright-attest', 'gatewright-firewall', 'junction']);
    await page.keyboard.press('Escape');
    await page.locator('#red-ui-type-search').waitFor({ state: 'hidden' });
  });

  it('leaves what an import brings on the canvas, and marks what cannot be', async () => {
    const { page } = browser;
    await page.evaluate(() => {
      const place = { z: 'pumpStationTab', version: 1, y: 700 };
      const bus = {
        ...place,
        id: 'a1',
        type: 'gatewright-bus',
        version: 2,
        name: 'stray',
        x: 400,
        wires: [['a2'], []],
      };
      const lan = { ...place, id: 'a2', type: 'gatewright-vswitch', name: 'stray-lan', x: 700, wires: [[]] };
      (RED.nodes as unknown as { import(nodes: object[]): void }).import([bus, lan]);
      RED.view.redraw(true);
    });
    await node('stray').waitFor();
    await page.waitForFunction(() => RED.nodes.node('a1')?.valid === false);
    assert.equal(await page.evaluate(() => RED.nodes.getNodeLinks('a2', 1).length), 1);
    await page.evaluate(() => void document.documentElement.classList.add('nr-theme-dark'));
    await browser.shoot('wiring-dark');
  });

  it('met no error on the way', () => assert.deepEqual(browser.complaints, []));
});
