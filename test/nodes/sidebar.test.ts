// The sidebar in a stock editor: plan, approve, consent to what cannot be undone, roll back, findings, German.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformState } from '../../runtime/platform/platform-port.ts';
import { build, DIST, ROOT } from '../../scripts/build.ts';
import { type Browser, openBrowser } from '../browser/browser.ts';
import { emptyUserDir, type StockNodeRed, startStockNodeRed, until } from '../stock/stock-node-red.ts';

type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

const drawing: readonly FlowNode[] = JSON.parse(readFileSync(`${ROOT}flows/operate/flow.json`, 'utf8'));
const change = (type: string, fields: object) =>
  drawing.map(node => (node.type === type ? { ...node, ...fields } : node));

describe('the sidebar', function () {
  this.timeout(120_000);
  let red: StockNodeRed;
  let browser: Browser;
  let page: Browser['page'];

  before(async () => {
    await build();
    red = await startStockNodeRed(emptyUserDir(), [DIST]);
    await deploy(drawing);
    browser = await openBrowser();
    page = browser.page;
    page.setDefaultTimeout(10_000);
    await page.goto(red.url);
    await page.locator('.red-ui-flow-node').nth(4).waitFor();
    await page.evaluate(() => RED.sidebar.show('gatewright'));
  });
  after(async () => {
    await browser?.close();
    await red?.close();
  });

  /** Deploys and waits until the platform has read it. */
  const deploy = async (flows: readonly FlowNode[]) => {
    const before = (await red.get('/gatewright/state')) as PlatformState;
    await red.deploy(flows);
    await until(async () => {
      const state = (await red.get('/gatewright/state')) as PlatformState;
      const settled = state.diagnostics.length > 0 || state.gateways.every(gateway => gateway.plan !== undefined);
      return state.revision > before.revision && settled;
    });
  };
  const card = () => page.locator('.gw-card', { hasText: 'press-1' });
  const approve = async () => {
    await card().locator('.gw-approve').click();
    await card().getByText('Nothing to do. Everything runs as drawn.').waitFor();
  };

  it('says honestly that a gateway is simulated, and what would change', async () => {
    await card().locator('.gw-chip', { hasText: 'simulated' }).waitFor();
    await card().getByText('nothing applied yet').waitFor();
    await card()
      .getByText(/to create/)
      .waitFor();
    assert.ok((await card().locator('.gw-step').count()) >= 5);
  });

  it('leads from a step to the node it was drawn at', async () => {
    await card().locator('.gw-step', { hasText: 'vm.press-1/press' }).click();
    await page.locator('.red-ui-flow-node-highlighted').first().waitFor({ state: 'attached' });
  });

  it('applies what is approved, and the nodes say so', async () => {
    await approve();
    await card().getByText('generation 1', { exact: true }).waitFor();
    await page.locator('.red-ui-flow-node-status-label', { hasText: 'running, simulated' }).first().waitFor();
  });

  it('forecasts an outage before it is approved', async () => {
    await deploy(change('gatewright-vm', { memoryMiB: 256 }));
    await card()
      .getByText(/press restarts and is down for about/)
      .waitFor();
    await approve();
    await card().getByText('generation 2', { exact: true }).waitFor();
  });

  it('goes back to the state before when asked twice', async () => {
    await card().getByRole('button', { name: 'Roll back' }).click();
    await card().getByRole('button', { name: 'Go back to the state before now' }).click();
    await page.getByText('The state before is back.').waitFor();
    await card()
      .getByText(/memoryMiB: 128 → 256/)
      .first()
      .waitFor();
  });

  it('shows drift on the gateway and on the node, and repairs it', async () => {
    const state = join(red.userDir, 'gatewright');
    const file = readdirSync(state, { recursive: true, encoding: 'utf8' }).find(path => path.endsWith('vm/press.json'));
    assert.ok(file, 'the simulated gateway keeps its VM in a file');
    const stored = JSON.parse(readFileSync(join(state, file), 'utf8'));
    writeFileSync(join(state, file), JSON.stringify({ ...stored, spec: { ...stored.spec, running: false } }));
    await card().locator('.gw-drift').waitFor();
    await page.locator('.red-ui-flow-node .gw-state-drift').first().waitFor({ state: 'attached' });
    await browser.shoot('pack-drift');
    await approve();
    await card().locator('.gw-drift').waitFor({ state: 'detached' });
  });

  it('wants consent before what cannot be undone', async () => {
    const noVm = drawing.filter(node => node.type !== 'gatewright-vm');
    await deploy(noVm);
    const box = card().locator('.gw-consent input');
    await box.waitFor();
    assert.ok(await card().locator('.gw-approve').isDisabled());
    assert.ok((await card().locator('.gw-irreversible').count()) > 1);
    await box.check();
    assert.ok(await card().locator('.gw-approve').isEnabled());
    await approve();
  });

  it('closes Apply while the drawing has errors, and lists them', async () => {
    await deploy(change('gatewright-vm', { memoryMiB: 1_000_000 }));
    await page.locator('.gw-finding.gw-error').first().waitFor();
    await card().getByText('No plan while the drawing has errors.').waitFor();
    assert.equal(await card().locator('.gw-approve').count(), 0);
  });

  it('speaks German', async () => {
    const german = await openBrowser();
    try {
      await german.page.addInitScript(() => localStorage.setItem('editor-language', 'de'));
      await german.page.goto(red.url);
      await german.page.locator('.red-ui-flow-node').nth(4).waitFor();
      await german.page.evaluate(() => RED.sidebar.show('gatewright'));
      await german.page.getByText(/^Befunde \(\d+\)$/).waitFor();
      await german.page.locator('.gw-chip', { hasText: 'simuliert' }).waitFor();
    } finally {
      await german.close();
    }
  });
});
