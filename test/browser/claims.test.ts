// What VMs take along with their devices, proven while somebody draws: the node says it before anything is deployed.
import assert from 'node:assert/strict';
import { config, draw, tab, vm } from '../compile/sketch.ts';
import { cabinet } from '../hardware/claims.ts';
import type { TestServer } from '../server/server-process.ts';
import { type Browser, middleOf } from './browser.ts';
import { type Editor, openEditor } from './editor.ts';

const at = (x: number, y: number) => ({ x, y });
const owned = (name: string, device: string, to: string, y: number) =>
  draw('bus', name, { version: 2, gateway: 'g1', mode: 'passthrough', device, ...at(200, y) }, [[to], []]);
const FLOW = [
  tab,
  config('gateway', 'g1', { backend: 'simulated' }),
  config('tenant', 't1'),
  draw('hardware', 'box', { version: 2, gateway: 'g1', model: 'imported', profile: cabinet(), ...at(200, 80) }),
  owned('card', '0000:02:00.0', 'robot', 200),
  owned('camera', '3-1', 'scada', 300),
  vm('robot', 'g1', 't1', [], { nics: [], ...at(500, 200) }),
  vm('scada', 'g1', 't1', [], { nics: [], ...at(500, 300) }),
];

describe('claims in the editor', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;
  before(async () => {
    editor = await openEditor(JSON.stringify(FLOW));
    ({ server, browser } = editor);
    await browser.page.goto(server.url);
    await node('card').waitFor();
  });
  after(() => editor?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('claims-failed');
  });

  const node = (label: string) => browser.page.locator('g.red-ui-flow-node', { hasText: label }).first();
  const badge = (label: string) => node(label).locator('.gw-badge-finding');
  const change = async (label: string, device: string) => {
    const { page } = browser;
    const middle = await middleOf(page, `g.red-ui-flow-node:has-text("${label}")`);
    await page.mouse.dblclick(middle.x, middle.y);
    await page.fill('#node-input-device-written', device);
    await page.click('#node-dialog-ok', { trial: true }); // waits until the form stands still
    await page.click('#node-dialog-ok');
  };

  it('show nothing while the box can give what is drawn', async () => {
    await browser.page.waitForFunction(() => document.querySelector('.red-ui-flow-node-status-label') !== null);
    assert.equal(await browser.page.locator('.gw-badge-finding:visible').count(), 0);
  });

  it('mark the bus and the one in conflict before a deploy, and say what is possible instead', async () => {
    await change('card', '0000:05:00.0');
    await badge('card').waitFor();
    await badge('camera').waitFor();
    await badge('card').hover();
    const told = browser.page.locator('.red-ui-flow-port-tooltip', { hasText: 'USB controller' });
    await told.waitFor();
    const words = (await told.locator('tspan, text').allTextContents()).join(' ');
    assert.match(words.replace(/\s+/g, ' '), /hangs on that USB controller and which camera uses, for scada/);
    await browser.shoot('claims-conflict');
    const deployed = await (await fetch(`${server.url}/gatewright/state`)).json();
    assert.deepEqual((deployed as { diagnostics: unknown[] }).diagnostics, [], 'nothing was deployed');
  });

  it('are quiet again when the device is another one', async () => {
    await change('card', '0000:02:00.0');
    await badge('card').waitFor({ state: 'hidden' });
    await badge('camera').waitFor({ state: 'hidden' });
    assert.deepEqual(browser.complaints, []);
  });
});
